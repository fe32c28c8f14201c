package io.palitra;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A process that leaves its runners as they are must end all the same.
 */
@DisplayName("Palitra: the exit of the JVM")
class PalitraExitTests {

	@ParameterizedTest
	@ValueSource(strings = { "idle", "busy", "wedged", "own", "exit" })
	void processEndsAndSaysNothing(String how) throws Exception {
		// palitra for Python: asgiref waits, anyio's global portal never ends
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-Djava.util.logging.SimpleFormatter.format=LOG %5$s%n", "-cp",
				locationOf(EventLoopThreadRunner.class) + File.pathSeparator + locationOf(LeavesRunners.class),
				LeavesRunners.class.getName(), how)
			.redirectErrorStream(true)
			.start();
		try {
			CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(process));
			assertThat(process.waitFor(50, TimeUnit.SECONDS)).as("the process ends").isTrue();
			// On a busy machine a callback may hold the loop for long, which is told
			assertThat(output.get(10, TimeUnit.SECONDS)
				.lines()
				.filter((line) -> !line.startsWith("LOG A callback has held") && !line.startsWith("\tat ")))
				.containsExactly("done");
			assertThat(process.exitValue()).isZero();
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

	private static String locationOf(Class<?> type) throws URISyntaxException {
		return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
	}

}
