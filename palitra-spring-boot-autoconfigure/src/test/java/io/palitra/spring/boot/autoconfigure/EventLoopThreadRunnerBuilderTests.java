package io.palitra.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.palitra.BlockingNotAllowedException;
import io.palitra.EventLoopThreadRunner;
import io.palitra.RunTimeoutException;
import io.palitra.spring.boot.autoconfigure.context.PalitraContextPropagationAutoConfiguration;
import io.palitra.spring.boot.autoconfigure.metrics.PalitraMetricsAutoConfiguration;
import io.palitra.spring.boot.autoconfigure.reactor.PalitraReactiveTypesAutoConfiguration;
import io.palitra.spring.boot.autoconfigure.reactor.PalitraReactorAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for the {@link EventLoopThreadRunner.Builder} of runners that an application
 * defines itself.
 */
class EventLoopThreadRunnerBuilderTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(PalitraAutoConfiguration.class, PalitraContextPropagationAutoConfiguration.class,
						PalitraReactorAutoConfiguration.class, PalitraReactiveTypesAutoConfiguration.class,
						PalitraMetricsAutoConfiguration.class, BootClasses.METRICS, BootClasses.COMPOSITE_REGISTRY))
		.withBean(SimpleMeterRegistry.class)
		.withUserConfiguration(Own.class);

	@AfterEach
	void clear() {
		MDC.clear();
	}

	@Test
	void runnerCarriesTheContextC8() {
		this.contextRunner.run((context) -> {
			MDC.put("requestId", "42");
			assertThat(context.getBean(EventLoopThreadRunner.class)
				.<String>run(() -> CompletableFuture.completedFuture(MDC.get("requestId")))).isEqualTo("42");
		});
	}

	@Test
	void childContextHasABuilderWithItsOwnProperties() {
		this.contextRunner.run((parent) -> this.contextRunner.withParent(parent)
			.withPropertyValues("palitra.runner.max-in-flight=4")
			.run((child) -> {
				try (EventLoopThreadRunner runner = child.getBean(EventLoopThreadRunner.Builder.class).build()) {
					assertThat(runner.snapshot().limit()).hasValue(4);
				}
			}));
	}

	@Test
	void runnerKnowsReactorsThreadsC6() {
		this.contextRunner.run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			Mono<String> blocking = Mono
				.fromCallable(() -> runner.<String>run(() -> CompletableFuture.completedFuture("blocked")))
				.subscribeOn(Schedulers.parallel());
			assertThatExceptionOfType(BlockingNotAllowedException.class).isThrownBy(blocking::block);
		});
	}

	@Test
	void runnerIsTimed() {
		this.contextRunner.run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			runner.<String>run(() -> CompletableFuture.completedFuture("value"));
			assertThat(context.getBean(MeterRegistry.class)
				.get("palitra.runner.run")
				.tags("name", "mine", "outcome", "success")
				.timer()
				.count()).isEqualTo(1);
		});
	}

	@Test
	void runnerHasFacesOfReactiveTypes() {
		ReactiveGreeting reactive = () -> Mono.just("hi");
		this.contextRunner.run((context) -> assertThat(
				context.getBean(EventLoopThreadRunner.class).blocking(Greeting.class, reactive).hello())
			.isEqualTo("hi"));
	}

	@Test
	void runnerHasThePropertiesAndWhatCustomizersSay() {
		AtomicInteger customized = new AtomicInteger();
		this.contextRunner.withPropertyValues("palitra.runner.timeout=20ms")
			.withBean(EventLoopThreadRunnerCustomizer.class, () -> (builder) -> customized.incrementAndGet())
			.run((context) -> {
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				assertThatExceptionOfType(RunTimeoutException.class)
					.isThrownBy(() -> runner.run(CompletableFuture::new));
				assertThat(customized).hasValue(1);
			});
	}

	@Test
	void everybodyHasABuilderOfTheirOwn() {
		this.contextRunner.run((context) -> assertThat(context.getBean(EventLoopThreadRunner.Builder.class))
			.isNotSameAs(context.getBean(EventLoopThreadRunner.Builder.class)));
	}

	@Test
	void builderOfTheApplicationReplacesIt() {
		this.contextRunner
			.withBean("own", EventLoopThreadRunner.Builder.class,
					() -> EventLoopThreadRunner.builder().timeout(Duration.ofSeconds(1)))
			.run((context) -> assertThat(context).hasSingleBean(EventLoopThreadRunner.Builder.class));
	}

	interface Greeting {

		String hello();

	}

	interface ReactiveGreeting {

		Mono<String> hello();

	}

	@Configuration(proxyBeanMethods = false)
	static class Own {

		@Bean
		EventLoopThreadRunner mine(EventLoopThreadRunner.Builder builder) {
			return builder.name("mine").build();
		}

	}

}
