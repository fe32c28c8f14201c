package io.palitra.spring.boot.autoconfigure;

import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.jmx.JmxAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

import io.palitra.AsyncCallable;
import io.palitra.BlockingTasks;
import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.RunnerClosedException;
import io.palitra.RunnerState;
import io.palitra.StartOn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.atLeastOnce;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link EventLoopThreadRunnerLifecycle}.
 */
class EventLoopThreadRunnerLifecycleTests {

	private final String prefix = LoopThreads.newPrefix();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PalitraAutoConfiguration.class))
		.withPropertyValues("palitra.runner.thread-name-prefix=" + this.prefix);

	@Test
	void restartedContextHasWorkingRunnerWithNewThreadC10() {
		this.contextRunner.run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			Thread before = thread(runner);
			context.stop();
			assertThat(runner.snapshot().state()).isEqualTo(RunnerState.STOPPED);
			assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> thread(runner));
			LoopThreads.awaitNone(this.prefix);
			context.start();
			assertThat(thread(runner)).isNotSameAs(before);
		});
	}

	@Test
	void beanCanHaveTheNameOfTheRunnersWithLifecycle() {
		this.contextRunner.withBean("mine", EventLoopThreadRunner.class, () -> runner("mine"))
			.withBean("mineLifecycle", String.class, () -> "of the application")
			.run((context) -> assertThat(context.getBean("mineLifecycle")).isEqualTo("of the application"));
	}

	@Test
	void runnerThatIsNotToBeDestroyedIsLeftAlone() {
		try (EventLoopThreadRunner shared = runner("shared")) {
			this.contextRunner
				.withBean(EventLoopThreadRunner.class, () -> shared,
						(definition) -> ((AbstractBeanDefinition) definition).setDestroyMethodName(""))
				.run((context) -> assertThat(context.getBean(EventLoopThreadRunner.class)).isSameAs(shared));
			assertThat(shared.isAlive()).isTrue();
		}
	}

	@Test
	void callInFlightHasItsGraceBesideAnIdleExecutorThatAwaitsTermination() {
		CountDownLatch called = new CountDownLatch(1);
		AtomicReference<CompletableFuture<String>> call = new AtomicReference<>();
		this.contextRunner.withConfiguration(AutoConfigurations.of(TaskExecutionAutoConfiguration.class))
			.withPropertyValues("spring.task.execution.shutdown.await-termination=true")
			// Needs the runner, and so is destroyed before it
			.withUserConfiguration(ClientOfCalls.class)
			.run((context) -> {
				context.getBean("applicationTaskExecutor");
				ClientOfCalls.Client client = context.getBean(ClientOfCalls.Client.class);
				call.set(context.getBean(EventLoopThreadRunner.class).submit(() -> {
					called.countDown();
					return client.call();
				}));
				assertThat(called.await(30, TimeUnit.SECONDS)).isTrue();
			});
		assertThat(call.get()).succeedsWithin(Duration.ofSeconds(30)).isEqualTo("client is open");
	}

	@Test
	void everyRunnerIsStoppedAndStarted() {
		this.contextRunner.withBean("mine", EventLoopThreadRunner.class, () -> runner("mine"))
			.withBean("yours", EventLoopThreadRunner.class, () -> runner("yours"),
					(definition) -> ((AbstractBeanDefinition) definition).setDefaultCandidate(false))
			.withBean("theirs", EventLoopThreadRunner.class, () -> runner("theirs"),
					(definition) -> definition.setAutowireCandidate(false))
			.run((context) -> {
				List<EventLoopThreadRunner> runners = List
					.copyOf(context.getBeansOfType(EventLoopThreadRunner.class).values());
				assertThat(runners).hasSize(3).allMatch(EventLoopThreadRunner::isAlive);
				context.stop();
				assertThat(runners).noneMatch(EventLoopThreadRunner::isAlive);
				context.start();
				assertThat(runners).allMatch(EventLoopThreadRunner::isAlive);
				context.close();
				LoopThreads.awaitNone(this.prefix);
			});
	}

	@Test
	void closedRunnerDoesNotKeepOthersFromRestarting() {
		this.contextRunner.withBean("closed", EventLoopThreadRunner.class, () -> runner("closed"))
			.withBean("open", EventLoopThreadRunner.class, () -> runner("open"))
			.run((context) -> {
				context.getBean("closed", EventLoopThreadRunner.class).close();
				context.stop();
				context.start();
				assertThat(context.getBean("open", EventLoopThreadRunner.class).isAlive()).isTrue();
			});
	}

	@Test
	void runnerWithoutAutoStartupStartsWithExplicitStartOfTheContext() {
		this.contextRunner.withPropertyValues("palitra.runner.auto-startup=false").run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			assertThat(runner.isAlive()).isFalse();
			context.start();
			assertThat(runner.isAlive()).isTrue();
		});
	}

	@Test
	void mockInPlaceOfTheRunnerDoesNotDisturbTheContext() {
		EventLoopThreadRunner mock = mock(EventLoopThreadRunner.class);
		this.contextRunner.withBean(EventLoopThreadRunner.class, () -> mock).run((context) -> {
			assertThat(context).hasNotFailed();
			context.stop();
			context.start();
			then(mock).should(atLeastOnce()).start();
		});
	}

	@Test
	void twoContextsHaveRunnersOfTheirOwn() {
		this.contextRunner.run((first) -> this.contextRunner.run((second) -> {
			EventLoopThreadRunner runner = second.getBean(EventLoopThreadRunner.class);
			assertThat(runner).isNotSameAs(first.getBean(EventLoopThreadRunner.class));
			first.close();
			assertThat(thread(runner).isAlive()).isTrue();
			second.close();
			LoopThreads.awaitNone(this.prefix);
		}));
	}

	@Test
	void twoContextsCanBeInTheSameJmxDomain() {
		ApplicationContextRunner withJmx = this.contextRunner.withPropertyValues("spring.jmx.enabled=true")
			.withConfiguration(AutoConfigurations.of(JmxAutoConfiguration.class));
		withJmx.run((first) -> withJmx.run((second) -> {
			assertThat(first).hasNotFailed();
			assertThat(second).hasNotFailed();
			assertThat(second.getBean(EventLoopThreadRunner.class).isAlive()).isTrue();
		}));
	}

	@Test
	void childContextUsesTheRunnerOfItsParentAndLeavesItRunning() {
		this.contextRunner.run((parent) -> {
			new ApplicationContextRunner().withParent(parent)
				.withUserConfiguration(DrainingConfiguration.class)
				.run((child) -> assertThat(child).hasNotFailed());
			assertThat(parent.getBean(EventLoopThreadRunner.class).isAlive()).isTrue();
		});
	}

	@Test
	void applicationThatIsRestartedInANewClassLoaderLeavesNoThreadC10() throws Exception {
		ClassLoader original = Thread.currentThread().getContextClassLoader();
		for (int start = 0; start < 2; start++) {
			try (URLClassLoader restart = new URLClassLoader(new URL[0], original)) {
				Thread.currentThread().setContextClassLoader(restart);
				this.contextRunner.withPropertyValues("palitra.runners.second.timeout=1s").run((context) -> {
					thread(context.getBean(EventLoopThreadRunner.class));
					assertThat(LoopThreads.named(this.prefix)).hasSizeGreaterThanOrEqualTo(2);
				});
				Thread.currentThread().setContextClassLoader(original);
				LoopThreads.awaitNone(this.prefix);
				await().atMost(Duration.ofSeconds(30)).until(() -> threadsWith(restart).isEmpty());
			}
			finally {
				Thread.currentThread().setContextClassLoader(original);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void jobThatTheSchedulerDrainsCanStillCallC10(boolean awaitTermination) {
		this.contextRunner.withConfiguration(AutoConfigurations.of(TaskSchedulingAutoConfiguration.class))
			.withPropertyValues("spring.task.scheduling.shutdown.await-termination=" + awaitTermination,
					"spring.task.scheduling.shutdown.await-termination-period=30s")
			.withUserConfiguration(JobConfiguration.class)
			.run((context) -> {
				Job job = context.getBean(Job.class);
				assertThat(job.begun.await(30, TimeUnit.SECONDS)).isTrue();
				ThreadPoolTaskScheduler scheduler = context.getBean(ThreadPoolTaskScheduler.class);
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				CompletableFuture<Void> close = CompletableFuture.runAsync(context::close);
				await().atMost(Duration.ofSeconds(30)).until(scheduler.getScheduledExecutor()::isShutdown);
				job.proceed.countDown();
				assertThat(job.result.get(30, TimeUnit.SECONDS)).isEqualTo(this.prefix + "default");
				close.get(30, TimeUnit.SECONDS);
				assertThat(runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
				LoopThreads.awaitNone(this.prefix);
			});
	}

	@Test
	void neitherLooksNorStopsBuildALazyRunner() {
		this.contextRunner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				EventLoopThreadRunnerLifecycle lifecycle = context.getBean(EventLoopThreadRunnerLifecycle.class);
				assertThat(lifecycle.isRunning()).isFalse();
				context.stop();
				context.start();
				assertThat(context.getBeanFactory().containsSingleton("eventLoopThreadRunner")).isFalse();
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				assertThat(lifecycle.isRunning()).isTrue();
				context.stop();
				assertThat(runner.isAlive()).isFalse();
				assertThat(lifecycle.isRunning()).isFalse();
			});
	}

	@Test
	void beanThatStopsInHigherPhaseCanStillCallC10() {
		this.contextRunner.withUserConfiguration(DrainingConfiguration.class).run((context) -> {
			Draining draining = context.getBean(Draining.class);
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			context.close();
			assertThat(draining.result).hasValue(this.prefix + "default");
			assertThat(runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
		});
	}

	@Test
	void stopWithoutCallbackReturnsOnceTheRunnerHasStopped() {
		this.contextRunner.run((context) -> {
			EventLoopThreadRunnerLifecycle lifecycle = context.getBean(EventLoopThreadRunnerLifecycle.class);
			assertThat(lifecycle.isRunning()).isTrue();
			lifecycle.stop();
			assertThat(lifecycle.isRunning()).isFalse();
			assertThat(context.getBean(EventLoopThreadRunner.class).snapshot().state()).isEqualTo(RunnerState.STOPPED);
		});
	}

	@Test
	void stopWithCallbackDoesNotBlockAndCallsBackOnceTheRunnerHasStopped() {
		this.contextRunner.run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			CompletableFuture<String> work = new CompletableFuture<>();
			CompletableFuture<String> call = runner.submit(() -> work);
			CompletableFuture<Thread> stopped = new CompletableFuture<>();
			context.getBean(EventLoopThreadRunnerLifecycle.class).stop(() -> stopped.complete(Thread.currentThread()));
			await().atMost(Duration.ofSeconds(30)).until(() -> runner.snapshot().state() == RunnerState.STOPPING);
			assertThat(stopped).isNotDone();
			work.complete("result");
			assertThat(stopped.get(30, TimeUnit.SECONDS)).isNotSameAs(Thread.currentThread()).matches(Thread::isDaemon);
			assertThat(call).isCompletedWithValue("result");
			assertThat(runner.snapshot().state()).isEqualTo(RunnerState.STOPPED);
		});
	}

	@Test
	void runnersStopAtTheSameTime() {
		this.contextRunner.withPropertyValues("palitra.runners.busy.shutdown.grace-period=1h").run((context) -> {
			EventLoopThreadRunner idle = context.getBean("eventLoopThreadRunner", EventLoopThreadRunner.class);
			EventLoopThreadRunner busy = context.getBean("busyEventLoopThreadRunner", EventLoopThreadRunner.class);
			CompletableFuture<String> work = new CompletableFuture<>();
			busy.submit(() -> work);
			CompletableFuture<Void> stop = CompletableFuture.runAsync(context::stop);
			await().atMost(Duration.ofSeconds(30)).until(() -> idle.snapshot().state() == RunnerState.STOPPED);
			await().atMost(Duration.ofSeconds(30)).until(() -> busy.snapshot().state() == RunnerState.STOPPING);
			assertThat(stop).isNotDone();
			work.complete("result");
			stop.get(30, TimeUnit.SECONDS);
			assertThat(busy.snapshot().state()).isEqualTo(RunnerState.STOPPED);
		});
	}

	@Test
	void stopWithCallbackCallsBackThoughALoopHangsC10() {
		this.contextRunner.withPropertyValues("palitra.runner.shutdown.grace-period=0").run((context) -> {
			CountDownLatch hanging = new CountDownLatch(1);
			CountDownLatch release = new CountDownLatch(1);
			CountDownLatch stopped = new CountDownLatch(1);
			context.getBean(EventLoopThreadRunner.class).getLoop().submit(() -> {
				hanging.countDown();
				return release.await(60, TimeUnit.SECONDS);
			});
			try {
				assertThat(hanging.await(30, TimeUnit.SECONDS)).isTrue();
				context.getBean(EventLoopThreadRunnerLifecycle.class).stop(stopped::countDown);
				assertThat(stopped.await(30, TimeUnit.SECONDS)).isTrue();
			}
			finally {
				release.countDown();
			}
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "close", "stop" })
	void callThatEndsItsOwnContextDoesNotWaitForItselfC10(String how) {
		this.contextRunner.withPropertyValues("palitra.runner.shutdown.grace-period=1h", "palitra.runner.timeout=30s")
			.run((context) -> {
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				RunnerState ended = how.equals("close") ? RunnerState.CLOSED : RunnerState.STOPPED;
				String result = runner.run(() -> {
					if (how.equals("close")) {
						context.close();
					}
					else {
						context.stop();
					}
					return CompletableFuture.completedFuture(how);
				});
				assertThat(result).isEqualTo(how);
				await().atMost(Duration.ofSeconds(30)).until(() -> runner.snapshot().state() == ended);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "in-place", "blocking" })
	void callWhoseTaskEndsItsOwnContextElsewhereThanOnTheLoopDoesNotWaitForItselfC10(String where) {
		this.contextRunner.withPropertyValues("palitra.runner.shutdown.grace-period=1h", "palitra.runner.timeout=30s")
			.run((context) -> {
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				AsyncCallable<String> task = BlockingTasks.blocking(() -> {
					context.close();
					return "closed";
				});
				RunOptions options = where.equals("in-place") ? RunOptions.defaults().startOn(StartOn.caller())
						: RunOptions.defaults();
				assertThat(runner.run(task, options)).isEqualTo("closed");
				await().atMost(Duration.ofSeconds(30)).until(() -> runner.snapshot().state() == RunnerState.CLOSED);
			});
	}

	@Test
	void commandThatClosesItsOwnContextDoesNotWaitForItsCallC10() {
		this.contextRunner.withPropertyValues("palitra.runner.shutdown.grace-period=1h", "palitra.runner.timeout=30s")
			.run((context) -> {
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				String result = runner.runScoped((scope) -> CompletableFuture.supplyAsync(() -> {
					context.close();
					return "closed";
				}, scope.caller()));
				assertThat(result).isEqualTo("closed");
				await().atMost(Duration.ofSeconds(30)).until(() -> runner.snapshot().state() == RunnerState.CLOSED);
			});
	}

	@Test
	void stopWithCallbackCallsBackThoughThereIsNoRunner() {
		this.contextRunner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				CountDownLatch stopped = new CountDownLatch(1);
				context.getBean(EventLoopThreadRunnerLifecycle.class).stop(stopped::countDown);
				assertThat(stopped.await(30, TimeUnit.SECONDS)).isTrue();
			});
	}

	private EventLoopThreadRunner runner(String name) {
		return EventLoopThreadRunner.builder().threadNamePrefix(this.prefix).name(name).build();
	}

	private static List<Thread> threadsWith(ClassLoader contextClassLoader) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getContextClassLoader() == contextClassLoader
					&& thread != Thread.currentThread())
			.toList();
	}

	private static Thread thread(EventLoopThreadRunner runner) {
		return runner.run(() -> CompletableFuture.completedFuture(Thread.currentThread()));
	}

	@Configuration(proxyBeanMethods = false)
	static class DrainingConfiguration {

		@Bean
		Draining draining(EventLoopThreadRunner runner) {
			return new Draining(runner);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	static class JobConfiguration {

		@Bean
		Job job(EventLoopThreadRunner runner) {
			return new Job(runner);
		}

	}

	/**
	 * A job that is in the middle of its work when the application is closed.
	 */
	static class Job {

		private final CountDownLatch begun = new CountDownLatch(1);

		private final CountDownLatch proceed = new CountDownLatch(1);

		private final CompletableFuture<String> result = new CompletableFuture<>();

		private final EventLoopThreadRunner runner;

		Job(EventLoopThreadRunner runner) {
			this.runner = runner;
		}

		@Scheduled(fixedDelay = 1, timeUnit = TimeUnit.HOURS)
		void work() throws InterruptedException {
			this.begun.countDown();
			if (!this.proceed.await(60, TimeUnit.SECONDS)) {
				throw new IllegalStateException("Not told to proceed");
			}
			try {
				this.result.complete(thread(this.runner).getName());
			}
			catch (RuntimeException ex) {
				this.result.completeExceptionally(ex);
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ClientOfCalls {

		@Bean
		Client client(EventLoopThreadRunner runner) {
			return new Client();
		}

		/**
		 * Answers a moment after the context has begun to close.
		 */
		static final class Client implements AutoCloseable {

			private volatile boolean closed;

			CompletableFuture<String> call() {
				return CompletableFuture.supplyAsync(() -> "client is " + (this.closed ? "closed" : "open"),
						CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS));
			}

			@Override
			public void close() {
				this.closed = true;
			}

		}

	}

	/**
	 * Makes a last call when it is stopped, as a web server or a scheduler may.
	 */
	static class Draining implements SmartLifecycle {

		private final AtomicReference<String> result = new AtomicReference<>();

		private final EventLoopThreadRunner runner;

		private volatile boolean running;

		Draining(EventLoopThreadRunner runner) {
			this.runner = runner;
		}

		@Override
		public int getPhase() {
			return Integer.MAX_VALUE / 2;
		}

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
			this.result.set(thread(this.runner).getName());
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

	}

}
