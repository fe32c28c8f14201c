package io.palitra.docs.start;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.palitra.EventLoopThreadRunner;
import io.palitra.Palitra;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The first steps of a stranger.
 */
@ExtendWith(OutputCaptureExtension.class)
class GettingStartedTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PalitraAutoConfiguration.class));

	@Test
	void plainJava(CapturedOutput output) throws Exception {
		HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		server.createContext("/", (exchange) -> {
			byte[] body = "comment one".getBytes(StandardCharsets.UTF_8);
			try (exchange) {
				exchange.sendResponseHeaders(200, body.length);
				exchange.getResponseBody().write(body);
			}
		});
		server.start();
		try {
			FetchComment.main(new String[] { "http://127.0.0.1:" + server.getAddress().getPort() + "/comments/1" });
		}
		finally {
			server.stop(0);
		}
		assertThat(output).contains("comment one");
	}

	@Test
	void globalRunner() {
		// tag::global[]
		String greeting = Palitra.run(() -> CompletableFuture.supplyAsync(() -> "hello"));
		// end::global[]
		assertThat(greeting).isEqualTo("hello");
	}

	@Test
	void furtherRunner() {
		this.contextRunner.withUserConfiguration(NightlyReport.class)
			.withPropertyValues("palitra.runner.timeout=5s", "palitra.runners.reports.timeout=2m",
					"palitra.runners.reports.max-in-flight=4")
			.run((context) -> assertThat(context.getBean(NightlyReport.class).report()).isEqualTo("palitra-reports"));
	}

	@Test
	void lateResultIsClosed() {
		this.contextRunner.withUserConfiguration(RunnerConfiguration.class).run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			AtomicBoolean closed = new AtomicBoolean();
			CompletableFuture<AutoCloseable> deaf = new CompletableFuture<>() {

				@Override
				public boolean cancel(boolean mayInterruptIfRunning) {
					return false;
				}

			};
			CompletableFuture<AutoCloseable> call = runner.submit(() -> deaf);
			await().atMost(Duration.ofSeconds(30)).until(() -> runner.snapshot().active() == 1);
			call.cancel(true);
			await().atMost(Duration.ofSeconds(30)).until(() -> runner.snapshot().abandoned() == 1);
			deaf.complete(() -> closed.set(true));
			await().atMost(Duration.ofSeconds(30)).untilTrue(closed);
		});
	}

}
