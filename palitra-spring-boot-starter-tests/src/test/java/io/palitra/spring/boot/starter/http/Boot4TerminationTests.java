package io.palitra.spring.boot.starter.http;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what the end of the process, as an operator asks for it, leaves of the calls
 * of HTTP interfaces.
 */
@Timeout(300)
class Boot4TerminationTests {

	private static final int REQUESTS = 10;

	private static final Duration LONG = Duration.ofMinutes(2);

	private final HttpClient client = HttpClient.newHttpClient();

	@TempDir
	private Path directory;

	@Test
	void c10SigtermLosesNoRequestInFlight() throws Exception {
		Path output = this.directory.resolve("output.txt");
		try (Upstream upstream = new Upstream()) {
			Process process = start(upstream, output);
			try {
				String url = "http://127.0.0.1:" + port(output);
				List<CompletableFuture<HttpResponse<String>>> responses = IntStream.range(0, REQUESTS)
					.mapToObj((id) -> this.client.sendAsync(
							HttpRequest.newBuilder(URI.create(url + "/pages/" + id)).timeout(LONG).build(),
							BodyHandlers.ofString()))
					.toList();
				Awaitility.await().atMost(LONG).until(() -> upstream.waiting() == REQUESTS);
				process.destroy();
				Awaitility.await()
					.atMost(LONG)
					.until(() -> Files.readString(output).contains("Commencing graceful shutdown"));
				upstream.answerWith("Ada");
				for (CompletableFuture<HttpResponse<String>> response : responses) {
					assertThat(response.get(2, TimeUnit.MINUTES).body()).isEqualTo("page of Ada");
				}
				assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
				assertThat(process.exitValue()).as("that of SIGTERM").isEqualTo(128 + 15);
				assertThat(upstream.released()).isZero();
			}
			finally {
				process.destroyForcibly();
			}
		}
	}

	private static Process start(Upstream upstream, Path output) throws Exception {
		return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				System.getProperty("java.class.path"), "-XX:TieredStopAtLevel=1", Boot4PageApplication.class.getName(),
				"--spring.http.serviceclient.users.base-url=" + upstream.url(), "--palitra.runner.timeout=5m")
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
	}

	private static String port(Path output) {
		String marker = "port of the server: ";
		return Awaitility.await()
			.atMost(LONG)
			.until(() -> Files.readAllLines(output).stream().filter((line) -> line.startsWith(marker)).findFirst(),
					(line) -> line.isPresent())
			.orElseThrow()
			.substring(marker.length());
	}

}
