package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;
import io.palitra.spi.RunResult;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The JDK has one thread for all deadlines of a process: what others wrote never runs
 * there.
 */
@DisplayName("C4 Timeout: the code of others and the deadlines of others")
class C04TimerThreadTests {

	private static final Duration SHORT = Duration.ofMillis(50);

	private final CountDownLatch entered = new CountDownLatch(1);

	private final CountDownLatch started = new CountDownLatch(2);

	private final CountDownLatch release = new CountDownLatch(1);

	private final AtomicReference<Thread> thread = new AtomicReference<>();

	private final List<EventLoopThreadRunner> runners = new ArrayList<>();

	@AfterEach
	void close() {
		this.release.countDown();
		this.runners.forEach((runner) -> runner.close(Duration.ZERO));
	}

	private EventLoopThreadRunner runner(String name) {
		return keep(EventLoopThreadRunner.builder().name(name));
	}

	private EventLoopThreadRunner keep(EventLoopThreadRunner.Builder builder) {
		EventLoopThreadRunner runner = builder.slowTaskThreshold(Support.LONG).shutdownGrace(Duration.ZERO).build();
		this.runners.add(runner);
		return runner;
	}

	/**
	 * Blocks whoever comes, until the end of the test.
	 */
	private void block() {
		this.thread.compareAndSet(null, Thread.currentThread());
		this.entered.countDown();
		try {
			this.release.await(5, TimeUnit.MINUTES);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private CompletableFuture<String> workWhoseCancelBlocks() {
		return new Work<>() {

			@Override
			protected boolean cancelled(boolean mayInterruptIfRunning) {
				block();
				return super.cancelled(mayInterruptIfRunning);
			}

		};
	}

	/**
	 * Returns threads that do something before they are interrupted.
	 */
	private static Executor threads(Runnable beforeInterrupt) {
		return (command) -> {
			Thread thread = new Thread(command) {

				@Override
				public void interrupt() {
					beforeInterrupt.run();
					super.interrupt();
				}

			};
			thread.setDaemon(true);
			thread.start();
		};
	}

	/**
	 * A task that blocks until the end of the test.
	 */
	private <T> CompletableFuture<T> blocked() throws InterruptedException {
		this.started.countDown();
		this.release.await(5, TimeUnit.MINUTES);
		return new CompletableFuture<>();
	}

	private <T> AsyncCallable<T> blockedUntilInterrupted(CountDownLatch interrupted) {
		return () -> {
			try {
				return blocked();
			}
			catch (InterruptedException ex) {
				interrupted.countDown();
				throw ex;
			}
		};
	}

	@Test
	void threadThatCannotBeInterruptedKeepsNobodyWaiting() {
		RunOptions options = RunOptions.defaults().startOn(threads(() -> {
			throw new SecurityException("not allowed");
		}));
		EventLoopThreadRunner runner = runner("first");
		assertThat(endOf(runner.submit(this::blocked, options.timeout(SHORT)))).isInstanceOf(RunTimeoutException.class);
		CompletableFuture<String> submitted = runner.submit(this::blocked, options);
		Support.await(this.started);
		List<Owner<String>> owners = Stream.of(1, 2, 3)
			.map((owner) -> Owner.parked(() -> runner.run(Support.<String>never())))
			.toList();
		runner.close(Duration.ZERO);
		owners.forEach((owner) -> assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class));
		assertThat(endOf(submitted)).isInstanceOf(RunnerClosedException.class);
	}

	@Test
	void dependentsThatBlockDelayNoInterrupt() {
		int calls = 40;
		CountDownLatch interrupted = new CountDownLatch(calls);
		EventLoopThreadRunner runner = runner("first");
		RunOptions options = RunOptions.defaults().timeout(SHORT).startOn((command) -> Support.daemon(command).start());
		for (int call = 0; call < calls; call++) {
			runner.submit(blockedUntilInterrupted(interrupted), options).whenComplete((value, failure) -> block());
		}
		Support.await(interrupted);
		assertThat(this.release.getCount()).as("still blocked").isOne();
	}

	@Test
	void dependentOfOneCallMayWaitForTheInterruptOfAnotherAtAClose() {
		CountDownLatch interrupted = new CountDownLatch(1);
		EventLoopThreadRunner runner = runner("first");
		CompletableFuture<Object> first = runner.submit(Support.never());
		CompletableFuture<Void> dependent = first.handle((value, failure) -> {
			Support.await(interrupted);
			return null;
		});
		runner.submit(blockedUntilInterrupted(interrupted),
				RunOptions.defaults().startOn((command) -> Support.daemon(command).start()));
		this.started.countDown();
		Support.await(this.started);
		runner.close(Duration.ZERO);
		assertThat(dependent).isCompleted();
	}

	@ParameterizedTest
	@MethodSource
	void blockingCodeOfOneRunnersCallDelaysNoDeadline(Blocking blocking) {
		blocking.begin(this);
		Support.await(this.entered);
		EventLoopThreadRunner other = runner("other");
		CompletableFuture<String> submitted = other.submit(Support.never(), RunOptions.defaults().timeout(SHORT));
		CompletableFuture<String> applications = new CompletableFuture<String>().orTimeout(SHORT.toMillis(),
				TimeUnit.MILLISECONDS);
		Owner<String> owner = Owner.start(() -> other.run(Support.never(), SHORT));
		Owner<String> hopping = Owner
			.start(() -> other.runScoped((scope) -> scope.sleep(SHORT).thenApply((none) -> "slept"), Support.PATIENCE));
		assertThat(endOf(applications)).isInstanceOf(TimeoutException.class);
		assertThat(endOf(submitted)).isInstanceOf(RunTimeoutException.class);
		assertThat(owner.failure()).isInstanceOf(RunTimeoutException.class);
		assertThat(hopping.value()).isEqualTo("slept");
		assertThat(this.release.getCount()).as("still blocked").isOne();
		assertThat(this.thread.get().getName()).isNotEqualTo("CompletableFutureDelayScheduler")
			.doesNotContain("CompletableFutureScheduler");
	}

	static Stream<Named<Blocking>> blockingCodeOfOneRunnersCallDelaysNoDeadline() {
		RunOptions options = RunOptions.defaults().timeout(SHORT);
		return Stream.of(
				Named.of("cancel of a submitted call's work",
						(test) -> test.runner("first").submit(test::workWhoseCancelBlocks, options)),
				Named.of("interrupt of a task's thread",
						(test) -> test.runner("first").submit(test::blocked, options.startOn(threads(test::block)))),
				Named.of("cancel of the work of a call that waits", (test) -> {
					EventLoopThreadRunner first = test.runner("first");
					Owner.start(() -> first.run(test::workWhoseCancelBlocks, options));
				}),
				Named.of("dependent of a submitted future",
						(test) -> test.runner("first")
							.submit(Support.never(), options)
							.whenComplete((value, failure) -> test.block())),
				Named.of("onDiscard of a value that comes with the cancel",
						(test) -> test
							.keep(EventLoopThreadRunner.builder().name("first").onDiscard((value) -> test.block()))
							.submit(() -> new Work<>() {

								@Override
								protected boolean cancelled(boolean mayInterruptIfRunning) {
									return complete("late");
								}

							}, options)),
				Named.of("listener that is told of the end",
						(test) -> test.keep(EventLoopThreadRunner.builder().name("first").listener(new RunListener() {

							@Override
							public void onEnd(RunEvent run, RunResult result, Throwable failure) {
								test.block();
							}

						})).submit(Support.never(), options)),
				Named.of("cancel of a call that is cancelled by hand", (test) -> {
					EventLoopThreadRunner first = test.runner("first");
					CompletableFuture<String> future = first.submit(test::workWhoseCancelBlocks);
					Support.untilActive(first, 1);
					Support.daemon(() -> future.cancel(true)).start();
				}));
	}

	@Test
	void blockingCancelDelaysNoDeadlineOfItsOwnRunnerEither() {
		EventLoopThreadRunner runner = runner("own");
		runner.submit(this::workWhoseCancelBlocks, RunOptions.defaults().timeout(SHORT));
		Support.await(this.entered);
		CompletableFuture<String> next = runner.submit(Support.never(), RunOptions.defaults().timeout(SHORT));
		Owner<String> owner = Owner.start(() -> runner.run(Support.never(), SHORT));
		assertThat(owner.failure()).isInstanceOf(RunTimeoutException.class);
		assertThat(endOf(next)).isInstanceOf(RunTimeoutException.class);
		assertThat(this.release.getCount()).as("still blocked").isOne();
	}

	@Test
	void ownFutureEndsAtItsDeadlineAlthoughTheCancelOfItsWorkBlocks() {
		EventLoopThreadRunner runner = runner("own");
		CompletableFuture<String> future = runner.submit(this::workWhoseCancelBlocks,
				RunOptions.defaults().timeout(SHORT));
		Support.await(this.entered);
		assertThat(endOf(future)).isInstanceOf(RunTimeoutException.class);
		assertThat(this.release.getCount()).as("still blocked").isOne();
	}

	/**
	 * Returns how a future fails, {@code null} if it does not do so in time.
	 */
	private static Throwable endOf(CompletableFuture<?> future) {
		CompletableFuture<Throwable> failure = future.handle((value, ex) -> ex);
		Support.eventually().until(failure::isDone);
		return failure.join();
	}

	/**
	 * Code of others that blocks.
	 */
	interface Blocking {

		void begin(C04TimerThreadTests test);

	}

}
