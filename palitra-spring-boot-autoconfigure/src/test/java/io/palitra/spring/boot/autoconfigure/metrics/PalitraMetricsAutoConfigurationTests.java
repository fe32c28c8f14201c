package io.palitra.spring.boot.autoconfigure.metrics;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.palitra.EventLoopThreadRunner;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PalitraMetricsAutoConfiguration}.
 */
class PalitraMetricsAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PalitraMetricsAutoConfiguration.class, PalitraAutoConfiguration.class))
		.withPropertyValues("palitra.runner.shutdown.grace-period=0");

	private final ApplicationContextRunner withRegistry = this.contextRunner
		.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
				CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class));

	@Test
	void gaugesPendingAndActiveCalls() {
		this.withRegistry.run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			Gauge pending = registry.get("palitra.runner.pending").tag("name", "default").gauge();
			Gauge active = registry.get("palitra.runner.active").tag("name", "default").gauge();
			assertThat(pending.value()).isZero();
			assertThat(active.value()).isZero();
			CompletableFuture<Object> work = new CompletableFuture<>();
			runner.submit(() -> work);
			await().atMost(Duration.ofSeconds(30)).until(() -> active.value() == 1);
			CountDownLatch held = new CountDownLatch(1);
			CountDownLatch release = new CountDownLatch(1);
			runner.getLoop().submit(() -> {
				held.countDown();
				return release.await(60, TimeUnit.SECONDS);
			});
			assertThat(held.await(30, TimeUnit.SECONDS)).isTrue();
			runner.submit(() -> work);
			assertThat(pending.value()).isOne();
			assertThat(active.value()).isOne();
			release.countDown();
			work.complete(null);
			await().atMost(Duration.ofSeconds(30)).until(() -> pending.value() == 0 && active.value() == 0);
		});
	}

	@Test
	void metersSayWhatTheyMeasureAndNothingMore() {
		this.withRegistry.run((context) -> assertThat(context.getBean(MeterRegistry.class).getMeters())
			.filteredOn((meter) -> meter.getId().getName().startsWith("palitra."))
			.hasSize(2)
			.allSatisfy((meter) -> {
				assertThat(meter.getId().getTags()).containsExactly(Tag.of("name", "default"));
				assertThat(meter.getId().getDescription()).isNotBlank();
				assertThat(meter.getId().getBaseUnit()).isEqualTo("calls");
			}));
	}

	@Test
	void gaugesOutliveARestart() {
		this.withRegistry.run((context) -> {
			context.stop();
			context.start();
			context.getBean(EventLoopThreadRunner.class).submit(CompletableFuture::new);
			Gauge active = context.getBean(MeterRegistry.class).get("palitra.runner.active").gauge();
			await().atMost(Duration.ofSeconds(30)).until(() -> active.value() == 1);
		});
	}

	@Test
	void everyRunnerHasItsGauges() {
		this.withRegistry.withBean("mine", EventLoopThreadRunner.class, () -> runner("mine"))
			.withBean("yours", EventLoopThreadRunner.class, () -> runner("yours"),
					(definition) -> ((AbstractBeanDefinition) definition).setDefaultCandidate(false))
			.run((context) -> assertThat(context.getBean(MeterRegistry.class).get("palitra.runner.active").gauges())
				.extracting((gauge) -> gauge.getId().getTag("name"))
				.containsExactlyInAnyOrder("mine", "yours"));
	}

	@Test
	void backsOffByName() {
		this.withRegistry.withBean("eventLoopThreadRunnerMetrics", Object.class, Object::new)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(EventLoopThreadRunnerMetrics.class));
	}

	@Test
	void worksWithoutRegistryC22() {
		this.contextRunner.run((context) -> assertThat(context).hasSingleBean(EventLoopThreadRunner.class)
			.doesNotHaveBean(EventLoopThreadRunnerMetrics.class));
	}

	@Test
	void worksWithoutMicrometerOnTheClassPathC22() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(MeterRegistry.class))
			.run((context) -> assertThat(context).hasSingleBean(EventLoopThreadRunner.class)
				.doesNotHaveBean("eventLoopThreadRunnerMetrics"));
	}

	@Test
	void disabledWithPalitra() {
		this.withRegistry.withPropertyValues("palitra.enabled=false")
			.withBean(EventLoopThreadRunner.class, EventLoopThreadRunner::create)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(EventLoopThreadRunnerMetrics.class));
	}

	@Test
	void worksWithLazyInitialization() {
		this.withRegistry
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> assertThat(
					context.getBean(MeterRegistry.class).get("palitra.runner.active").gauge().value())
				.isZero());
	}

	private static EventLoopThreadRunner runner(String name) {
		return EventLoopThreadRunner.builder().name(name).build();
	}

}
