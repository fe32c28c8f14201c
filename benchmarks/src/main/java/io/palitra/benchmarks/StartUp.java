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
import java.util.jar.JarFile;
import java.util.regex.Pattern;

import io.palitra.benchmarks.Contender.Role;

/**
 * How much later is a Spring application ready, and how many more threads has it, with
 * the starter on its class path? The application is what Spring Boot makes of the class
 * path of the benchmarks, {@code WebClient} and its friends included. A start in a JVM
 * that has started it before tells what is the context's and what the loading of classes.
 */
final class StartUp {

	private static final Pattern PALITRA = Pattern.compile(".*palitra-(core|reactor|spring-boot-[a-z]+)[-/\\\\].*");

	private final List<String> classPath;

	private final List<String> classPathWithout;

	StartUp() throws IOException {
		Path application = Files.createTempDirectory("palitra-start-up");
		copy(StartUpApplication.class, application);
		this.classPath = classPath(application);
		this.classPathWithout = this.classPath.stream().filter((entry) -> !PALITRA.matcher(entry).matches()).toList();
		if (this.classPath.size() == this.classPathWithout.size()) {
			throw new IllegalStateException("palitra is not on the class path " + this.classPath);
		}
	}

	@Contender(value = "with the starter", role = Role.PALITRA)
	Start with() throws IOException, InterruptedException {
		return start(this.classPath);
	}

	@Contender("without it")
	Start without() throws IOException, InterruptedException {
		return start(this.classPathWithout);
	}

	void measure(int starts, Values values) throws IOException, InterruptedException {
		// The first ones only bring the files into memory.
		with();
		without();
		for (int count = 0; count < starts; count++) {
			// Whatever makes every other start slower must not meet the same one each
			// time.
			boolean withFirst = count % 2 == 0;
			measure(withFirst, values);
			measure(!withFirst, values);
		}
	}

	private void measure(boolean with, Values values) throws IOException, InterruptedException {
		if (with) {
			with().addTo(values, "with");
		}
		else {
			without().addTo(values, "without");
		}
	}

	/**
	 * Starts the application in a JVM of its own.
	 */
	private static Start start(List<String> classPath) throws IOException, InterruptedException {
		ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-cp", String.join(File.pathSeparator, classPath), StartUpApplication.class.getName());
		builder.redirectError(ProcessBuilder.Redirect.INHERIT);
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
	 * palitra.
	 */
	private static void copy(Class<?> type, Path directory) throws IOException {
		String name = type.getName().replace('.', '/') + ".class";
		Path file = directory.resolve(name);
		Files.createDirectories(file.getParent());
		try (InputStream bytes = type.getClassLoader().getResourceAsStream(name)) {
			Files.copy(Objects.requireNonNull(bytes, name), file);
		}
		Path path = directory;
		path.toFile().deleteOnExit();
		for (Path part : directory.relativize(file)) {
			path = path.resolve(part);
			path.toFile().deleteOnExit();
		}
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

	/**
	 * Takes what was measured.
	 */
	interface Values {

		void add(String method, Metric metric, double value);

	}

}
