package io.palitra.spring.boot.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Starts applications for real, each in a process of its own.
 */
abstract class AbstractForkedTests {

	@TempDir
	private Path directory;

	final List<String> runProcessedAheadOfTime(Class<?> application, String... arguments) throws Exception {
		Path sources = Files.createDirectories(this.directory.resolve("sources"));
		Path classes = Files.createDirectories(this.directory.resolve("classes"));
		String classPath = without();
		run(classPath, SpringApplicationAotProcessor.class, application.getName(), sources.toString(),
				classes.toString(), classes.toString(), "io.palitra", "test");
		compile(sources, classes, classPath);
		return run(classes + File.pathSeparator + classPath, application,
				Stream.concat(Stream.of("-Dspring.aot.enabled=true"), Stream.of(arguments)).toArray(String[]::new));
	}

	/**
	 * The class path of the tests without the jars whose names begin so.
	 */
	static String without(String... jars) {
		Predicate<String> left = (entry) -> Stream.of(jars)
			.noneMatch((jar) -> Path.of(entry).getFileName().toString().startsWith(jar));
		List<String> all = List.of(System.getProperty("java.class.path").split(File.pathSeparator));
		// With Spring Boot 3 there are fewer of them
		assertThat(Stream.of(jars).limit(1)).allMatch((jar) -> all.stream().anyMatch((entry) -> entry.contains(jar)));
		return String.join(File.pathSeparator, all.stream().filter(left).toList());
	}

	private static void compile(Path sources, Path classes, String classPath) throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		List<String> arguments = new ArrayList<>(
				List.of("-proc:none", "-nowarn", "-parameters", "-d", classes.toString(), "-cp", classPath));
		try (Stream<Path> files = Files.walk(sources)) {
			files.map(Path::toString).filter((file) -> file.endsWith(".java")).forEach(arguments::add);
		}
		assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new))).isZero();
	}

	/**
	 * Runs a class in a new process.
	 * @return what it printed
	 */
	final List<String> run(String classPath, Class<?> main, String... arguments) throws Exception {
		List<String> command = new ArrayList<>();
		Collections.addAll(command, Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				classPath, "-Xshare:auto", "-XX:TieredStopAtLevel=1");
		Stream.of(arguments).filter((argument) -> argument.startsWith("-")).forEach(command::add);
		command.add(main.getName());
		Stream.of(arguments).filter((argument) -> !argument.startsWith("-")).forEach(command::add);
		Path output = Files.createTempFile(this.directory, "output", ".txt");
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
		try {
			assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("ended in time").isTrue();
			assertThat(process.exitValue()).as(Files.readString(output)).isZero();
		}
		finally {
			process.destroyForcibly();
		}
		return Files.readAllLines(output);
	}

}
