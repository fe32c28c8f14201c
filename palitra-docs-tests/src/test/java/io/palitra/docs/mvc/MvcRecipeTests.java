package io.palitra.docs.mvc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

import io.palitra.EventLoopThreadRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The recipes for Spring MVC.
 */
class MvcRecipeTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.create();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	@Test
	void controllerWaitsForWebClient() {
		List<String> asked = new ArrayList<>();
		assertThat(mvc(new UserController(this.runner, WebClient.builder().exchangeFunction((request) -> {
			asked.add(Thread.currentThread().getName() + " " + request.url());
			return Mono.just(ClientResponse.create(HttpStatus.OK)
				.header("Content-Type", MediaType.APPLICATION_JSON_VALUE)
				.body("{\"id\":7,\"name\":\"Ada\"}")
				.build());
		}))).get().uri("/users/7")).bodyJson().isEqualTo("{\"id\":7,\"name\":\"Ada\"}");
		assertThat(asked).containsExactly("palitra-default https://users.example.org/users/7");
	}

	@Test
	void timeoutBecomesGatewayTimeout() {
		EventLoopThreadRunner impatient = EventLoopThreadRunner.builder().timeout(Duration.ofMillis(1)).build();
		try (impatient) {
			assertThat(mvc(new DashboardController(impatient, (id) -> Mono.never())).get().uri("/dashboard"))
				.hasStatus(HttpStatus.GATEWAY_TIMEOUT);
		}
	}

	@Test
	void closedRunnerBecomesServiceUnavailable() {
		ExchangeFunction never = (request) -> Mono.never();
		UserController controller = new UserController(this.runner, WebClient.builder().exchangeFunction(never));
		this.runner.close();
		assertThat(mvc(controller).get().uri("/users/7")).hasStatus(HttpStatus.SERVICE_UNAVAILABLE);
	}

	@Test
	void gathersInOrder() {
		DashboardController controller = new DashboardController(this.runner,
				(id) -> Mono.delay(Duration.ofMillis(4 - id)).thenReturn(new User(id, "user" + id)));
		assertThat(mvc(controller).get().uri("/dashboard")).bodyJson()
			.isEqualTo("[{\"id\":1,\"name\":\"user1\"},{\"id\":2,\"name\":\"user2\"},{\"id\":3,\"name\":\"user3\"}]");
	}

	@Test
	void takesWhatCouldBeHad() {
		DashboardController controller = new DashboardController(this.runner, (id) -> (id == 1)
				? Mono.error(new IllegalStateException("no such user")) : Mono.just(new User(id, "user" + id)));
		assertThat(mvc(controller).get().uri("/dashboard/partial")).bodyJson()
			.isEqualTo("[{\"id\":0,\"name\":\"unknown\"},{\"id\":2,\"name\":\"user2\"}]");
	}

	private static MockMvcTester mvc(Object controller) {
		return MockMvcTester
			.create(MockMvcBuilders.standaloneSetup(controller).setControllerAdvice(new RunnerFailures()).build());
	}

}
