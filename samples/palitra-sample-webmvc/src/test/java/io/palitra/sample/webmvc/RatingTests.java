package io.palitra.sample.webmvc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.sun.net.httpserver.HttpExchange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.palitra.EventLoopThreadRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A slow partner holds up nobody but those who want something from it.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "palitra.runner.timeout=30s", "palitra.runners.partner.timeout=30s" })
@AutoConfigureRestTestClient
@Import(StubUpstream.Configuration.class)
class RatingTests {

	@Autowired
	private RestTestClient client;

	@Autowired
	private StubUpstream upstream;

	@Autowired
	private EventLoopThreadRunner runner;

	@Autowired
	@Qualifier("partner")
	private EventLoopThreadRunner partner;

	@ParameterizedTest
	@ValueSource(strings = { "/api/ratings/", "/api/ratings/interface/" })
	void c15TwoRequestsAtATimeAndTheThirdWaitsForItsTurn(String path) throws Exception {
		List<Future<String>> bodies = IntStream.rangeClosed(1, 3).mapToObj((id) -> startGet(path + id)).toList();
		HttpExchange first = this.upstream.request();
		HttpExchange second = this.upstream.request();
		await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
			assertThat(this.partner.snapshot().active()).isEqualTo(2);
			assertThat(this.partner.snapshot().pending()).isEqualTo(1);
		});
		assertThat(this.runner.run(() -> CompletableFuture.completedFuture("value"))).isEqualTo("value");
		answer(first);
		HttpExchange third = this.upstream.request();
		answer(third);
		answer(second);
		for (int id = 1; id <= 3; id++) {
			assertThat(bodies.get(id - 1).get(30, TimeUnit.SECONDS)).isEqualTo(rating(id));
		}
	}

	private Future<String> startGet(String path) {
		FutureTask<String> get = new FutureTask<>(() -> this.client.get()
			.uri(path)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.returnResult()
			.getResponseBody());
		new Thread(get, "caller").start();
		return get;
	}

	private static void answer(HttpExchange request) throws Exception {
		String path = request.getRequestURI().getPath();
		StubUpstream.answer(request, 200, rating(Integer.parseInt(path.substring(path.lastIndexOf('/') + 1))));
	}

	private static String rating(int id) {
		return """
				{"id":%d,"stars":5}""".formatted(id);
	}

}
