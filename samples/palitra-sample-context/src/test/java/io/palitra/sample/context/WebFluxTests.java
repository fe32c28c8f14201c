package io.palitra.sample.context;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import reactor.core.publisher.Mono;

import io.palitra.BlockingNotAllowedException;
import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A WebFlux handler must not block.
 */
class WebFluxTests {

	@Test
	@Timeout(value = 5, unit = TimeUnit.MINUTES)
	void callInsideAHandlerIsRefusedBeforeAnythingStartsC6() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.REACTIVE)
			.properties("server.port=0")
			.run()) {
			RestClient client = RestClient
				.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port"));
			assertThat(client.get().uri("/blocking").retrieve().body(String.class))
				.startsWith(BlockingNotAllowedException.class.getName())
				.contains("Task \"load-user\"")
				.contains("runner \"default\"")
				.contains("reactor-http-")
				.contains("make the call on a thread that may block");
			assertThat(context.getBean(Handler.class).calls).hasValue(0);
			assertThat(context.getBean(EventLoopThreadRunner.class).snapshot().submitted()).isZero();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Handler handler(EventLoopThreadRunner runner) {
			return new Handler(runner);
		}

	}

	@RestController
	static class Handler {

		private final EventLoopThreadRunner runner;

		private final AtomicInteger calls = new AtomicInteger();

		Handler(EventLoopThreadRunner runner) {
			this.runner = runner;
		}

		@GetMapping("/blocking")
		Mono<String> blocking() {
			return Mono.fromCallable(() -> {
				try {
					return "value " + this.runner.<Integer>run(
							() -> CompletableFuture.completedFuture(this.calls.incrementAndGet()),
							RunOptions.defaults().name("load-user"));
				}
				catch (BlockingNotAllowedException ex) {
					return ex.toString();
				}
			});
		}

	}

}
