package io.palitra.docs.http;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.springframework.web.client.RestClient;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.RunTimeoutException;
import io.palitra.StartOn;

import static io.palitra.BlockingTasks.blocking;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The recipes for clients that block.
 */
class BlockingRecipeTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.create();

	private StubUpstream upstream;

	@BeforeEach
	void start() throws IOException {
		this.upstream = new StubUpstream();
	}

	@AfterEach
	void stop() {
		this.upstream.close();
		this.runner.close(Duration.ZERO);
	}

	@Test
	void threeCallsOfRestClientAtOnce() {
		RestClient client = RestClient.create(this.upstream.uri("").toString());
		assertThat(page(client, "/user", Duration.ofSeconds(30)))
			.isEqualTo(new Page("answer to /user", "answer to /orders", "answer to /offers"));
		assertThatExceptionOfType(RunTimeoutException.class)
			.isThrownBy(() -> page(client, "/silent", Duration.ofMillis(300)))
			.withMessageContaining("Task \"page\"")
			.withMessageContaining("not ended: page[0]");
	}

	private Page page(RestClient client, String user, Duration timeout) {
		// tag::combine[]
		return this.runner.combine(blocking(() -> get(client, user)), blocking(() -> get(client, "/orders")),
				blocking(() -> get(client, "/offers")), Page::new, RunOptions.defaults().name("page").timeout(timeout));
		// end::combine[]
	}

	private static String get(RestClient client, String path) {
		return Objects.requireNonNull(client.get().uri(path).retrieve().body(String.class));
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void sendThatBlocksStartsOnAVirtualThread() {
		Producer producer = (message) -> CompletableFuture
			.completedFuture(message + " from " + Thread.currentThread().getName());
		assertThat(send(producer, "order")).startsWith("order from palitra-start-");
	}

	private String send(Producer producer, String message) {
		// tag::start[]
		RunOptions send = RunOptions.defaults().name("send").startOn(StartOn.virtualThreads());
		return this.runner.run(() -> producer.send(message), send);
		// end::start[]
	}

	@Test
	void clientGetsATimeoutThatComesBeforeTheRunners() {
		HttpClient client = HttpClient.newHttpClient();
		HttpRequest.Builder request = HttpRequest.newBuilder(this.upstream.uri("/one"));
		assertThat(remaining(client, request)).isEqualTo("answer to /one");
	}

	private String remaining(HttpClient client, HttpRequest.Builder request) {
		// tag::remaining[]
		HttpResponse<String> response = this.runner.runScoped((scope) -> {
			Duration left = scope.remaining().orElse(Duration.ofSeconds(30)).minusMillis(100);
			return client.sendAsync(request.timeout(left).build(), BodyHandlers.ofString());
		}, Duration.ofSeconds(20));
		// end::remaining[]
		return response.body();
	}

	interface Producer {

		CompletableFuture<String> send(String message);

	}

	record Page(String user, String orders, String offers) {
	}

}
