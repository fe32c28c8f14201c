package io.palitra.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.EnableScheduling;

import io.palitra.BlockingNotAllowedException;
import io.palitra.EventLoopThreadRunner;
import io.palitra.NestedRuns;
import io.palitra.OverloadPolicy;
import io.palitra.RunOptions;
import io.palitra.RunPhase;
import io.palitra.RunTimeoutException;
import io.palitra.RunnerClosedException;
import io.palitra.RunnerOverloadedException;
import io.palitra.RunnerSnapshot;
import io.palitra.RunnerState;
import io.palitra.WaitStrategy;
import io.palitra.spi.BlockingDetector;
import io.palitra.spi.ContextCarrier;
import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PalitraAutoConfiguration}.
 */
class PalitraAutoConfigurationTests {

	private final String prefix = LoopThreads.newPrefix();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PalitraAutoConfiguration.class))
		.withPropertyValues("palitra.runner.thread-name-prefix=" + this.prefix);

	@Test
	void suppliesRunner() {
		this.contextRunner.run((context) -> {
			assertThat(context).hasSingleBean(EventLoopThreadRunner.class).hasBean("eventLoopThreadRunner");
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			assertThat(runner.getName()).isEqualTo("default");
			assertThat(runner.<String>run(() -> CompletableFuture.completedFuture(Thread.currentThread().getName())))
				.isEqualTo(this.prefix + "default");
		});
	}

	@Test
	void propertiesHaveDefaults() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(PalitraAutoConfiguration.class))
			.run((context) -> {
				PalitraProperties properties = context.getBean(PalitraProperties.class);
				assertThat(properties.getRunner().getThreadNamePrefix()).isEqualTo("palitra-");
				assertThat(properties.getRunner().isAutoStartup()).isTrue();
				assertThat(properties.getRunner().getTimeout()).isEqualTo(Duration.ofSeconds(30));
				assertThat(properties.getRunner().getMaxInFlight()).isEqualTo(Integer.MAX_VALUE);
				assertThat(properties.getRunner().getOverloadPolicy()).isEqualTo(OverloadPolicy.WAIT);
				assertThat(properties.getRunner().getNestedRuns()).isEqualTo(NestedRuns.REJECT);
				assertThat(properties.getRunner().getWaitStrategy()).isEqualTo(WaitStrategy.ADAPTIVE);
				assertThat(properties.getRunner().getStartOn()).isEqualTo(PalitraProperties.StartPolicy.LOOP);
				assertThat(properties.getRunner().isPropagateContext()).isTrue();
				assertThat(properties.getRunner().getSlowTaskThreshold()).isEqualTo(Duration.ofMillis(100));
				assertThat(properties.getRunner().getHangThreshold()).isEqualTo(Duration.ofSeconds(10));
				assertThat(properties.getRunner().getShutdown().getGracePeriod()).isEqualTo(Duration.ofSeconds(20));
				assertThat(properties.getHealth().getTimeout()).isEqualTo(Duration.ofSeconds(1));
			});
	}

	@Test
	void propertiesThatAreEmptyHaveDefaults() {
		this.contextRunner.withPropertyValues("palitra.runner.timeout=", "palitra.runner.shutdown.grace-period=")
			.run((context) -> {
				PalitraProperties properties = context.getBean(PalitraProperties.class);
				assertThat(properties.getRunner().getTimeout()).isEqualTo(Duration.ofSeconds(30));
				assertThat(properties.getRunner().getShutdown().getGracePeriod()).isEqualTo(Duration.ofSeconds(20));
			});
	}

	@Test
	void timeoutLimitsCallsC4() {
		this.contextRunner.withPropertyValues("palitra.runner.timeout=50ms").run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(() -> runner.run(CompletableFuture::new))
				.satisfies((ex) -> assertThat(ex.getLimit()).isEqualTo(Duration.ofMillis(50)));
		});
	}

	@Test
	void timeoutOfZeroIsNoLimitC4() {
		this.contextRunner.withPropertyValues("palitra.runner.timeout=0", "palitra.runner.shutdown.grace-period=0")
			.run((context) -> {
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				runner.submit(CompletableFuture::new);
				// The loop may be taking it from its queue.
				await().atMost(Duration.ofSeconds(30))
					.untilAsserted(() -> assertThat(runner.snapshot().calls()).singleElement()
						.extracting(RunnerSnapshot.Call::remaining)
						.isNull());
			});
	}

	@Test
	void callsBeyondTheMaximumWaitOrAreRefusedC15() {
		this.contextRunner
			.withPropertyValues("palitra.runner.max-in-flight=1", "palitra.runner.shutdown.grace-period=0")
			.run((context) -> {
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				CompletableFuture<String> work = new CompletableFuture<>();
				runner.submit(() -> work);
				CompletableFuture<String> second = runner.submit(() -> result("second"));
				assertThat(runner.snapshot().calls()).extracting(RunnerSnapshot.Call::phase)
					.contains(RunPhase.WAITING_FOR_PERMIT);
				work.complete("first");
				assertThat(second.get(30, TimeUnit.SECONDS)).isEqualTo("second");
			});
		this.contextRunner
			.withPropertyValues("palitra.runner.max-in-flight=1", "palitra.runner.overload-policy=reject",
					"palitra.runner.shutdown.grace-period=0")
			.run((context) -> {
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				runner.submit(CompletableFuture::new);
				assertThatExceptionOfType(RunnerOverloadedException.class)
					.isThrownBy(() -> runner.run(() -> result("refused")));
			});
	}

	@Test
	void nestedRunsAreRefusedOrPumpedC6() {
		this.contextRunner.run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			assertThatExceptionOfType(BlockingNotAllowedException.class)
				.isThrownBy(() -> runner.run(() -> result(runner.<String>run(() -> result("nested")))));
		});
		this.contextRunner.withPropertyValues("palitra.runner.nested-runs=pump").run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			assertThat(runner.<String>run(() -> result(runner.<String>run(() -> result("nested")))))
				.isEqualTo("nested");
		});
	}

	@Test
	void startPolicyIsReadAndInherited() {
		this.contextRunner
			.withPropertyValues("palitra.runner.start-on=caller", "palitra.runners.reports.timeout=5s",
					"palitra.runners.loop.start-on=loop")
			.run((context) -> {
				assertThat(runner(context, "eventLoopThreadRunner").snapshot().startOn()).isEqualTo("caller");
				assertThat(runner(context, "reportsEventLoopThreadRunner").snapshot().startOn()).isEqualTo("caller");
				assertThat(runner(context, "loopEventLoopThreadRunner").snapshot().startOn()).isEqualTo("loop");
				assertThat(runner(context, "eventLoopThreadRunner")
					.run(() -> CompletableFuture.completedFuture(Thread.currentThread())))
					.isSameAs(Thread.currentThread());
			});
	}

	private static EventLoopThreadRunner runner(ApplicationContext context, String bean) {
		return context.getBean(bean, EventLoopThreadRunner.class);
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void tasksStartOnVirtualThreads() {
		this.contextRunner.withPropertyValues("palitra.runner.start-on=virtual-threads").run((context) -> {
			EventLoopThreadRunner runner = runner(context, "eventLoopThreadRunner");
			assertThat(runner.snapshot().startOn()).isEqualTo("virtual-threads");
			assertThat(runner.<Thread>run(() -> CompletableFuture.completedFuture(Thread.currentThread())).getName())
				.startsWith("palitra-start-");
		});
	}

	@Test
	@EnabledForJreRange(max = JRE.JAVA_20)
	void virtualThreadsAreRefusedWhereThereAreNone() {
		this.contextRunner.withPropertyValues("palitra.runners.reports.start-on=virtual-threads")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.isInstanceOf(InvalidPalitraPropertyException.class)
				.hasMessage("start-on=virtual-threads: needs Java 21 or later, and this is Java "
						+ Runtime.version().feature() + "; set it to loop or caller, run on Java 21 or later, or have "
						+ "an EventLoopThreadRunnerCustomizer give the builder's startOn a thread pool"));
	}

	@Test
	void waitStrategyIsRead() {
		this.contextRunner.withPropertyValues("palitra.runner.wait-strategy=PARK").run((context) -> {
			assertThat(context.getBean(PalitraProperties.class).getRunner().getWaitStrategy())
				.isEqualTo(WaitStrategy.PARK);
			assertThat(context.getBean(EventLoopThreadRunner.class).<String>run(() -> result("result")))
				.isEqualTo("result");
		});
	}

	@Test
	void slowTaskThresholdDecidesWhatIsCountedAsSlowC18() {
		this.contextRunner.withPropertyValues("palitra.runner.slow-task-threshold=1ns").run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			runner.run(() -> CompletableFuture.completedFuture("result"));
			await().atMost(Duration.ofSeconds(30)).until(() -> runner.snapshot().slow() > 0);
		});
		this.contextRunner.withPropertyValues("palitra.runner.slow-task-threshold=1h").run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			runner.run(() -> CompletableFuture.completedFuture("result"));
			runner.stop();
			assertThat(runner.snapshot().slow()).isZero();
		});
	}

	@Test
	void hangThresholdDecidesWhenAWaitIsReportedC18() {
		// Not the captured output, whose capture begins after that of the JDK's logging
		Logger log = Logger.getLogger("io.palitra");
		CompletableFuture<Object> work = new CompletableFuture<>();
		StreamHandler handler = new StreamHandler() {

			@Override
			public void publish(LogRecord record) {
				if (record.getMessage().contains("for task \"hanging\"")) {
					work.complete("reported");
				}
			}

		};
		log.addHandler(handler);
		try {
			this.contextRunner.withPropertyValues("palitra.runner.hang-threshold=20ms").run((context) -> {
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				assertThat(runner.run(() -> work, RunOptions.defaults().name("hanging"))).isEqualTo("reported");
			});
		}
		finally {
			log.removeHandler(handler);
		}
	}

	@Test
	void gracePeriodOfZeroCancelsCallsInFlightC10() {
		this.contextRunner.withPropertyValues("palitra.runner.shutdown.grace-period=0").run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			CompletableFuture<Object> work = new CompletableFuture<>();
			CompletableFuture<Object> call = runner.submit(() -> work);
			awaitActive(runner);
			context.close();
			assertThat(work).isCancelled();
			assertThat(call).isCompletedExceptionally();
		});
	}

	@Test
	void gracePeriodLetsCallsInFlightEndC10() {
		this.contextRunner.withPropertyValues("palitra.runner.shutdown.grace-period=1h").run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			CompletableFuture<Object> work = new CompletableFuture<>();
			CompletableFuture<Object> call = runner.submit(() -> work);
			awaitActive(runner);
			CompletableFuture<Void> close = CompletableFuture.runAsync(context::close);
			await().atMost(Duration.ofSeconds(30)).until(() -> runner.snapshot().state() == RunnerState.STOPPING);
			work.complete("result");
			assertThat(call.get(30, TimeUnit.SECONDS)).isEqualTo("result");
			close.get(30, TimeUnit.SECONDS);
		});
	}

	@Test
	void runnerWithoutAutoStartupRefusesCallsUntilItIsStartedC10() {
		this.contextRunner.withPropertyValues("palitra.runner.auto-startup=false").run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			assertThat(runner.isAlive()).isFalse();
			LoopThreads.awaitNone(this.prefix);
			assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> runner.run(() -> result("early")));
			runner.start();
			assertThat(runner.<String>run(() -> result("late"))).isEqualTo("late");
		});
	}

	@Test
	void runnerTakesCallsWhileOtherBeansAreBuilt() {
		this.contextRunner.withUserConfiguration(CallerConfiguration.class)
			.run((context) -> assertThat(context.getBean(Caller.class).result).isEqualTo("result"));
	}

	@Test
	void listenersAndDetectorsAndCarriersAreAppliedInOrderAndBeforeCustomizers() {
		this.contextRunner.withUserConfiguration(SpiConfiguration.class).run((context) -> {
			context.getBean(EventLoopThreadRunner.class).<String>run(() -> result("result"));
			List<String> seen = context.getBean(SpiConfiguration.class).seen;
			assertThat(seen).filteredOn((name) -> name.startsWith("listener"))
				.containsExactly("listener 1", "listener 2", "listener of the customizer");
			assertThat(seen).filteredOn((name) -> name.startsWith("detector"))
				.containsExactly("detector 1", "detector 2");
			assertThat(seen).filteredOn((name) -> name.startsWith("carrier")).containsExactly("carrier 1", "carrier 2");
		});
	}

	@Test
	void contextIsNotPropagatedUnlessWanted() {
		this.contextRunner.withUserConfiguration(SpiConfiguration.class)
			.withPropertyValues("palitra.runner.propagate-context=false")
			.run((context) -> {
				context.getBean(EventLoopThreadRunner.class).<String>run(() -> result("result"));
				assertThat(context.getBean(SpiConfiguration.class).seen).contains("listener 1", "detector 1")
					.noneMatch((name) -> name.startsWith("carrier"));
			});
	}

	@Test
	void customizersAreAppliedInOrderAndAfterTheProperties() {
		this.contextRunner.withUserConfiguration(CustomizersConfiguration.class).run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			assertThat(context.getBean(CustomizersConfiguration.class).order).containsExactly("first", "second");
			assertThat(runner.getName()).isEqualTo("second");
			assertThat(LoopThreads.named("customized-second")).hasSize(1);
		});
	}

	@Test
	void customizerThatFailsStopsTheStart() {
		this.contextRunner.withBean(EventLoopThreadRunnerCustomizer.class, () -> (builder) -> {
			throw new IllegalStateException("refused");
		}).run((context) -> {
			assertThat(context).getFailure().hasRootCauseMessage("refused");
			assertThat(LoopThreads.named(this.prefix)).isEmpty();
		});
	}

	@Test
	void userRunnerReplacesAutoConfiguredOne() {
		this.contextRunner.withBean("mine", EventLoopThreadRunner.class, () -> runner(this.prefix, "mine"))
			.run((context) -> {
				assertThat(context).hasSingleBean(EventLoopThreadRunner.class).hasBean("mine");
				assertThat(LoopThreads.named(this.prefix)).extracting(Thread::getName)
					.containsExactly(this.prefix + "mine");
			});
	}

	@Test
	void userRunnerThatIsNoDefaultCandidateComesInAddition() {
		this.contextRunner
			.withBean("mine", EventLoopThreadRunner.class, () -> runner(this.prefix, "mine"),
					(definition) -> ((AbstractBeanDefinition) definition).setDefaultCandidate(false))
			.run((context) -> {
				assertThat(context.getBean(EventLoopThreadRunner.class).getName()).isEqualTo("default");
				assertThat(context.getBean("mine", EventLoopThreadRunner.class).getName()).isEqualTo("mine");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "false", "off", "no", "0", "FALSE" })
	void disabled(String value) {
		this.contextRunner.withPropertyValues("palitra.enabled=" + value, "palitra.runners.reports.timeout=1s")
			.run((context) -> {
				assertThat(context).hasNotFailed()
					.doesNotHaveBean(EventLoopThreadRunner.class)
					.doesNotHaveBean(EventLoopThreadRunnerLifecycle.class)
					.doesNotHaveBean(PalitraProperties.class);
				assertThat(LoopThreads.named(this.prefix)).isEmpty();
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "true", "on", "yes", "1", "TRUE", "" })
	void enabled(String value) {
		this.contextRunner.withPropertyValues("palitra.enabled=" + value)
			.run((context) -> assertThat(context).hasSingleBean(EventLoopThreadRunner.class));
	}

	@Test
	void startFailsIfItCannotBeToldWhetherItIsEnabled() {
		this.contextRunner.withPropertyValues("palitra.enabled=maybe")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("Invalid boolean value 'maybe'"));
	}

	@Test
	void executorsOfSpringBootStay() {
		this.contextRunner
			.withConfiguration(
					AutoConfigurations.of(TaskExecutionAutoConfiguration.class, TaskSchedulingAutoConfiguration.class))
			.withUserConfiguration(SchedulingConfiguration.class)
			.run((context) -> {
				assertThat(context).hasSingleBean(EventLoopThreadRunner.class)
					.hasBean("applicationTaskExecutor")
					.hasSingleBean(TaskScheduler.class)
					.hasBean("taskScheduler");
				assertThat(context.getBeansOfType(Executor.class)).containsOnlyKeys("applicationTaskExecutor",
						"taskScheduler");
			});
	}

	@Test
	void executorOfTheApplicationStays() {
		ExecutorService own = Executors.newSingleThreadExecutor();
		this.contextRunner.withConfiguration(AutoConfigurations.of(TaskExecutionAutoConfiguration.class))
			.withBean("own", Executor.class, () -> own)
			.run((context) -> {
				assertThat(context.getBean(Executor.class)).isSameAs(own);
				assertThat(context).hasSingleBean(EventLoopThreadRunner.class);
			});
		own.shutdown();
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void virtualThreadsCallC16() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(TaskExecutionAutoConfiguration.class))
			.withPropertyValues("spring.threads.virtual.enabled=true")
			.run((context) -> {
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				CompletableFuture<String> call = CompletableFuture.supplyAsync(
						() -> Thread.currentThread().getThreadGroup().getName() + " called "
								+ runner.<String>run(() -> result(Thread.currentThread().getName())),
						context.getBean("applicationTaskExecutor", Executor.class));
				assertThat(call.get(30, TimeUnit.SECONDS))
					.isEqualTo("VirtualThreads called " + this.prefix + "default");
			});
	}

	@Test
	void lazyRunnerIsBuiltAtItsFirstUseAndClosedWithTheContext() {
		this.contextRunner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				assertThat(LoopThreads.named(this.prefix)).isEmpty();
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				assertThat(runner.<String>run(() -> result("lazy"))).isEqualTo("lazy");
				context.close();
				assertThat(runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
				LoopThreads.awaitNone(this.prefix);
			});
	}

	@Test
	void closedContextLeavesNoThreadC10() {
		this.contextRunner.run((context) -> {
			assertThat(LoopThreads.named(this.prefix)).hasSize(1);
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			context.close();
			assertThat(runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
			LoopThreads.awaitNone(this.prefix);
		});
	}

	@Test
	void failedContextLeavesNoThreadC10() {
		this.contextRunner.withUserConfiguration(FailingConfiguration.class).run((context) -> {
			assertThat(context).getFailure().hasRootCauseMessage("after " + this.prefix + "default");
			LoopThreads.awaitNone(this.prefix);
		});
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void warnsOfGracePeriodThatThePhaseCutsOff(CapturedOutput output) {
		this.contextRunner.withConfiguration(AutoConfigurations.of(LifecycleAutoConfiguration.class))
			.withPropertyValues("palitra.runner.shutdown.grace-period=40s",
					"spring.lifecycle.timeout-per-shutdown-phase=35s")
			.run((context) -> assertThat(output).contains("palitra.runner.shutdown.grace-period is PT40S")
				.contains("spring.lifecycle.timeout-per-shutdown-phase, PT35S"));
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void doesNotWarnOfDefaultGracePeriod(CapturedOutput output) {
		this.contextRunner.withConfiguration(AutoConfigurations.of(LifecycleAutoConfiguration.class))
			.run((context) -> assertThat(output).doesNotContain("palitra.runner.shutdown.grace-period"));
	}

	private static void awaitActive(EventLoopThreadRunner runner) {
		await().atMost(Duration.ofSeconds(30)).until(() -> runner.snapshot().active() == 1);
	}

	private static EventLoopThreadRunner runner(String prefix, String name) {
		return EventLoopThreadRunner.builder().threadNamePrefix(prefix).name(name).build();
	}

	private static CompletableFuture<String> result(String value) {
		return CompletableFuture.completedFuture(value);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	static class SchedulingConfiguration {

	}

	@Configuration(proxyBeanMethods = false)
	static class CallerConfiguration {

		@Bean
		Caller caller(EventLoopThreadRunner runner) {
			return new Caller(runner.run(() -> result("result")));
		}

	}

	record Caller(String result) {
	}

	@Configuration(proxyBeanMethods = false)
	static class CustomizersConfiguration {

		private final List<String> order = new ArrayList<>();

		@Bean
		@Order(2)
		EventLoopThreadRunnerCustomizer second() {
			return (builder) -> {
				this.order.add("second");
				builder.name("second");
			};
		}

		@Bean
		@Order(1)
		EventLoopThreadRunnerCustomizer first() {
			return (builder) -> {
				this.order.add("first");
				builder.name("first").threadNamePrefix("customized-");
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SpiConfiguration {

		private final List<String> seen = new CopyOnWriteArrayList<>();

		@Bean
		@Order(2)
		RunListener secondListener() {
			return listener("listener 2");
		}

		@Bean
		@Order(1)
		RunListener firstListener() {
			return listener("listener 1");
		}

		@Bean
		@Order(2)
		BlockingDetector secondDetector() {
			return detector("detector 2");
		}

		@Bean
		@Order(1)
		BlockingDetector firstDetector() {
			return detector("detector 1");
		}

		@Bean
		@Order(2)
		ContextCarrier secondCarrier() {
			return carrier("carrier 2");
		}

		@Bean
		@Order(1)
		ContextCarrier firstCarrier() {
			return carrier("carrier 1");
		}

		@Bean
		EventLoopThreadRunnerCustomizer customizer() {
			return (builder) -> builder.listener(listener("listener of the customizer"));
		}

		private RunListener listener(String name) {
			return new RunListener() {

				@Override
				public void onSubmit(RunEvent run) {
					SpiConfiguration.this.seen.add(name);
				}

			};
		}

		private BlockingDetector detector(String name) {
			return (thread) -> {
				this.seen.add(name);
				return false;
			};
		}

		private ContextCarrier carrier(String name) {
			return () -> {
				this.seen.add(name);
				return () -> () -> {
				};
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FailingConfiguration {

		@Bean
		Object failing(EventLoopThreadRunner runner) {
			throw new IllegalStateException(
					"after " + runner.<String>run(() -> result(Thread.currentThread().getName())));
		}

	}

}
