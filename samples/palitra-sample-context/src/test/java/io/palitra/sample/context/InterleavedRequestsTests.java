package io.palitra.sample.context;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import io.palitra.EventLoopThreadRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * No request sees anything of another, and nothing stays for the next.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "server.tomcat.threads.max=8", "management.tracing.sampling.probability=0.0" })
@Import({ StubPrices.Configuration.class, InterleavedRequestsTests.Configuration.class })
class InterleavedRequestsTests {

	@LocalServerPort
	private int port;

	@Test
	@Timeout(value = 5, unit = TimeUnit.MINUTES)
	void tenThousandRequestsSeeTheirOwnIdsOnly() throws Exception {
		RestClient client = RestClient.create("http://127.0.0.1:" + this.port);
		ExecutorService clients = Executors.newFixedThreadPool(16);
		try {
			List<Future<String>> answers = new ArrayList<>();
			for (int i = 0; i < 10_000; i++) {
				String id = "id-" + i;
				answers.add(clients.submit(() -> client.get()
					.uri("/ids")
					.header(id.endsWith("0") ? "X-None" : "X-Request-Id", id)
					.retrieve()
					.body(String.class)));
			}
			for (int i = 0; i < answers.size(); i++) {
				String id = (i % 10 != 0) ? "id-" + i : null;
				assertThat(answers.get(i).get(60, TimeUnit.SECONDS))
					.isEqualTo("caller %s,task %1$s/%1$s,later %1$s/%1$s,caller %1$s".formatted(id));
			}
		}
		finally {
			clients.shutdownNow();
		}
	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Configuration {

		@Bean
		Ids ids(EventLoopThreadRunner runner) {
			return new Ids(runner);
		}

	}

	@RestController
	static class Ids {

		private final EventLoopThreadRunner runner;

		Ids(EventLoopThreadRunner runner) {
			this.runner = runner;
		}

		@GetMapping("/ids")
		String ids() {
			String inCall = this.runner.runScoped((scope) -> {
				String inTask = current();
				MDC.put("request", "left behind");
				return CompletableFuture.supplyAsync(() -> inTask)
					.thenApplyAsync((seen) -> "task " + seen + ",later " + current(), scope.loop());
			});
			return "caller " + MDC.get("request") + "," + inCall + ",caller " + MDC.get("request");
		}

		private static String current() {
			ServletRequestAttributes attributes = (ServletRequestAttributes) RequestContextHolder
				.currentRequestAttributes();
			return MDC.get("request") + "/" + attributes.getRequest().getHeader("X-Request-Id");
		}

	}

}
