package io.palitra.test;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.assertj.core.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.palitra.EventLoopThreadRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is compiled against JUnit 6 has to run with 5: {@link Examples} in a process that
 * has no other.
 */
class JUnit5Tests {

	static List<Path> versions() throws IOException {
		try (Stream<Path> versions = Files.list(Path.of("target/junit-5"))) {
			return versions.sorted().toList();
		}
	}

	@ParameterizedTest
	@MethodSource("versions")
	void runs(Path console) throws Exception {
		assertThat(run(console, Examples.InConstructor.class, Examples.InNested.class, Examples.Shared.class,
				Examples.OneInstance.class, Examples.WithSettings.class))
			.contains("[         9 tests successful      ]", "[         0 tests failed          ]");
	}

	@ParameterizedTest
	@MethodSource("versions")
	void callsThatAreLeftFailTheTest(Path console) throws Exception {
		assertThat(run(console, Examples.LeavesCalls.class)).contains("[         2 tests failed          ]",
				"has left 2 call(s) in flight on runner \"default\": \"first\"");
	}

	private static String run(Path console, Class<?>... examples) throws Exception {
		String classPath = Stream
			.of(RunnerExtension.class, Examples.class, EventLoopThreadRunner.class, Assertions.class)
			.map(JUnit5Tests::locationOf)
			.distinct()
			.collect(Collectors.joining(File.pathSeparator));
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
						"-jar", console.toString(), "execute", "--disable-ansi-colors", "--disable-banner",
						"--details=tree", "--class-path", classPath));
		for (Class<?> example : examples) {
			command.add("--select-class=" + example.getName());
		}
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		try {
			CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(process));
			assertThat(process.waitFor(50, TimeUnit.SECONDS)).as("the process ends").isTrue();
			return output.get(10, TimeUnit.SECONDS);
		}
		finally {
			process.destroyForcibly();
		}
	}

	private static String read(Process process) {
		try {
			return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

	private static String locationOf(Class<?> type) {
		try {
			return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
		}
		catch (URISyntaxException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
