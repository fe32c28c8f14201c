package io.palitra;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A program in a process of its own, for what can happen only once in a process.
 */
final class ChildJvm {

	private ChildJvm() {
	}

	/**
	 * Runs a program to its end.
	 * @return the lines that it has written
	 */
	static List<String> run(Duration limit, String classPath, Class<?> main, String... args) throws Exception {
		List<String> command = new ArrayList<>(List.of(
				Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
				"-Xmx128m", "-Djava.util.logging.SimpleFormatter.format=LOG %5$s%n", "-cp", classPath, main.getName()));
		command.addAll(Arrays.asList(args));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		try {
			// Each on a thread of its own: the common pool may have one for all, and what
			// is not read before the process is destroyed is lost.
			CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(process),
					(reader) -> Support.daemon(reader).start());
			boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
			if (!ended) {
				process.destroyForcibly();
			}
			List<String> lines = output.get(10, TimeUnit.SECONDS).lines().toList();
			assertThat(ended).as("the process ends, which has written %s", lines).isTrue();
			return lines;
		}
		finally {
			process.destroyForcibly();
		}
	}

	static String locationOf(Class<?> type) {
		try {
			return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
		}
		catch (URISyntaxException ex) {
			throw new IllegalStateException(ex);
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

}
