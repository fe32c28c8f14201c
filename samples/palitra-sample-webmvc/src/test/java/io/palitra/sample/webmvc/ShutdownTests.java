package io.palitra.sample.webmvc;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

import io.palitra.EventLoopThreadRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ShutdownTests {

	// Held, since a client that nobody refers to may be collected with its requests under
	// way
	private final HttpClient client = HttpClient.newHttpClient();

	@ParameterizedTest
	@ValueSource(strings = { "/api/comments", "/api/comments/jdk" })
	void c10RequestInFlightIsAnsweredBeforeTheApplicationEnds(String path) throws Exception {
		CompletableFuture<HttpResponse<String>> response;
		BetweenRequestsAndServer between;
		try (ConfigurableApplicationContext application = SpringApplication.run(SampleApplication.class,
				"--server.port=0", "--upstream.port=0", "--upstream.latency=1s", "--palitra.runner.timeout=30s")) {
			URI uri = URI.create("http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port"));
			response = this.client.sendAsync(HttpRequest.newBuilder(uri.resolve(path)).build(),
					BodyHandlers.ofString());
			EventLoopThreadRunner runner = application.getBean(EventLoopThreadRunner.class);
			await().atMost(Duration.ofSeconds(30)).until(() -> isInFlight(runner) || response.isDone());
			between = new BetweenRequestsAndServer(runner, response);
			application.getBeanFactory().registerSingleton("between", between);
		}
		assertThat(response.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
		assertThat(response.get().body()).contains("comment 1", "comment 2", "comment 3");
		assertThat(between.seen).as("what is there once the requests have been waited for").isEqualTo("runner only");
	}

	private static boolean isInFlight(EventLoopThreadRunner runner) {
		return runner.snapshot().calls().stream().anyMatch((call) -> call.taskName().startsWith("CommentController."));
	}

	/**
	 * Sees what is there once the web server has waited for its requests, and gives the
	 * server the time to send the last of a response: Tomcat takes a request for done as
	 * soon as its servlet has returned, and closes the connection even if the response is
	 * still in its buffer.
	 */
	private static final class BetweenRequestsAndServer implements SmartLifecycle {

		private final EventLoopThreadRunner runner;

		private final CompletableFuture<?> response;

		private volatile boolean running = true;

		private volatile String seen = "nothing";

		BetweenRequestsAndServer(EventLoopThreadRunner runner, CompletableFuture<?> response) {
			this.runner = runner;
			this.response = response;
		}

		@Override
		public int getPhase() {
			return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE + 1;
		}

		@Override
		public void start() {
		}

		@Override
		public void stop() {
			boolean inFlight = isInFlight(this.runner);
			this.seen = (this.runner.isAlive() ? "runner" : "no runner") + (inFlight ? " and request" : " only");
			await().atMost(Duration.ofSeconds(20)).until(this.response::isDone);
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

	}

}
