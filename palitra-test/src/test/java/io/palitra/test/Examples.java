package io.palitra.test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.palitra.AsyncCallable;
import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.RunTimeoutException;
import io.palitra.RunnerClosedException;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests that {@link RunnerExtensionTests} runs. They are not found otherwise: no name
 * among them ends as those of tests do.
 */
final class Examples {

	static final List<EventLoopThreadRunner> seen = new CopyOnWriteArrayList<>();

	private Examples() {
	}

	private static RunOptions named(String name) {
		return RunOptions.defaults().name(name);
	}

	/**
	 * Submits, and waits until that has been started.
	 */
	private static void start(EventLoopThreadRunner runner, String name, AsyncCallable<?> task)
			throws InterruptedException {
		CountDownLatch started = new CountDownLatch(1);
		runner.submit(() -> {
			started.countDown();
			return task.call();
		}, named(name));
		started.await(30, TimeUnit.SECONDS);
	}

	@ExtendWith(RunnerExtension.class)
	static class InConstructor {

		InConstructor(EventLoopThreadRunner runner) {
			seen.add(runner);
		}

		@BeforeEach
		void before(EventLoopThreadRunner runner) {
			seen.add(runner);
		}

		@Test
		void first(EventLoopThreadRunner runner) {
			seen.add(runner);
		}

		@Test
		void second(EventLoopThreadRunner runner) {
			seen.add(runner);
		}

		@AfterEach
		void after(EventLoopThreadRunner runner) {
			runner.run(() -> CompletableFuture.completedFuture("still alive"));
			seen.add(runner);
		}

	}

	@ExtendWith(RunnerExtension.class)
	static class InNested {

		@Test
		void outer(EventLoopThreadRunner runner) {
			seen.add(runner);
		}

		@Nested
		class Inner {

			@Test
			void inner(EventLoopThreadRunner runner) {
				seen.add(runner);
			}

		}

	}

	@ExtendWith(RunnerExtension.class)
	static class Shared {

		@BeforeAll
		static void before(EventLoopThreadRunner runner) {
			seen.add(runner);
		}

		@Test
		void first(EventLoopThreadRunner runner) {
			runner.run(() -> CompletableFuture.completedFuture("alive"));
			seen.add(runner);
		}

		@Test
		void second(EventLoopThreadRunner runner) {
			runner.run(() -> CompletableFuture.completedFuture("alive"));
			seen.add(runner);
		}

	}

	@ExtendWith(RunnerExtension.class)
	@TestInstance(TestInstance.Lifecycle.PER_CLASS)
	static class OneInstance {

		private final EventLoopThreadRunner runner;

		OneInstance(EventLoopThreadRunner runner) {
			this.runner = runner;
			seen.add(runner);
		}

		@Test
		void first(EventLoopThreadRunner runner) {
			this.runner.run(() -> CompletableFuture.completedFuture("alive"));
			seen.add(runner);
		}

		@Test
		void second(EventLoopThreadRunner runner) {
			this.runner.run(() -> CompletableFuture.completedFuture("alive"));
			seen.add(runner);
		}

	}

	static class WithSettings {

		@RegisterExtension
		final RunnerExtension runners = RunnerExtension.with((runner) -> runner.name("rates"));

		@Test
		void named(EventLoopThreadRunner runner) {
			seen.add(runner);
		}

	}

	static class BadSettings {

		@RegisterExtension
		final RunnerExtension runners = RunnerExtension.with((runner) -> runner.timeout(Duration.ZERO));

		@Test
		void never(EventLoopThreadRunner runner) {
		}

	}

	@ExtendWith(RunnerExtension.class)
	static class LeavesCalls {

		@Test
		void submitsAndGoes(EventLoopThreadRunner runner) throws InterruptedException {
			seen.add(runner);
			start(runner, "first", CompletableFuture::new);
			start(runner, "second", CompletableFuture::new);
		}

		@Test
		void leavesAnOwner(EventLoopThreadRunner runner) throws InterruptedException {
			seen.add(runner);
			CountDownLatch started = new CountDownLatch(1);
			Thread owner = new Thread(
					() -> assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> runner.run(() -> {
						started.countDown();
						return new CompletableFuture<>();
					}, named("stray"))), "owner");
			owner.setDaemon(true);
			owner.start();
			started.await(30, TimeUnit.SECONDS);
		}

	}

	@ExtendWith(RunnerExtension.class)
	static class LeavesCallsOfTheClass {

		@BeforeAll
		static void before(EventLoopThreadRunner runner) {
			seen.add(runner);
		}

		@Test
		void first(EventLoopThreadRunner runner) throws InterruptedException {
			start(runner, "stray", CompletableFuture::new);
		}

		@Test
		void second(EventLoopThreadRunner runner) {
			runner.run(() -> CompletableFuture.completedFuture("alive"));
		}

	}

	@ExtendWith(RunnerExtension.class)
	static class AfterTimeout {

		@Test
		void heedsIt(EventLoopThreadRunner runner) {
			assertThatExceptionOfType(RunTimeoutException.class)
				.isThrownBy(() -> runner.run(CompletableFuture::new, Duration.ofMillis(1)));
		}

		@Test
		void ignoresIt(EventLoopThreadRunner runner) {
			CompletableFuture<String> deaf = new CompletableFuture<>() {

				@Override
				public boolean cancel(boolean mayInterruptIfRunning) {
					return false;
				}

			};
			// Long enough for a busy machine to come to the task before
			assertThatExceptionOfType(RunTimeoutException.class)
				.isThrownBy(() -> runner.run(() -> deaf, named("deaf").timeout(Duration.ofMillis(1500))));
		}

	}

	@ExtendWith(RunnerExtension.class)
	static class JustEnding {

		@Test
		void endsSoon(EventLoopThreadRunner runner) throws InterruptedException {
			start(runner, "soon", () -> CompletableFuture.supplyAsync(() -> "done",
					CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS)));
		}

	}

	@ExtendWith(RunnerExtension.class)
	static class AfterFailure {

		@Test
		void fails(EventLoopThreadRunner runner) throws InterruptedException {
			start(runner, "stray", CompletableFuture::new);
			throw new IllegalStateException("of the test");
		}

	}

}
