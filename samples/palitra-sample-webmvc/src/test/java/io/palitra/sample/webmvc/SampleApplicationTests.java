package io.palitra.sample.webmvc;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.palitra.EventLoopThreadRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The application as it is delivered, but for its ports, the upstream's latency, and
 * limits that are generous enough for any machine.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "upstream.port=0", "upstream.latency=0", "palitra.runner.timeout=30s",
				"sample.report.interval=1h", "sample.report.timeout=30s" })
@AutoConfigureRestTestClient
class SampleApplicationTests {

	@Autowired
	private RestTestClient client;

	@Autowired
	private EventLoopThreadRunner runner;

	@ParameterizedTest
	@ValueSource(strings = { "/api/comments", "/api/comments/jdk" })
	void servesThreeCommentsInOrder(String path) {
		this.client.get().uri(path).exchange().expectStatus().isOk().expectBody().json("""
				[
					{ "id": 1, "author": "author-1", "text": "This is comment 1." },
					{ "id": 2, "author": "author-2", "text": "This is comment 2." },
					{ "id": 3, "author": "author-3", "text": "This is comment 3." }
				]""");
	}

	@BeforeEach
	void awaitReport() {
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> this.client.get().uri("/api/report").exchange().expectStatus().isOk());
	}

	@Test
	void servesTheReportOfTheScheduledJob() {
		this.client.get()
			.uri("/api/report")
			.exchange()
			.expectBody()
			.jsonPath("$.comments")
			.isEqualTo(3)
			.jsonPath("$.error")
			.doesNotExist()
			.jsonPath("$.time")
			.value(String.class, (time) -> assertThat(Instant.parse(time)).isBeforeOrEqualTo(Instant.now()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/api/comments", "/api/comments/jdk" })
	void answers503WhileTheRunnerIsStopped(String path) {
		this.runner.stop();
		try {
			this.client.get()
				.uri(path)
				.exchange()
				.expectStatus()
				.isEqualTo(HttpStatus.SERVICE_UNAVAILABLE)
				.expectHeader()
				.contentType(MediaType.APPLICATION_PROBLEM_JSON)
				.expectBody()
				.json("""
						{ "status": 503, "title": "Service Unavailable", "detail": "The application takes no requests at the moment" }""");
		}
		finally {
			this.runner.start();
		}
	}

	@Test
	void healthTellsAboutTheRunners() {
		this.client.get()
			.uri("/actuator/health")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.components.palitra.status")
			.isEqualTo("UP")
			.jsonPath("$.components.palitra.components.default.details.thread")
			.isEqualTo("sample-loop-default")
			.jsonPath("$.components.palitra.components.partner.details.thread")
			.isEqualTo("sample-loop-partner");
	}

	@Test
	void metricsTellAboutTheRunner() {
		this.client.get()
			.uri("/actuator/metrics/palitra.runner.pending")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.name")
			.isEqualTo("palitra.runner.pending")
			.jsonPath("$.measurements[0].value")
			.isNumber();
	}

	@Test
	void endpointTellsAboutBothRunners() {
		this.client.get().uri("/actuator/palitra").exchange().expectStatus().isOk().expectBody().json("""
				{ "runners": { "default": { "state": "RUNNING" }, "partner": { "state": "RUNNING" } } }""");
	}

	@Test
	void loopThreadIsNamedAsConfigured() {
		assertThat(this.runner.run(() -> CompletableFuture.completedFuture(Thread.currentThread().getName())))
			.isEqualTo("sample-loop-default");
	}

}
