package io.palitra.sample.webmvc.upstream;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.web.server.PortInUseException;

import io.palitra.sample.webmvc.upstream.UpstreamServer.Mood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

class UpstreamServerTests {

	@ParameterizedTest
	@CsvSource({ "/comments/7,200", "/comments/100,200", "/ratings/7,200", "/comments/0,404", "/comments/101,404",
			"/ratings/101,404", "/comments/,404", "/comments/seven,404", "/,404" })
	void servesComments(String path, int status) throws Exception {
		try (UpstreamServer server = new UpstreamServer(properties(0, 0))) {
			assertThat(get(server, path).statusCode()).isEqualTo(status);
		}
	}

	@ParameterizedTest
	@CsvSource({ "/comments/7", "/comments" })
	void failsAsOftenAsItIsTold(String path) throws Exception {
		try (UpstreamServer server = new UpstreamServer(properties(0, 1))) {
			assertThat(get(server, path).statusCode()).isEqualTo(500);
		}
	}

	@Test
	void failsUntilItIsWellAgain() throws Exception {
		try (UpstreamServer server = new UpstreamServer(properties(0, 0))) {
			server.become(Mood.FAILING);
			assertThat(get(server, "/comments/7").statusCode()).isEqualTo(500);
			server.become(Mood.WELL);
			assertThat(get(server, "/comments/7").statusCode()).isEqualTo(200);
		}
	}

	@ParameterizedTest
	@CsvSource({ "WELL,200", "FAILING,500" })
	void answersWhatItHasLeftUnansweredWhenItsMoodChanges(Mood mood, int status) throws Exception {
		try (UpstreamServer server = new UpstreamServer(properties(0, 0))) {
			HttpClient client = HttpClient.newHttpClient();
			server.become(Mood.SILENT);
			CompletableFuture<HttpResponse<String>> response = client.sendAsync(
					HttpRequest.newBuilder(server.url().resolve("/comments/7")).build(), BodyHandlers.ofString());
			await().atMost(Duration.ofSeconds(30)).until(() -> server.unanswered() == 1);
			assertThat(response).isNotDone();
			server.become(mood);
			assertThat(response.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(status);
		}
	}

	@Test
	void portThatIsTakenIsWhatSpringBootExplains() throws Exception {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
			assertThatExceptionOfType(PortInUseException.class)
				.isThrownBy(() -> new UpstreamServer(properties(taken.getLocalPort(), 0)))
				.satisfies((ex) -> assertThat(ex.getPort()).isEqualTo(taken.getLocalPort()));
		}
	}

	@ParameterizedTest
	@CsvSource({ "upstream.port,-1,PT0S,0", "upstream.port,65536,PT0S,0", "upstream.latency,0,PT-1S,0",
			"upstream.failure-rate,0,PT0S,-0.1", "upstream.failure-rate,0,PT0S,1.1",
			"upstream.failure-rate,0,PT0S,NaN" })
	void settingsThatMakeNoSenseAreRefused(String name, int port, Duration latency, double failureRate) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new UpstreamProperties(port, latency, Duration.ZERO, failureRate))
			.withMessageStartingWith(name + " must be");
	}

	private static UpstreamProperties properties(int port, double failureRate) {
		return new UpstreamProperties(port, Duration.ZERO, Duration.ZERO, failureRate);
	}

	private static HttpResponse<String> get(UpstreamServer server, String path)
			throws IOException, InterruptedException {
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(server.url().resolve(path)).build(), BodyHandlers.ofString());
	}

}
