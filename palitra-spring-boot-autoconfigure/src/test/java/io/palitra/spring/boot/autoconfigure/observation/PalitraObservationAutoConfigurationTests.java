package io.palitra.spring.boot.autoconfigure.observation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.RunTimeoutException;
import io.palitra.RunnerClosedException;
import io.palitra.spring.boot.autoconfigure.BootClasses;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;
import io.palitra.spring.boot.autoconfigure.context.PalitraContextPropagationAutoConfiguration;
import io.palitra.spring.boot.autoconfigure.metrics.PalitraMetricsAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PalitraObservationAutoConfiguration}.
 */
class PalitraObservationAutoConfigurationTests {

	private final TestObservationRegistry observations = TestObservationRegistry.create();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(BootClasses.OBSERVATION, PalitraContextPropagationAutoConfiguration.class,
					PalitraObservationAutoConfiguration.class, PalitraAutoConfiguration.class));

	private final ApplicationContextRunner observed = this.contextRunner.withBean(ObservationRegistry.class,
			() -> this.observations);

	private TestObservationRegistryAssert assertObservations() {
		return TestObservationRegistryAssert.assertThat(this.observations);
	}

	private static RunOptions named(String name) {
		return RunOptions.defaults().name(name);
	}

	@Test
	void twoConventionsStopTheStart() {
		this.observed.withBean("one", RunObservationConvention.class, DefaultRunObservationConvention::new)
			.withBean("two", RunObservationConvention.class, DefaultRunObservationConvention::new)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(NoUniqueBeanDefinitionException.class)
				.hasMessageContaining("one,two"));
	}

	@Test
	void callIsObserved() {
		this.observed.run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			runner.run(() -> CompletableFuture.completedFuture("value"), named("load-user"));
			assertObservations().hasSingleObservationThat()
				.hasNameEqualTo("palitra.run")
				.hasBeenStarted()
				.hasBeenStopped()
				.hasLowCardinalityKeyValue("name", "default")
				.hasLowCardinalityKeyValue("outcome", "success")
				.hasHighCardinalityKeyValue("task", "load-user")
				.doesNotHaveError()
				.doesNotHaveParentObservation();
		});
	}

	@Test
	void failureOfTheTaskIsTheError() {
		this.observed.run((context) -> {
			IllegalStateException failure = new IllegalStateException("expected");
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> context.getBean(EventLoopThreadRunner.class)
					.run(() -> CompletableFuture.failedFuture(failure)))
				.isSameAs(failure);
			assertObservations().hasSingleObservationThat()
				.hasBeenStopped()
				.hasLowCardinalityKeyValue("outcome", "error")
				.hasError(failure);
		});
	}

	@Test
	void timeoutIsTheOutcome() {
		this.observed.run((context) -> {
			assertThatExceptionOfType(RunTimeoutException.class)
				.isThrownBy(() -> context.getBean(EventLoopThreadRunner.class)
					.run(CompletableFuture::new, Duration.ofMillis(20)));
			assertObservations().hasSingleObservationThat()
				.hasBeenStopped()
				.hasLowCardinalityKeyValue("outcome", "timeout");
		});
	}

	@Test
	void refusedCallIsObservedToItsEnd() {
		this.observed.run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			runner.stop();
			assertThatExceptionOfType(RunnerClosedException.class)
				.isThrownBy(() -> runner.run(() -> CompletableFuture.completedFuture("value")));
			assertObservations().hasSingleObservationThat()
				.hasBeenStopped()
				.hasLowCardinalityKeyValue("outcome", "closed");
		});
	}

	@Test
	void submittedCallEndsWithItsFuture() {
		this.observed.run((context) -> {
			CompletableFuture<String> work = new CompletableFuture<>();
			CompletableFuture<String> future = context.getBean(EventLoopThreadRunner.class).submit(() -> work);
			assertObservations().hasSingleObservationThat().hasBeenStarted().isNotStopped();
			future.cancel(true);
			await().untilAsserted(() -> assertObservations().hasSingleObservationThat()
				.hasBeenStopped()
				.hasLowCardinalityKeyValue("outcome", "cancelled"));
			assertThatExceptionOfType(CancellationException.class).isThrownBy(future::join);
		});
	}

	@Test
	void isCurrentForTheTaskAndChildOfTheCallersObservation() {
		this.observed.run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			Observation request = Observation.start("request", this.observations);
			try (Observation.Scope scope = request.openScope()) {
				Observation inTask = runner.run(() -> CompletableFuture.completedFuture(current()));
				assertThat(inTask.getContext().getName()).isEqualTo("palitra.run");
				assertThat(inTask.getContext().getParentObservation()).isSameAs(request);
				assertThat(current()).isSameAs(request);
			}
			request.stop();
			assertThat(current()).isNull();
			assertThat(
					runner.run(() -> CompletableFuture.completedFuture(current())).getContext().getParentObservation())
				.isNull();
		});
	}

	@Test
	void isCurrentForLaterStagesAndForkedTasks() {
		this.observed.run((context) -> {
			List<String> names = context.getBean(EventLoopThreadRunner.class)
				.runScoped((scope) -> CompletableFuture.supplyAsync(() -> "later")
					.thenApplyAsync((text) -> current().getContext().getName(), scope.loop())
					.thenCombine(scope.fork(() -> CompletableFuture.completedFuture(current().getContext().getName())),
							List::of));
			assertThat(names).containsExactly("palitra.run", "palitra.run");
		});
	}

	@Test
	void childrenStayChildrenWithoutContextPropagation() {
		this.observed.withClassLoader(new FilteredClassLoader("io.micrometer.context")).run((context) -> {
			Observation inTask = context.getBean(EventLoopThreadRunner.class)
				.run(() -> CompletableFuture.completedFuture(current()));
			assertThat(inTask.getContext().getName()).isEqualTo("palitra.run");
		});
	}

	private Observation current() {
		return this.observations.getCurrentObservation();
	}

	@Test
	void nothingStaysOnTheCallersThread() throws Exception {
		this.observed.run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			runner.run(() -> CompletableFuture.completedFuture(current()));
			runner.await(CompletableFuture.supplyAsync(() -> "value"));
			assertThat(current()).isNull();
			CompletableFuture<Observation> afterwards = new CompletableFuture<>();
			runner.getLoop().execute(() -> afterwards.complete(current()));
			assertThat(afterwards.get(30, TimeUnit.SECONDS)).isNull();
		});
	}

	@Test
	void callThatOnlyWaitsGivesItsObservationToNoOther() {
		this.observed.run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			CompletableFuture<String> never = new CompletableFuture<>();
			assertThatExceptionOfType(RunTimeoutException.class)
				.isThrownBy(() -> runner.await(never, Duration.ofMillis(20)));
			runner.run(() -> CompletableFuture.completedFuture(current()), named("next"));
			assertObservations().hasNumberOfObservationsWithNameEqualTo("palitra.run", 2)
				.hasAnObservation((observation) -> observation.hasHighCardinalityKeyValue("task", "next")
					.hasLowCardinalityKeyValue("outcome", "success"));
		});
	}

	@Test
	void runnerThatCarriesNoContextIsObservedAllTheSame() {
		this.observed.withPropertyValues("palitra.runner.propagate-context=false").run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			assertThat(runner.submit(() -> CompletableFuture.completedFuture(String.valueOf(current())))
				.get(30, TimeUnit.SECONDS)).isEqualTo("null");
			await().untilAsserted(() -> assertObservations().hasSingleObservationThat()
				.hasBeenStopped()
				.hasLowCardinalityKeyValue("outcome", "success"));
		});
	}

	@Test
	void conventionBeanReplacesTheDefault() {
		this.observed.withUserConfiguration(ConventionConfiguration.class).run((context) -> {
			context.getBean(EventLoopThreadRunner.class).run(() -> CompletableFuture.completedFuture("value"));
			assertObservations().hasSingleObservationThat()
				.hasNameEqualTo("acme.run")
				.hasLowCardinalityKeyValue("runner", "default")
				.doesNotHaveLowCardinalityKeyValueWithKey("name");
		});
	}

	@Test
	void propertyOfBootSwitchesItOff() {
		List<String> started = new ArrayList<>();
		this.contextRunner.withPropertyValues("management.observations.enable.palitra=false")
			.withBean(RecordingHandler.class, () -> new RecordingHandler(started))
			.run((context) -> {
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				runner.run(() -> CompletableFuture.completedFuture("value"));
				Observation.start("other", context.getBean(ObservationRegistry.class)).stop();
				assertThat(started).containsExactly("other");
			});
	}

	@Test
	void metersOfTheObservationAndOfTheRunnerCoexist() {
		MeterRegistry meters = new SimpleMeterRegistry();
		this.contextRunner
			.withConfiguration(AutoConfigurations.of(BootClasses.METRICS, BootClasses.COMPOSITE_REGISTRY,
					PalitraMetricsAutoConfiguration.class))
			.withBean(MeterRegistry.class, () -> meters)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				runner.run(() -> CompletableFuture.completedFuture("value"));
				assertThatExceptionOfType(CompletionException.class)
					.isThrownBy(() -> runner.run(() -> CompletableFuture.failedFuture(new Exception("expected"))));
				assertThat(meters.get("palitra.run").tags("name", "default", "outcome", "success").timer().count())
					.isOne();
				assertThat(meters.get("palitra.run").tags("outcome", "error").timer().count()).isOne();
				assertThat(
						meters.get("palitra.runner.run").tags("name", "default", "outcome", "success").timer().count())
					.isOne();
				assertThat(meters.getMeters()).extracting((meter) -> meter.getId().getName())
					.contains("palitra.run", "palitra.run.active", "palitra.runner.run");
			});
	}

	@Test
	void handlerThatNeedsTheRunnerIsNoCycle() {
		List<String> started = new ArrayList<>();
		this.contextRunner.withBean(RecordingHandler.class, () -> new RecordingHandler(started))
			.withUserConfiguration(NeedyHandlerConfiguration.class)
			.run((context) -> {
				context.getBean(EventLoopThreadRunner.class).run(() -> CompletableFuture.completedFuture("value"));
				assertThat(started).containsExactly("palitra.run");
			});
	}

	@Test
	void applicationWithoutObservationStarts() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(ObservationRegistry.class))
			.run((context) -> assertThat(context).hasSingleBean(EventLoopThreadRunner.class)
				.doesNotHaveBean(RunObservations.class));
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(PalitraObservationAutoConfiguration.class, PalitraAutoConfiguration.class))
			.run((context) -> assertThat(context).hasSingleBean(EventLoopThreadRunner.class)
				.doesNotHaveBean(RunObservations.class));
	}

	private record RecordingHandler(List<String> started) implements ObservationHandler<Observation.Context> {

		@Override
		public void onStart(Observation.Context context) {
			this.started.add(context.getName());
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NeedyHandlerConfiguration {

		@Bean
		ObservationHandler<Observation.Context> needyHandler(EventLoopThreadRunner runner) {
			return (context) -> runner.isAlive();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ConventionConfiguration {

		@Bean
		RunObservationConvention convention() {
			return new RunObservationConvention() {

				@Override
				public String getName() {
					return "acme.run";
				}

				@Override
				public KeyValues getLowCardinalityKeyValues(RunObservationContext context) {
					return KeyValues.of("runner", context.getRun().getRunnerName());
				}

			};
		}

	}

}
