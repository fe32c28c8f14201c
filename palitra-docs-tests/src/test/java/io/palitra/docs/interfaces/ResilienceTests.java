package io.palitra.docs.interfaces;

import java.io.IOException;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
import io.github.resilience4j.retry.annotation.Retry;
import io.github.resilience4j.timelimiter.annotation.TimeLimiter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.ImportHttpServices;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunCallSite;
import io.palitra.RunTimeoutException;
import io.palitra.spring.http.RunTimeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * HTTP interfaces together with what others put around their methods.
 */
class ResilienceTests {

	private Upstream upstream;

	private ConfigurableApplicationContext context;

	private Users users;

	@BeforeEach
	void start() throws IOException {
		this.upstream = new Upstream();
		this.context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.run("--spring.http.serviceclient.users.base-url=" + this.upstream.url(),
					"--resilience4j.retry.instances.users.max-attempts=3",
					"--resilience4j.retry.instances.users.wait-duration=1ms",
					"--resilience4j.circuitbreaker.instances.users.sliding-window-size=2",
					"--resilience4j.circuitbreaker.instances.users.minimum-number-of-calls=2");
		this.users = this.context.getBean(Users.class);
	}

	@AfterEach
	void close() {
		this.context.close();
		this.upstream.close();
	}

	private long submitted() {
		return this.context.getBean(EventLoopThreadRunner.class).snapshot().submitted();
	}

	@Test
	void retryableTriesAgainAndEachTryIsACallOfItsOwn() {
		assertThatExceptionOfType(WebClientResponseException.ServiceUnavailable.class)
			.isThrownBy(this.users::retryable);
		assertThat(this.upstream.requests()).hasSize(3);
		assertThat(submitted()).isEqualTo(3);
	}

	@Test
	void retryableTriesAgainAfterATimeoutOfTheRunner() {
		assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(this.users::retryableAndSilent)
			.withMessageStartingWith("GET /silent: Task \"Users.retryableAndSilent\"");
		assertThat(submitted()).isEqualTo(3);
	}

	@Test
	void timeoutOfRetryableIsLookedAtBetweenTriesAndThatOfTheRunnerEndsEach() {
		assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(this.users::retryableForATime);
		assertThat(submitted()).isOne();
	}

	@Test
	void retryTriesAgain() {
		Throwable thrown = catchThrowable(this.users::retried);
		assertThat(thrown).isInstanceOf(WebClientResponseException.ServiceUnavailable.class);
		assertThat(this.upstream.requests()).hasSize(3);
		assertThat(thrown.getSuppressed()).filteredOn(RunCallSite.class::isInstance)
			.singleElement()
			.satisfies((site) -> assertThat(site.getStackTrace()[0].getClassName()).startsWith("org.assertj."));
	}

	@Test
	void circuitBreakerOpensAfterTimeoutsOfTheRunner() {
		assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(this.users::broken);
		assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(this.users::broken);
		assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(this.users::broken);
		assertThat(submitted()).isEqualTo(2);
	}

	@Test
	void timeLimiterIsRefusedByItsLibraryAsNothingIsLimitedByIt() {
		assertThat(catchThrowable(this.users::limited)).hasMessageContaining("unsupported by @TimeLimiter return type");
		assertThat(submitted()).isZero();
	}

	interface Users {

		@GetExchange("/failing")
		@Retryable(maxRetries = 2, delay = 1)
		String retryable();

		@GetExchange("/silent")
		@RunTimeout("50ms")
		@Retryable(maxRetries = 2, delay = 1)
		String retryableAndSilent();

		@GetExchange("/silent")
		@RunTimeout("300ms")
		@Retryable(maxRetries = 2, delay = 1, timeout = 200)
		String retryableForATime();

		@GetExchange("/failing")
		@Retry(name = "users")
		String retried();

		@GetExchange("/silent")
		@RunTimeout("50ms")
		@CircuitBreaker(name = "users")
		String broken();

		@GetExchange("/silent")
		@RunTimeout("50ms")
		@TimeLimiter(name = "users")
		String limited();

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableResilientMethods
	@ImportHttpServices(group = "users", types = Users.class, clientType = ClientType.WEB_CLIENT)
	static class Application {

	}

}
