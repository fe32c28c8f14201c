package io.palitra.benchmarks;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.palitra.benchmarks.Contender.Role;

/**
 * How much later is a Spring application ready, and how many more threads has it, with
 * the starter on its class path? The application is what Spring Boot makes of the class
 * path of the benchmarks: Spring MVC on Tomcat, the actuator, {@code WebClient}. A start
 * in a JVM that has started it before tells what is the context's and what the loading of
 * classes.
 */
final class StartUp {

	private static final Pattern PALITRA = Pattern.compile(".*palitra-(core|reactor|spring-boot-[a-z]+)[-/\\\\].*");

	private final List<String> with;

	private final List<String> without;

	private final Path directory = Files.createTempDirectory("palitra-start-up");

	StartUp() throws IOException {
		Path application = this.directory.resolve("application.jar");
		pack(StartUpApplication.class, application);
		List<String> classPath = classPath(application);
		List<String> classPathWithout = classPath.stream()
			.filter((entry) -> !PALITRA.matcher(entry).matches())
			.toList();
		if (classPath.size() == classPathWithout.size()) {
			throw new IllegalStateException("palitra is not on the class path " + classPath);
		}
		this.with = List.of("-cp", String.join(File.pathSeparator, classPath));
		this.without = List.of("-cp", String.join(File.pathSeparator, classPathWithout));
	}

	@Contender(value = "with the starter", role = Role.PALITRA)
	Start with() throws IOException, InterruptedException {
		return start(this.with);
	}

	@Contender("without it")
	Start without() throws IOException, InterruptedException {
		return start(this.without);
	}

	@Contender(value = "with the starter, from an AOT cache", role = Role.VARIANT, since = 25)
	Start withCached() throws IOException, InterruptedException {
		return startCached("with.aot", this.with);
	}

	@Contender(value = "without it, from an AOT cache", since = 25)
	Start withoutCached() throws IOException, InterruptedException {
		return startCached("without.aot", this.without);
	}

	void measure(int starts, Values values) throws IOException, InterruptedException {
		boolean cached = Runtime.version().feature() >= 25;
		// The first ones only bring the files into memory, and write the caches.
		measure(true, cached, (method, metric, value) -> {
		});
		measure(false, cached, (method, metric, value) -> {
		});
		for (int count = 0; count < starts; count++) {
			// Whatever makes every other start slower must not meet the same one each
			// time.
			boolean withFirst = count % 2 == 0;
			measure(withFirst, cached, values);
			measure(!withFirst, cached, values);
		}
		if (cached) {
			values.add("withCached", Metric.CACHED, cachedPercentage());
		}
	}

	private void measure(boolean with, boolean cached, Values values) throws IOException, InterruptedException {
		if (with) {
			with().addTo(values, "with");
		}
		else {
			without().addTo(values, "without");
		}
		if (cached && with) {
			withCached().addTo(values, "withCached");
		}
		else if (cached) {
			withoutCached().addTo(values, "withoutCached");
		}
	}

	/**
	 * Starts the application from its cache, after a start that writes that.
	 */
	private Start startCached(String name, List<String> arguments) throws IOException, InterruptedException {
		Path cache = this.directory.resolve(name);
		if (!Files.exists(cache)) {
			// The JVM tells of each class that it cannot take, and with what it starts
			// another.
			Process process = application(plus("-XX:AOTCacheOutput=" + cache, arguments)).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start();
			if (process.waitFor() != 0) {
				throw new IllegalStateException("Writing " + cache + " has ended with " + process.exitValue());
			}
			cache.toFile().deleteOnExit();
		}
		return start(plus("-XX:AOTCache=" + cache, plus("-XX:AOTMode=on", arguments)));
	}

	/**
	 * Returns how many of palitra's classes a start takes from its cache.
	 */
	private double cachedPercentage() throws IOException, InterruptedException {
		Path log = this.directory.resolve("classes.log");
		log.toFile().deleteOnExit();
		startCached("with.aot", plus("-Xlog:class+load:file=" + log, this.with));
		List<String> loaded;
		try (Stream<String> lines = Files.lines(log)) {
			loaded = lines.filter((line) -> line.contains(" io.palitra.") && !line.contains("benchmarks")).toList();
		}
		long fromCache = loaded.stream().filter((line) -> line.contains("shared objects file")).count();
		return 100D * fromCache / loaded.size();
	}

	private static List<String> plus(String argument, List<String> arguments) {
		return Stream.concat(Stream.of(argument), arguments.stream()).toList();
	}

	private static ProcessBuilder application(List<String> arguments) {
		return Jvm.with(Stream.concat(arguments.stream(), Stream.of(StartUpApplication.class.getName())).toList());
	}

	/**
	 * Starts the application in a JVM of its own.
	 */
	private static Start start(List<String> arguments) throws IOException, InterruptedException {
		ProcessBuilder builder = application(arguments);
		long since = System.nanoTime();
		Process process = builder.start();
		try (BufferedReader output = process.inputReader()) {
			String threads = output.readLine();
			long nanos = System.nanoTime() - since;
			String again = output.readLine();
			if (process.waitFor() != 0 || threads == null || again == null) {
				throw new IllegalStateException("The application has ended with " + process.exitValue());
			}
			return new Start(nanos / 1e6, Double.parseDouble(again), Integer.parseInt(threads));
		}
	}

	/**
	 * The application cannot be started from the jar of the benchmarks, which refers to
	 * palitra, and no cache takes classes that are in none.
	 */
	private void pack(Class<?> type, Path jar) throws IOException {
		String name = type.getName().replace('.', '/') + ".class";
		try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
				InputStream bytes = type.getClassLoader().getResourceAsStream(name)) {
			out.putNextEntry(new JarEntry(name));
			Objects.requireNonNull(bytes, name).transferTo(out);
		}
		this.directory.toFile().deleteOnExit();
		jar.toFile().deleteOnExit();
	}

	/**
	 * Returns the application and the entries of the class path, in place of jars that
	 * refer to others these others.
	 */
	private static List<String> classPath(Path application) throws IOException {
		List<String> entries = new ArrayList<>();
		entries.add(application.toString());
		for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
			List<String> others = entry.endsWith(".jar") ? referredTo(Path.of(entry)) : List.of();
			entries.addAll(others.isEmpty() ? List.of(entry) : others);
		}
		return entries;
	}

	private static List<String> referredTo(Path jar) throws IOException {
		try (JarFile file = new JarFile(jar.toFile())) {
			String classPath = (file.getManifest() != null)
					? file.getManifest().getMainAttributes().getValue("Class-Path") : null;
			return (classPath != null) ? Arrays.stream(classPath.split(" "))
				.map((entry) -> jar.toAbsolutePath().resolveSibling(entry).toString())
				.toList() : List.of();
		}
	}

	/**
	 * One JVM: its first start, and how long it takes to start again.
	 */
	record Start(double millis, double millisAgain, int threads) {

		void addTo(Values values, String method) {
			values.add(method, Metric.START, this.millis);
			values.add(method, Metric.START_AGAIN, this.millisAgain);
			values.add(method, Metric.THREADS, this.threads);
		}

	}

}
