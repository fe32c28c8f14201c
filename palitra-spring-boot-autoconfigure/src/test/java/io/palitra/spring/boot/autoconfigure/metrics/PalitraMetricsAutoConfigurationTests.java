package io.palitra.spring.boot.autoconfigure.metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.RunTimeoutException;
import io.palitra.RunnerClosedException;
import io.palitra.RunnerOverloadedException;
import io.palitra.RunnerSnapshot;
import io.palitra.RunnerState;
import io.palitra.spring.boot.autoconfigure.BootClasses;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.intThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.atLeast;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link PalitraMetricsAutoConfiguration}.
 */
class PalitraMetricsAutoConfigurationTests {

	private static final Duration PATIENT = Duration.ofSeconds(30);

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PalitraMetricsAutoConfiguration.class, PalitraAutoConfiguration.class))
		.withPropertyValues("palitra.runner.shutdown.grace-period=0");

	private final ApplicationContextRunner withRegistry = this.contextRunner.withConfiguration(
			AutoConfigurations.of(BootClasses.METRICS, BootClasses.COMPOSITE_REGISTRY, BootClasses.SIMPLE_REGISTRY));

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
	void gaugesThreadsThatWaitAndCallsThatNobodyWaitsFor() {
		this.withRegistry.run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			CompletableFuture<String> work = new CompletableFuture<>();
			CompletableFuture<String> caller = CompletableFuture.supplyAsync(() -> runner.run(() -> work));
			await().atMost(PATIENT).until(() -> gauge(registry, "palitra.runner.waiting") == 1);
			work.complete("result");
			caller.get(30, TimeUnit.SECONDS);
			await().atMost(PATIENT).until(() -> gauge(registry, "palitra.runner.waiting") == 0);
			CompletableFuture<String> deaf = new CompletableFuture<>() {

				@Override
				public boolean cancel(boolean mayInterruptIfRunning) {
					return false;
				}

			};
			CompletableFuture<String> call = runner.submit(() -> deaf);
			await().atMost(PATIENT).until(() -> gauge(registry, "palitra.runner.active") == 1);
			call.cancel(true);
			await().atMost(PATIENT).until(() -> gauge(registry, "palitra.runner.abandoned") == 1);
			deaf.complete("too late");
			await().atMost(PATIENT).until(() -> gauge(registry, "palitra.runner.abandoned") == 0);
			await().atMost(PATIENT).until(() -> counter(registry, "palitra.runner.discarded") == 1);
		});
	}

	@Test
	void countsCallsThatWereSubmittedAndRejected() {
		this.withRegistry.withPropertyValues("palitra.runner.max-in-flight=1", "palitra.runner.overload-policy=reject")
			.run((context) -> {
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				runner.submit(CompletableFuture::new);
				assertThatExceptionOfType(RunnerOverloadedException.class)
					.isThrownBy(() -> runner.run(CompletableFuture::new));
				assertThat(counter(registry, "palitra.runner.submitted")).isEqualTo(2);
				assertThat(counter(registry, "palitra.runner.rejected")).isEqualTo(1);
			});
	}

	@Test
	void gaugesTheLimitAndHowMuchOfItIsFreeC15() {
		this.withRegistry.withPropertyValues("palitra.runner.max-in-flight=2").run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(gauge(registry, "palitra.runner.limit")).isEqualTo(2);
			assertThat(gauge(registry, "palitra.runner.permits")).isEqualTo(2);
			CompletableFuture<Object> work = new CompletableFuture<>();
			List.of(1, 2, 3).forEach((call) -> runner.submit(() -> work));
			await().atMost(PATIENT).until(() -> gauge(registry, "palitra.runner.active") == 2);
			assertThat(gauge(registry, "palitra.runner.permits")).isZero();
			assertThat(gauge(registry, "palitra.runner.limit")).isEqualTo(2);
			work.complete(null);
			await().atMost(PATIENT).until(() -> gauge(registry, "palitra.runner.permits") == 2);
		});
	}

	@Test
	void runnerWithoutALimitHasNoMeterOfOne() {
		this.withRegistry.withPropertyValues("palitra.runners.reports.max-in-flight=7").run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.get("palitra.runner.limit").gauges()).singleElement()
				.satisfies((gauge) -> assertThat(gauge.getId().getTag("name")).isEqualTo("reports"));
			assertThat(registry.get("palitra.runner.permits").gauges()).hasSize(1);
		});
	}

	@Test
	void metersReadCountersAndNeverLookAtTheCalls() {
		EventLoopThreadRunner runner = spy(EventLoopThreadRunner.builder().name("spied").maxInFlight(3).build());
		this.withRegistry.withBean(EventLoopThreadRunner.class, () -> runner).run((context) -> {
			List<Double> values = new ArrayList<>();
			context.getBean(MeterRegistry.class)
				.getMeters()
				.stream()
				.filter((meter) -> meter.getId().getName().startsWith("palitra.runner."))
				.forEach((meter) -> meter.measure().forEach((measurement) -> values.add(measurement.getValue())));
			assertThat(values).hasSizeGreaterThan(12).doesNotContain(Double.NaN);
			verify(runner, atLeast(values.size())).snapshot(0);
			verify(runner, never()).snapshot();
			verify(runner, never()).snapshot(intThat((calls) -> calls > 0));
		});
	}

	@Test
	void showsThatTheLoopIsDead() {
		// No task can kill the thread, so this is what a runner says that has lost it.
		EventLoopThreadRunner dead = mock();
		RunnerSnapshot snapshot = mock();
		given(dead.getName()).willReturn("lost");
		given(dead.snapshot(0)).willReturn(snapshot);
		given(snapshot.limit()).willReturn(OptionalInt.empty());
		given(snapshot.state()).willReturn(RunnerState.DEAD);
		this.withRegistry.withPropertyValues("palitra.runners.reports.timeout=1s")
			.withBean(EventLoopThreadRunner.class, () -> dead)
			.run((context) -> {
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				assertThat(registry.get("palitra.runner.dead").tag("name", "lost").gauge().value()).isOne();
				assertThat(registry.get("palitra.runner.dead").tag("name", "reports").gauge().value()).isZero();
			});
	}

	@Test
	void countsSlowCallbacksAndShowsThatTheLoopIsBusyAndLate() {
		this.withRegistry.withPropertyValues("palitra.runner.slow-task-threshold=1ms").run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(gauge(registry, "palitra.runner.lag")).isZero();
			CountDownLatch held = new CountDownLatch(1);
			CountDownLatch release = new CountDownLatch(1);
			runner.getLoop().submit(() -> {
				held.countDown();
				return release.await(60, TimeUnit.SECONDS);
			});
			assertThat(held.await(30, TimeUnit.SECONDS)).isTrue();
			CompletableFuture<String> late = runner.submit(() -> CompletableFuture.completedFuture("late"));
			TimeGauge lag = registry.get("palitra.runner.lag").timeGauge();
			await().atMost(PATIENT).until(() -> lag.value(TimeUnit.MILLISECONDS) >= 20);
			assertThat(lag.baseTimeUnit()).isEqualTo(TimeUnit.SECONDS);
			TimeGauge holding = registry.get("palitra.runner.held").timeGauge();
			await().atMost(PATIENT).until(() -> holding.value(TimeUnit.MILLISECONDS) >= 20);
			assertThat(holding.baseTimeUnit()).isEqualTo(TimeUnit.SECONDS);
			double busy = counter(registry, "palitra.runner.busy");
			assertThat(busy).isGreaterThanOrEqualTo(0.02);
			await().atMost(PATIENT).until(() -> counter(registry, "palitra.runner.busy") >= busy + 0.02);
			release.countDown();
			late.get(30, TimeUnit.SECONDS);
			await().atMost(PATIENT).until(() -> holding.value() == 0);
			await().atMost(PATIENT).until(() -> counter(registry, "palitra.runner.slow") >= 1);
			await().atMost(PATIENT).until(() -> gauge(registry, "palitra.runner.lag") == 0);
		});
	}

	@Test
	void timesCallsByOutcome() {
		this.withRegistry.withPropertyValues("palitra.runners.reports.timeout=20ms").run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			EventLoopThreadRunner reports = context.getBean("reportsEventLoopThreadRunner",
					EventLoopThreadRunner.class);
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			runner.<String>run(() -> CompletableFuture.completedFuture("result"));
			assertThatIllegalStateException().isThrownBy(() -> runner.run(() -> {
				throw new IllegalStateException("expected");
			}));
			assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(() -> reports.run(CompletableFuture::new));
			runner.submit(CompletableFuture::new).cancel(true);
			runner.stop();
			assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> runner.run(CompletableFuture::new));
			await().atMost(PATIENT).until(() -> run(registry, "default", "cancelled").count() == 1);
			assertThat(run(registry, "default", "success").count()).isEqualTo(1);
			assertThat(run(registry, "default", "success").totalTime(TimeUnit.NANOSECONDS)).isPositive();
			assertThat(run(registry, "default", "error").count()).isEqualTo(1);
			assertThat(run(registry, "default", "closed").count()).isEqualTo(1);
			assertThat(run(registry, "default", "timeout").count()).isZero();
			assertThat(run(registry, "reports", "timeout").count()).isEqualTo(1);
			assertThat(run(registry, "reports", "timeout").totalTime(TimeUnit.MILLISECONDS)).isGreaterThanOrEqualTo(20);
			assertThat(registry.get("palitra.runner.queue").tag("name", "default").timer().count())
				.isGreaterThanOrEqualTo(2);
		});
	}

	@Test
	void metersSayWhatTheyMeasureAndNothingMore() {
		this.withRegistry.withPropertyValues("palitra.runner.max-in-flight=4").run((context) -> {
			context.getBean(EventLoopThreadRunner.class)
				.<String>run(() -> CompletableFuture.completedFuture("result"), RunOptions.defaults().name("task"));
			Map<String, String> units = new HashMap<>();
			assertThat(context.getBean(MeterRegistry.class).getMeters())
				.filteredOn((meter) -> meter.getId().getName().startsWith("palitra."))
				.allSatisfy((meter) -> {
					Meter.Id id = meter.getId();
					units.put(id.getName(), id.getType() + " of " + id.getBaseUnit());
					assertThat(id.getTag("name")).isEqualTo("default");
					assertThat(id.getTags()).extracting(Tag::getKey).isSubsetOf("name", "outcome");
					assertThat(id.getDescription()).isNotBlank();
				});
			assertThat(units).containsOnly(entry("palitra.runner.pending", "GAUGE of calls"),
					entry("palitra.runner.active", "GAUGE of calls"),
					entry("palitra.runner.waiting", "GAUGE of threads"),
					entry("palitra.runner.abandoned", "GAUGE of calls"),
					entry("palitra.runner.submitted", "COUNTER of calls"),
					entry("palitra.runner.rejected", "COUNTER of calls"),
					entry("palitra.runner.discarded", "COUNTER of results"),
					entry("palitra.runner.slow", "COUNTER of callbacks"),
					entry("palitra.runner.limit", "GAUGE of calls"),
					entry("palitra.runner.permits", "GAUGE of permits"),
					entry("palitra.runner.lag", "GAUGE of seconds"), entry("palitra.runner.held", "GAUGE of seconds"),
					entry("palitra.runner.busy", "COUNTER of seconds"), entry("palitra.runner.dead", "GAUGE of null"),
					entry("palitra.runner.run", "TIMER of seconds"), entry("palitra.runner.queue", "TIMER of seconds"));
		});
	}

	@Test
	void prometheusReadsEveryMeterUnderItsConventionalName() {
		PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		this.contextRunner.withConfiguration(AutoConfigurations.of(BootClasses.METRICS))
			.withBean(MeterRegistry.class, () -> prometheus)
			.withPropertyValues("palitra.runner.max-in-flight=4", "palitra.runners.reports.timeout=1s")
			.run((context) -> {
				context.getBean(EventLoopThreadRunner.class)
					.<String>run(() -> CompletableFuture.completedFuture("result"));
				String scrape = prometheus.scrape();
				List<String> types = scrape.lines()
					.filter((line) -> line.startsWith("# TYPE palitra_"))
					.map((line) -> line.substring("# TYPE ".length()))
					.toList();
				assertThat(types).containsExactlyInAnyOrder("palitra_runner_pending_calls gauge",
						"palitra_runner_active_calls gauge", "palitra_runner_waiting_threads gauge",
						"palitra_runner_abandoned_calls gauge", "palitra_runner_submitted_calls_total counter",
						"palitra_runner_rejected_calls_total counter", "palitra_runner_discarded_results_total counter",
						"palitra_runner_slow_callbacks_total counter", "palitra_runner_lag_seconds gauge",
						"palitra_runner_limit_calls gauge", "palitra_runner_permits gauge",
						"palitra_runner_held_seconds gauge", "palitra_runner_busy_seconds_total counter",
						"palitra_runner_dead gauge", "palitra_runner_run_seconds summary",
						"palitra_runner_run_seconds_max gauge", "palitra_runner_queue_seconds summary",
						"palitra_runner_queue_seconds_max gauge");
				assertThat(types).allSatisfy((type) -> assertThat(scrape)
					.containsPattern("# HELP " + type.substring(0, type.indexOf(' ')) + " [A-Z1]"));
				assertThat(scrape).contains("palitra_runner_submitted_calls_total{name=\"default\"} 1.0",
						"palitra_runner_submitted_calls_total{name=\"reports\"} 0.0",
						"palitra_runner_run_seconds_count{name=\"default\",outcome=\"success\"} 1",
						"palitra_runner_run_seconds_count{name=\"default\",outcome=\"timeout\"} 0",
						"palitra_runner_queue_seconds_count{name=\"default\"} 1",
						"palitra_runner_active_calls{name=\"default\"}");
			});
	}

	@Test
	void callsAreTimedInAllRegistries() {
		PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		SimpleMeterRegistry simple = new SimpleMeterRegistry();
		this.contextRunner.withConfiguration(AutoConfigurations.of(BootClasses.METRICS, BootClasses.COMPOSITE_REGISTRY))
			.withBean("first", MeterRegistry.class, () -> prometheus)
			.withBean("second", MeterRegistry.class, () -> simple)
			.run((context) -> {
				context.getBean(EventLoopThreadRunner.class)
					.<String>run(() -> CompletableFuture.completedFuture("result"));
				assertThat(run(simple, "default", "success").count()).isEqualTo(1);
				assertThat(run(prometheus, "default", "success").count()).isEqualTo(1);
			});
	}

	@Test
	void registryThatNeedsTheRunnerIsNoCycle() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(BootClasses.METRICS))
			.withUserConfiguration(RegistryThatCallsConfiguration.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(counter(context.getBean(MeterRegistry.class), "palitra.runner.submitted")).isEqualTo(1);
			});
	}

	@Test
	void mockInPlaceOfTheRunnerDoesNotDisturbTheContext() {
		this.withRegistry.withBean(EventLoopThreadRunner.class, () -> mock(EventLoopThreadRunner.class))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void runnersOfTheSameNameAreToldApart() {
		this.withRegistry.withBean("mine", EventLoopThreadRunner.class, () -> runner("same"))
			.withBean("yours", EventLoopThreadRunner.class, () -> runner("same"),
					(definition) -> ((AbstractBeanDefinition) definition).setDefaultCandidate(false))
			.run((context) -> assertThat(context.getBean(MeterRegistry.class).get("palitra.runner.active").gauges())
				.extracting((gauge) -> gauge.getId().getTag("name"))
				.containsExactlyInAnyOrder("same", "yours"));
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
		this.withRegistry.withBean("eventLoopThreadRunnerTimers", Object.class, Object::new)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(EventLoopThreadRunnerTimers.class));
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
	void lazyRunnerIsNotBuiltForItsMetersAndHasThemOnceItIsBuilt() {
		this.withRegistry
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withPropertyValues("palitra.runners.reports.timeout=1s")
			.run((context) -> {
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				assertThat(registry.find("palitra.runner.active").gauges()).isEmpty();
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				assertThat(registry.get("palitra.runner.active").gauges()).hasSize(1)
					.allSatisfy((gauge) -> assertThat(gauge.value()).isZero());
				context.getBean("reportsEventLoopThreadRunner");
				assertThat(registry.get("palitra.runner.active").gauges()).hasSize(2);
				runner.<String>run(() -> CompletableFuture.completedFuture("result"));
				assertThat(counter(registry, "palitra.runner.submitted")).isEqualTo(1);
				assertThat(run(registry, "default", "success").count()).isEqualTo(1);
			});
	}

	@Test
	void lazyRegistryMayComeAfterTheRunner() {
		this.withRegistry
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				runner.<String>run(() -> CompletableFuture.completedFuture("result"));
				assertThat(run(registry, "default", "success").count()).isEqualTo(1);
			});
	}

	private static double gauge(MeterRegistry registry, String name) {
		return registry.get(name).tag("name", "default").gauge().value();
	}

	private static double counter(MeterRegistry registry, String name) {
		return registry.get(name).tag("name", "default").functionCounter().count();
	}

	private static Timer run(MeterRegistry registry, String name, String outcome) {
		return registry.get("palitra.runner.run").tags("name", name, "outcome", outcome).timer();
	}

	private static EventLoopThreadRunner runner(String name) {
		return EventLoopThreadRunner.builder().name(name).build();
	}

	@Configuration(proxyBeanMethods = false)
	static class RegistryThatCallsConfiguration {

		@Bean
		MeterRegistry registry(EventLoopThreadRunner runner) {
			return runner.run(() -> CompletableFuture.completedFuture(new SimpleMeterRegistry()));
		}

	}

}
