package io.palitra.docs.greeting;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import io.palitra.EventLoopThreadRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application that the guide begins with, as a process would run it.
 */
class GreetingTests {

	@Test
	void firstApplication() {
		try (ConfigurableApplicationContext context = SpringApplication.run(GreetingApplication.class,
				"--server.port=0", "--management.endpoints.web.exposure.include=health,palitra",
				"--management.endpoint.health.show-details=always")) {
			assertThat(get(context, "/greetings")).isEqualTo("[\"hello\",\"good morning\"]");
			assertThat(get(context, "/actuator/health/palitra")).contains("\"UP\"", "palitra-default");
			assertThat(get(context, "/actuator/palitra")).contains("\"submitted\":1");
		}
	}

	private static String get(ConfigurableApplicationContext context, String path) {
		URI uri = URI
			.create("http://127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.server.port") + path);
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.create()) {
			return runner
				.run(() -> HttpClient.newHttpClient()
					.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()), Duration.ofSeconds(30))
				.body();
		}
	}

}
