package io.palitra.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;
import org.springframework.scheduling.concurrent.ThreadPoolExecutorFactoryBean;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunnerClosedException;
import io.palitra.RunnerState;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link WaitingExecutors}: what the context waits for can call until it is
 * done, and what it does not wait for keeps no runner from being closed early.
 */
class WaitingExecutorsTests {

	private static final long WAIT = 60_000;

	private final String prefix = LoopThreads.newPrefix();

	private final CountDownLatch begun = new CountDownLatch(1);

	private final CountDownLatch proceed = new CountDownLatch(1);

	private final CompletableFuture<String> result = new CompletableFuture<>();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PalitraAutoConfiguration.class))
		.withUserConfiguration(WitnessConfiguration.class)
		.withPropertyValues("palitra.runner.thread-name-prefix=" + this.prefix);

	@AfterEach
	void releaseWork() {
		this.proceed.countDown();
	}

	@ParameterizedTest
	@ValueSource(classes = { SimpleConfiguration.class, SimpleSchedulerConfiguration.class, CloseConfiguration.class,
			InferredConfiguration.class, OtherMethodConfiguration.class, DisposableConfiguration.class,
			FactoryConfiguration.class, LateConfiguration.class })
	void workThatTheContextWaitsForCanCallC10(Class<?> configuration) {
		this.contextRunner.withUserConfiguration(configuration).run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			context.getBean("pool", Executor.class).execute(() -> work(runner));
			assertThat(this.begun.await(30, TimeUnit.SECONDS)).isTrue();
			CompletableFuture<Void> close = CompletableFuture.runAsync(context::close);
			Witness witness = context.getBean(Witness.class);
			await().atMost(Duration.ofSeconds(30)).until(() -> !witness.isRunning());
			this.proceed.countDown();
			assertThat(this.result.get(30, TimeUnit.SECONDS)).isEqualTo(this.prefix + "default");
			close.get(30, TimeUnit.SECONDS);
			assertThat(runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
			LoopThreads.awaitNone(this.prefix);
		});
	}

	@Test
	void workOnVirtualThreadsThatBootWaitsForCanCallC10() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(TaskExecutionAutoConfiguration.class))
			.withPropertyValues("spring.threads.virtual.enabled=true",
					"spring.task.execution.shutdown.await-termination=true",
					"spring.task.execution.shutdown.await-termination-period=60s")
			.run((context) -> {
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				Executor executor = context.getBean("applicationTaskExecutor", Executor.class);
				executor.execute(() -> work(runner));
				assertThat(this.begun.await(30, TimeUnit.SECONDS)).isTrue();
				CompletableFuture<Void> close = CompletableFuture.runAsync(context::close);
				this.proceed.countDown();
				assertThat(this.result.get(30, TimeUnit.SECONDS)).isEqualTo(this.prefix + "default");
				close.get(30, TimeUnit.SECONDS);
				assertThat(runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
			});
	}

	@ParameterizedTest
	@ValueSource(classes = { SimpleWithoutTimeoutConfiguration.class, ShutdownConfiguration.class,
			EarlyConfiguration.class, EndedConfiguration.class, LazyConfiguration.class })
	void executorThatDoesNotWaitKeepsNoRunnerOpen(Class<?> configuration) {
		this.contextRunner.withUserConfiguration(configuration).run((context) -> {
			Witness witness = context.getBean(Witness.class);
			context.close();
			assertThat(witness.stateWhenDestroyed).hasValue(RunnerState.CLOSED);
			assertThat(witness.refusal).hasValueSatisfying(
					(refusal) -> assertThat(refusal).hasMessageEndingWith("runner \"default\" is closed")
						.hasMessageNotContaining("start()"));
		});
	}

	@Test
	void executorThatWaitsIsNoReasonToKeepARunnerThroughAPause() {
		this.contextRunner.withUserConfiguration(SimpleConfiguration.class).run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			context.stop();
			assertThat(runner.snapshot().state()).isEqualTo(RunnerState.STOPPED);
			context.start();
			assertThat(runner.isAlive()).isTrue();
		});
	}

	private void work(EventLoopThreadRunner runner) {
		try {
			this.begun.countDown();
			if (!this.proceed.await(60, TimeUnit.SECONDS)) {
				throw new IllegalStateException("Not told to proceed");
			}
			this.result.complete(runner.run(() -> CompletableFuture.completedFuture(Thread.currentThread().getName())));
		}
		catch (InterruptedException | RuntimeException ex) {
			this.result.completeExceptionally(ex);
		}
	}

	/**
	 * Stops after the runner would, and says what it has seen when it was destroyed.
	 */
	static final class Witness implements DisposableBean, SmartLifecycle {

		private final AtomicReference<RunnerState> stateWhenDestroyed = new AtomicReference<>();

		private final AtomicReference<Throwable> refusal = new AtomicReference<>();

		private final EventLoopThreadRunner runner;

		private volatile boolean running;

		Witness(EventLoopThreadRunner runner) {
			this.runner = runner;
		}

		@Override
		public int getPhase() {
			return EventLoopThreadRunnerLifecycle.PHASE - 1;
		}

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public void destroy() {
			this.stateWhenDestroyed.set(this.runner.snapshot().state());
			if (this.runner.snapshot().state() == RunnerState.CLOSED) {
				assertThatExceptionOfType(RunnerClosedException.class)
					.isThrownBy(() -> this.runner.run(() -> CompletableFuture.completedFuture("value")))
					.satisfies(this.refusal::set);
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WitnessConfiguration {

		@Bean
		Witness witness(EventLoopThreadRunner runner) {
			return new Witness(runner);
		}

	}

	/**
	 * Waits, on every JDK, as {@code ExecutorService.close()} does since 19.
	 */
	static class WaitingPool extends ThreadPoolExecutor implements AutoCloseable {

		WaitingPool() {
			super(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
		}

		@Override
		public void close() {
			shutdown();
			try {
				assertThat(awaitTermination(WAIT, TimeUnit.MILLISECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		void endSlowly() {
			close();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SimpleConfiguration {

		@Bean
		SimpleAsyncTaskExecutor pool() {
			SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor();
			executor.setTaskTerminationTimeout(WAIT);
			return executor;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SimpleSchedulerConfiguration {

		@Bean
		SimpleAsyncTaskScheduler pool() {
			SimpleAsyncTaskScheduler scheduler = new SimpleAsyncTaskScheduler();
			scheduler.setTaskTerminationTimeout(WAIT);
			return scheduler;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class CloseConfiguration {

		@Bean(destroyMethod = "close")
		ExecutorService pool() {
			return new WaitingPool();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class InferredConfiguration {

		@Bean
		ExecutorService pool() {
			return new WaitingPool();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OtherMethodConfiguration {

		@Bean(destroyMethod = "endSlowly")
		ExecutorService pool() {
			return new WaitingPool();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class DisposableConfiguration {

		@Bean
		Executor pool() {
			return new DisposablePool();
		}

	}

	static final class DisposablePool implements Executor, DisposableBean {

		private final WaitingPool pool = new WaitingPool();

		@Override
		public void execute(Runnable command) {
			this.pool.execute(command);
		}

		@Override
		public void destroy() {
			this.pool.close();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FactoryConfiguration {

		@Bean
		ThreadPoolExecutorFactoryBean pool() {
			ThreadPoolExecutorFactoryBean factory = new ThreadPoolExecutorFactoryBean();
			factory.setWaitForTasksToCompleteOnShutdown(true);
			factory.setAwaitTerminationMillis(WAIT);
			return factory;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LateConfiguration {

		@Bean
		ThreadPoolTaskExecutor pool() {
			ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
			executor.setWaitForTasksToCompleteOnShutdown(true);
			executor.setAwaitTerminationMillis(WAIT);
			return executor;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SimpleWithoutTimeoutConfiguration {

		@Bean
		SimpleAsyncTaskExecutor pool() {
			return new SimpleAsyncTaskExecutor();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ShutdownConfiguration {

		@Bean(destroyMethod = "shutdown")
		ExecutorService pool() {
			return new WaitingPool();
		}

		@Bean
		ExecutorService inferred() {
			return Executors.newFixedThreadPool(1);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EarlyConfiguration {

		@Bean
		ThreadPoolTaskExecutor pool() {
			return new ThreadPoolTaskExecutor();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EndedConfiguration {

		@Bean(destroyMethod = "close")
		ExecutorService pool() {
			WaitingPool pool = new WaitingPool();
			pool.close();
			return pool;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyConfiguration {

		@Bean(destroyMethod = "close")
		@Lazy
		ExecutorService pool() {
			throw new IllegalStateException("Built by looking");
		}

	}

}
