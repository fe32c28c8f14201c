package io.palitra.sample.webmvc;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunTimeoutException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What callers and operators see when the upstream, or the loop, does not answer.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "palitra.runner.timeout=500ms", "palitra.runners.partner.timeout=500ms",
				"palitra.health.timeout=100ms" })
@AutoConfigureRestTestClient
@ExtendWith(OutputCaptureExtension.class)
@Import(StubUpstream.Configuration.class)
class TimeoutTests {

	@Autowired
	private RestTestClient client;

	@Autowired
	private EventLoopThreadRunner runner;

	@Autowired
	@Qualifier("partner")
	private EventLoopThreadRunner partner;

	@ParameterizedTest
	@ValueSource(strings = { "/api/comments", "/api/comments/jdk" })
	void c4SilentUpstreamIsAGatewayTimeoutAndTheRequestsAreGivenUp(String path) {
		assertGatewayTimeout(path);
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(this.runner.snapshot().active()).isZero());
	}

	@Test
	void c4SilentPartnerIsAGatewayTimeoutOfTheHttpInterface(CapturedOutput output) {
		assertGatewayTimeout("/api/ratings/interface/3");
		assertThat(output)
			.contains("GET /ratings/{id}: Task \"Ratings.find\" on runner \"partner\" did not end within");
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(this.partner.snapshot().active()).isZero());
	}

	@Test
	void c4BlockedLoopTimesOutItsCallersAndIsDownUntilItIsFree() throws Exception {
		CountDownLatch blocked = new CountDownLatch(1);
		CountDownLatch free = new CountDownLatch(1);
		this.runner.submit(() -> {
			blocked.countDown();
			free.await(30, TimeUnit.SECONDS);
			return CompletableFuture.completedFuture(null);
		});
		assertThat(blocked.await(30, TimeUnit.SECONDS)).isTrue();
		try {
			assertHealth(HttpStatus.SERVICE_UNAVAILABLE, "DOWN");
			assertProblem("/api/comments", HttpStatus.SERVICE_UNAVAILABLE,
					"The request was never sent: the loop was held");
			assertProblem("/api/comments/jdk", HttpStatus.SERVICE_UNAVAILABLE,
					"The request was never sent: the loop was held");
			assertThatExceptionOfType(RunTimeoutException.class)
				.isThrownBy(() -> this.runner.run(() -> CompletableFuture.completedFuture("value")));
		}
		finally {
			free.countDown();
		}
		await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertHealth(HttpStatus.OK, "UP"));
		assertThat(this.runner.run(() -> CompletableFuture.completedFuture("value"), Duration.ofSeconds(30)))
			.isEqualTo("value");
	}

	private void assertGatewayTimeout(String path) {
		assertProblem(path, HttpStatus.GATEWAY_TIMEOUT, "The upstream did not answer in time");
	}

	private void assertProblem(String path, HttpStatus status, String detail) {
		this.client.get()
			.uri(path)
			.exchange()
			.expectStatus()
			.isEqualTo(status)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody(String.class)
			.isEqualTo("""
					{"detail":"%s","instance":"%s","status":%d,"title":"%s"}""".formatted(detail, path, status.value(),
					status.getReasonPhrase()));
	}

	private void assertHealth(HttpStatus overall, String palitra) {
		this.client.get()
			.uri("/actuator/health")
			.exchange()
			.expectStatus()
			.isEqualTo(overall)
			.expectBody()
			.jsonPath("$.components.palitra.status")
			.isEqualTo(palitra);
	}

}
