package io.palitra.sample.webmvc;

import java.time.Duration;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.palitra.EventLoopThreadRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What visitors of the start page can break, and repair.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "upstream.port=0", "upstream.latency=0", "palitra.runner.timeout=30s",
				"sample.report.interval=1h", "sample.report.timeout=30s" })
@AutoConfigureRestTestClient
class FaultTests {

	@Autowired
	private RestTestClient client;

	@Autowired
	private EventLoopThreadRunner runner;

	/**
	 * The job makes its only report in good times, for whoever uses this application
	 * next.
	 */
	@BeforeEach
	void awaitReport() {
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> this.client.get().uri("/api/report").exchange().expectStatus().isOk());
	}

	@Test
	void upstreamFailsUntilItIsWellAgain() {
		become("FAILING");
		try {
			this.client.get().uri("/api/comments").exchange().expectStatus().isEqualTo(HttpStatus.BAD_GATEWAY);
		}
		finally {
			become("WELL");
		}
		this.client.get().uri("/api/comments").exchange().expectStatus().isOk();
	}

	private void become(String mood) {
		this.client.put().uri("/api/upstream/" + mood).exchange().expectStatus().isNoContent();
		this.client.get().uri("/api/upstream").exchange().expectBody().jsonPath("$.mood").isEqualTo(mood);
	}

	@Test
	void moodThatDoesNotExistIsABadRequest() {
		this.client.put().uri("/api/upstream/GLAD").exchange().expectStatus().isBadRequest();
	}

	@Test
	void c18LoopThatIsHeldShowsWhatHoldsItUntilItIsFreed() {
		// The loop may not have been told yet that another test has freed it.
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(
					() -> this.client.post().uri("/api/loop/hold?seconds=10").exchange().expectStatus().isAccepted());
		try {
			await().atMost(Duration.ofSeconds(9))
				.untilAsserted(() -> this.client.get()
					.uri("/actuator/palitra/default")
					.exchange()
					.expectBody()
					.jsonPath("$.calls[*].task")
					.value((tasks) -> assertThat(tasks.toString()).contains("callback that waits"))
					.jsonPath("$.stack")
					.value((stack) -> assertThat(stack.toString()).contains("LoopHoldController")));
			this.client.post()
				.uri("/api/loop/hold")
				.exchange()
				.expectStatus()
				.isEqualTo(HttpStatus.CONFLICT)
				.expectBody()
				.jsonPath("$.detail")
				.isEqualTo("The loop is being held already");
		}
		finally {
			this.client.delete().uri("/api/loop/hold").exchange().expectStatus().isNoContent();
		}
		await().atMost(Duration.ofSeconds(30)).until(() -> this.runner.snapshot().active() == 0);
	}

	@Test
	void loopThatNobodyHoldsCanBeFreed() {
		this.client.delete().uri("/api/loop/hold").exchange().expectStatus().isNoContent();
	}

	@Test
	void loopCannotBeHeldWhileTheRunnerIsStoppedButAfterwards() {
		this.runner.stop();
		try {
			this.client.post()
				.uri("/api/loop/hold")
				.exchange()
				.expectStatus()
				.isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
		}
		finally {
			this.runner.start();
		}
		this.client.post().uri("/api/loop/hold?seconds=10").exchange().expectStatus().isAccepted();
		this.client.delete().uri("/api/loop/hold").exchange().expectStatus().isNoContent();
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "11", "-1", "long" })
	void timeThatMakesNoSenseIsABadRequest(String seconds) {
		this.client.post().uri("/api/loop/hold?seconds=" + seconds).exchange().expectStatus().isBadRequest();
	}

}
