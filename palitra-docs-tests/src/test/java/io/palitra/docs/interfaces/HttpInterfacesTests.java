package io.palitra.docs.interfaces;

import java.io.IOException;
import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientAdapter;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunTimeoutException;
import io.palitra.spring.http.RunnerHttpExchangeAdapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The page on HTTP interfaces.
 */
class HttpInterfacesTests {

	private Upstream upstream;

	@BeforeEach
	void start() throws IOException {
		this.upstream = new Upstream();
	}

	@AfterEach
	void close() {
		this.upstream.close();
	}

	private ConfigurableApplicationContext application(String... arguments) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.http.serviceclient.users.base-url=" + this.upstream.url(), "users.orders.timeout=30s")
			.run(arguments);
	}

	@Test
	void controllerKnowsNothingButTheInterface() {
		try (ConfigurableApplicationContext application = application()) {
			UserPage page = application.getBean(UserPages.class).page(7);
			assertThat(page.user().name()).isEqualTo("Ada");
			assertThat(page.orders()).extracting(Order::number).containsExactly(1L);
			assertThat(application.getBean(EventLoopThreadRunner.class).snapshot().submitted()).isEqualTo(2);
		}
	}

	@Test
	void severalAreFetchedAtOnce() {
		try (ConfigurableApplicationContext application = application()) {
			assertThat(application.getBean(UserPages.class).beside(7, 7)).hasSize(2);
			assertThat(this.upstream.requests()).containsExactly("/users/7", "/users/7");
		}
	}

	@Test
	void groupHasATimeout() {
		try (ConfigurableApplicationContext application = application("--palitra.http.groups.users.timeout=50ms",
				"--spring.http.serviceclient.users.base-url=" + this.upstream.url() + "/silent")) {
			assertThatExceptionOfType(RunTimeoutException.class)
				.isThrownBy(() -> application.getBean(Users.class).find(7))
				.withMessageStartingWith(
						"GET /users/{id}: Task \"Users.find\" on runner \"default\" did not end within 50 ms");
		}
	}

	@Test
	void adapterIsForFactoriesThatAreBuiltByHand() {
		WebClient webClient = WebClient.create(this.upstream.url());
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.create()) {
			// tag::by-hand[]
			Users users = HttpServiceProxyFactory
				.builderFor(new RunnerHttpExchangeAdapter(WebClientAdapter.create(webClient), runner)
					.withTimeout(Duration.ofSeconds(2)))
				.build()
				.createClient(Users.class);
			// end::by-hand[]
			assertThat(users.find(7).name()).isEqualTo("Ada");
			assertThat(runner.snapshot().submitted()).isOne();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ UsersConfiguration.class, UserPages.class })
	static class Application {

	}

}
