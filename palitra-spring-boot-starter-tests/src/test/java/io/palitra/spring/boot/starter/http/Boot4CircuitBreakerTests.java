package io.palitra.spring.boot.starter.http;

import java.time.Duration;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.timelimiter.TimeLimiterConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.circuitbreaker.resilience4j.ReactiveResilience4JCircuitBreakerFactory;
import org.springframework.cloud.circuitbreaker.resilience4j.Resilience4JConfigBuilder;
import org.springframework.cloud.client.circuitbreaker.Customizer;
import org.springframework.cloud.client.circuitbreaker.httpservice.HttpServiceFallback;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.ImportHttpServices;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunTimeoutException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for HTTP interfaces beside the circuit breakers that Spring Cloud has for their
 * groups.
 */
class Boot4CircuitBreakerTests {

	private final Upstream upstream = new Upstream();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withUserConfiguration(Application.class)
		.withPropertyValues("spring.http.serviceclient.users.base-url=" + this.upstream.url(), "breaker.millis=60000");

	@AfterEach
	void close() {
		this.upstream.close();
	}

	private static long submitted(ApplicationContext context) {
		return context.getBean(EventLoopThreadRunner.class).snapshot().submitted();
	}

	private static CircuitBreaker breaker(ApplicationContext context) {
		return context.getBean(CircuitBreakerRegistry.class).getAllCircuitBreakers().stream().findFirst().orElseThrow();
	}

	@Test
	void fallbackIsPartOfWhatTheRunnerWaitsFor() {
		this.contextRunner.run((context) -> {
			assertThat(context.getBean(RemoteUsers.class).find(503)).isEqualTo("fallback for 503");
			assertThat(submitted(context)).isOne();
		});
	}

	@Test
	void reactiveMethodsAreLeftToTheirCallerAndTheBreaker() {
		this.contextRunner.run((context) -> {
			this.upstream.answerWith("Ada");
			assertThat(context.getBean(RemoteUsers.class).finding(7).block(Duration.ofMinutes(1))).isEqualTo("Ada");
			assertThat(submitted(context)).isZero();
		});
	}

	@Test
	void timeoutOfTheRunnerIsAroundTheBreakerAndNothingThatItCounts() {
		this.contextRunner.withPropertyValues("palitra.http.groups.users.timeout=100ms").run((context) -> {
			RemoteUsers users = context.getBean(RemoteUsers.class);
			for (int id = 1; id <= 3; id++) {
				assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(() -> users.find(7))
					.withMessageStartingWith("GET /users/{id}: Task \"RemoteUsers.find\" on runner \"default\"");
			}
			await().until(() -> this.upstream.released() == this.upstream.waiting());
			assertThat(breaker(context).getMetrics().getNumberOfFailedCalls()).isZero();
			assertThat(breaker(context).getState()).isEqualTo(CircuitBreaker.State.CLOSED);
		});
	}

	@Test
	void timeoutOfTheBreakerOpensIt() {
		this.contextRunner.withPropertyValues("breaker.millis=100").run((context) -> {
			RemoteUsers users = context.getBean(RemoteUsers.class);
			assertThat(users.find(7)).isEqualTo("fallback for 7");
			assertThat(users.find(7)).isEqualTo("fallback for 7");
			assertThat(breaker(context).getState()).isEqualTo(CircuitBreaker.State.OPEN);
			int before = this.upstream.waiting();
			assertThat(users.find(7)).isEqualTo("fallback for 7");
			assertThat(this.upstream.waiting()).isEqualTo(before);
			assertThat(submitted(context)).isEqualTo(3);
		});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@ImportHttpServices(group = "users", types = RemoteUsers.class, clientType = ClientType.WEB_CLIENT)
	@HttpServiceFallback(value = Fallback.class, service = RemoteUsers.class, group = "users")
	static class Application {

		@Bean
		Customizer<ReactiveResilience4JCircuitBreakerFactory> breakers(Environment environment) {
			Duration timeout = Duration.ofMillis(environment.getRequiredProperty("breaker.millis", Long.class));
			return (factory) -> factory.configureDefault((id) -> new Resilience4JConfigBuilder(id)
				.circuitBreakerConfig(
						CircuitBreakerConfig.custom().slidingWindowSize(2).minimumNumberOfCalls(2).build())
				.timeLimiterConfig(TimeLimiterConfig.custom().timeoutDuration(timeout).build())
				.build());
		}

	}

	/**
	 * Is subclassed.
	 */
	public static class Fallback {

		public String find(Throwable failure, long id) {
			return "fallback for " + id;
		}

	}

}
