package io.palitra;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.palitra.Runners.OnLoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@DisplayName("C5 Interrupt and cancel")
@Tag("start-on")
class C05InterruptAndCancelTests {

	private final EventLoopThreadRunner runner = Runners.builder().name("interrupts").build();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	// Interrupted on entry

	@ParameterizedTest
	@MethodSource("uninterruptibleCalls")
	void interruptedOnEntryIsRefusedBeforeTheTaskIsCalledAndTheFlagKept(BlockingCall call) {
		// Python bridges; != kotlinx
		// RunBlockingJvmTest.testInitialPortionRunningDespiteInterruptions
		AtomicInteger calls = new AtomicInteger();
		Owner<Object> owner = Owner.start(() -> {
			Thread.currentThread().interrupt();
			return call.make(this.runner, () -> {
				calls.incrementAndGet();
				return new CompletableFuture<>();
			});
		});
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class)
			.hasCauseExactlyInstanceOf(InterruptedException.class);
		assertThat(owner.wasInterruptedAtEnd()).isTrue();
		this.runner.run(Support.value("later"));
		assertThat(calls).hasValue(0);
		assertThat(this.runner.snapshot().calls()).isEmpty();
	}

	@OnLoop
	@Test
	void textSaysThatTheTaskWasNotStarted() {
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			Owner<Object> owner = Owner
				.parked(() -> this.runner.run(Support.never(), RunOptions.defaults().name("load-user")));
			owner.interrupt();
			assertThat(owner.failure())
				.hasMessage("Task \"load-user\" on runner \"interrupts\" was not started: thread \""
						+ owner.thread().getName() + "\" was interrupted");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void textSaysThatTheTaskWasStartedAndCancelled(boolean onTheCaller) {
		CountDownLatch started = new CountDownLatch(1);
		Owner<Object> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			if (onTheCaller) {
				scope.caller().execute(() -> {
					Thread.currentThread().interrupt();
					started.countDown();
				});
			}
			else {
				started.countDown();
			}
			return new CompletableFuture<>();
		}, RunOptions.defaults().name("load-user")));
		Support.await(started);
		if (!onTheCaller) {
			Support.untilActive(this.runner, 1);
			owner.interrupt();
		}
		assertThat(owner.failure())
			.hasMessageStartingWith("Task \"load-user\" on runner \"interrupts\" was cancelled: ");
	}

	@Test
	void interruptedOnEntryOfAwaitIsRefusedAndTheFlagKept() {
		Work<Object> stage = new Work<>();
		Owner<Object> owner = Owner.start(() -> {
			Thread.currentThread().interrupt();
			return this.runner.await(stage);
		});
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		assertThat(owner.wasInterruptedAtEnd()).isTrue();
		assertThat(stage.cancellations()).isEmpty();
	}

	@Test
	void interruptedOnEntryOfRunInterruptiblyClearsTheFlag() {
		AtomicInteger calls = new AtomicInteger();
		Owner<Object> owner = Owner.start(() -> {
			Thread.currentThread().interrupt();
			return this.runner.runInterruptibly(() -> CompletableFuture.completedFuture(calls.incrementAndGet()));
		});
		assertThat(owner.failure()).isExactlyInstanceOf(InterruptedException.class);
		assertThat(owner.wasInterruptedAtEnd()).isFalse();
		this.runner.run(Support.value("later"));
		assertThat(calls).hasValue(0);
	}

	// Interrupted while waiting

	@ParameterizedTest
	@MethodSource("uninterruptibleCalls")
	void interruptWhileWaitingCancelsTheWorkAndRestoresTheFlag(BlockingCall call) {
		// reactor BlockingTests.blockingLastInterrupted; palitra for Python
		Work<Object> work = new Work<>();
		Owner<Object> owner = Owner.parked(() -> call.make(this.runner, () -> work));
		Support.untilActive(this.runner, 1);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class)
			.hasMessageContaining("Task \"")
			.hasMessageContaining("interrupted")
			.hasCauseExactlyInstanceOf(InterruptedException.class);
		assertThat(owner.wasInterruptedAtEnd()).isTrue();
		assertThat(work.cancellations()).containsExactly(true);
	}

	static Stream<Named<BlockingCall>> uninterruptibleCalls() {
		return Stream.of(blockingCall("run", EventLoopThreadRunner::run),
				blockingCall("run with timeout", (runner, task) -> runner.run(task, Support.LONG)),
				blockingCall("run with options", (runner, task) -> runner.run(task, RunOptions.defaults().name("n"))),
				blockingCall("runChecked", (runner, task) -> runner.runChecked(task, Exception.class)),
				blockingCall("gather", (runner, task) -> runner.gather(task)),
				blockingCall("gatherOutcomes", (runner, task) -> runner.gatherOutcomes(task)));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void interruptOfRunInterruptiblyCancelsTheWorkAndClearsTheFlag(boolean options) {
		// kotlinx RunBlockingJvmTest.testCancellingWhenInterrupted
		Work<Object> work = new Work<>();
		Owner<Object> owner = Owner.parked(
				() -> options ? this.runner.runInterruptibly(() -> work, RunOptions.defaults().timeout(Support.LONG))
						: this.runner.runInterruptibly(() -> work));
		Support.untilActive(this.runner, 1);
		owner.interrupt();
		assertThat(owner.failure()).isExactlyInstanceOf(InterruptedException.class)
			.hasMessageContaining(
					"Task \"C05InterruptAndCancelTests.interruptOfRunInterruptiblyCancelsTheWorkAndClearsTheFlag\"");
		assertThat(owner.wasInterruptedAtEnd()).isFalse();
		assertThat(work.cancellations()).containsExactly(true);
	}

	@Test
	void textNamesTaskAndRunner() {
		Owner<Object> owner = Owner
			.parked(() -> this.runner.run(Support.never(), RunOptions.defaults().name("load-user")));
		owner.interrupt();
		assertThat(owner.failure()).hasMessageContaining("\"load-user\"").hasMessageContaining("\"interrupts\"");
	}

	@OnLoop
	@Test
	void interruptedTaskInTheQueueIsNeverCalled() {
		AtomicInteger calls = new AtomicInteger();
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			Owner<Integer> owner = Owner
				.parked(() -> this.runner.run(() -> CompletableFuture.completedFuture(calls.incrementAndGet())));
			owner.interrupt();
			assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		}
		this.runner.run(Support.value("later"));
		assertThat(calls).hasValue(0);
	}

	@OnLoop
	@Test
	void stageThatArrivesAfterTheInterruptIsCancelled() {
		Work<Object> work = new Work<>();
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Owner<Object> owner = Owner.start(() -> this.runner.run(() -> {
			entered.countDown();
			Support.await(release);
			return work;
		}));
		Support.await(entered);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		assertThat(work.cancellations()).isEmpty();
		release.countDown();
		this.runner.run(Support.value("later"));
		assertThat(work.cancellations()).containsExactly(true);
	}

	@Test
	void interruptedOwnerLeavesAlthoughTheWorkIgnoresTheCancellation() {
		// Python bridges
		Work<Object> work = Work.stubborn();
		Owner<Object> owner = Owner.parked(() -> this.runner.run(() -> work));
		Support.untilActive(this.runner, 1);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		assertThat(work).isNotDone();
	}

	@Test
	void interruptOfAwaitCancelsNothing() {
		Work<String> stage = new Work<>();
		Owner<String> first = Owner.parked(() -> this.runner.await(stage));
		Owner<String> second = Owner.parked(() -> this.runner.await(stage));
		first.interrupt();
		assertThat(first.failure()).isInstanceOf(RunInterruptedException.class);
		assertThat(first.wasInterruptedAtEnd()).isTrue();
		assertThat(stage.cancellations()).isEmpty();
		stage.complete("value");
		assertThat(second.value()).isEqualTo("value");
	}

	@OnLoop
	@Test
	void interruptTouchesOnlyTheOwner() {
		// netty: cancel(true) never interrupts the loop
		AtomicBoolean loopInterrupted = new AtomicBoolean();
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Owner<Object> victim = Owner.start(() -> this.runner.run(() -> {
			entered.countDown();
			try {
				Support.await(release);
			}
			finally {
				loopInterrupted.set(Thread.currentThread().isInterrupted());
			}
			return new CompletableFuture<>();
		}));
		Support.await(entered);
		Owner<String> bystander = Owner.parked(() -> this.runner.run(Support.later("bystander")));
		victim.interrupt();
		assertThat(victim.failure()).isInstanceOf(RunInterruptedException.class);
		release.countDown();
		assertThat(bystander.value()).isEqualTo("bystander");
		assertThat(bystander.wasInterruptedAtEnd()).isFalse();
		assertThat(loopInterrupted).isFalse();
	}

	@Test
	void interruptRacingTheResultIsNeitherLostNorThrownAway() {
		int rounds = 1_500;
		CyclicBarrier round = new CyclicBarrier(2);
		AtomicInteger values = new AtomicInteger();
		Work<?>[] works = new Work<?>[rounds];
		Owner<Object> owner = Owner.start(() -> {
			for (int i = 0; i < rounds; i++) {
				Work<String> work = new Work<>();
				works[i] = work;
				Support.await(round);
				try {
					assertThat(this.runner.run(() -> {
						work.complete("value");
						return work;
					})).isEqualTo("value");
					values.incrementAndGet();
				}
				catch (RunInterruptedException ex) {
					assertThat(Thread.currentThread().isInterrupted()).isTrue();
				}
				// Waits for the interrupt, without a method that would clear the flag.
				while (!Thread.currentThread().isInterrupted()) {
					Thread.onSpinWait();
				}
				assertThat(Thread.interrupted()).isTrue();
			}
			return null;
		});
		for (int i = 0; i < rounds; i++) {
			Support.await(round);
			for (int spin = 0; spin < i % 300 * 20; spin++) {
				Thread.onSpinWait();
			}
			owner.interrupt();
		}
		assertThat(owner.value()).isNull();
		for (Work<?> work : works) {
			assertThat(work.cancellations()).hasSizeLessThanOrEqualTo(1);
		}
		assertThat(values.get()).isBetween(1, rounds);
	}

	// Submitted

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void cancellingTheSubmittedFutureCancelsTheWorkWithTrue(boolean mayInterrupt) {
		// The JDK's HttpClient heeds cancel(true) only
		Work<Object> work = new Work<>();
		CompletableFuture<Object> future = this.runner.submit(() -> work);
		Support.untilActive(this.runner, 1);
		assertThat(future.cancel(mayInterrupt)).isTrue();
		assertThat(work.cancellations()).containsExactly(true);
		assertThatExceptionOfType(CancellationException.class).isThrownBy(future::get);
		assertThat(this.runner.snapshot().calls()).isEmpty();
	}

	@OnLoop
	@Test
	void cancelledTaskInTheQueueIsNeverCalled() {
		AtomicInteger calls = new AtomicInteger();
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			CompletableFuture<Integer> future = this.runner
				.submit(() -> CompletableFuture.completedFuture(calls.incrementAndGet()));
			assertThat(future.cancel(true)).isTrue();
		}
		this.runner.run(Support.value("later"));
		assertThat(calls).hasValue(0);
	}

	@Test
	void cancellingAFutureThatIsDoneDoesNothing() {
		// kotlinx RunBlockingTest.testIncompleteState
		Work<String> work = new Work<>();
		work.complete("value");
		CompletableFuture<String> future = this.runner.submit(() -> work);
		assertThat(Support.get(future)).isEqualTo("value");
		assertThat(future.cancel(true)).isFalse();
		assertThat(work.cancellations()).isEmpty();
	}

	@Tag("slow")
	@Test
	void cancellationRacingTheStartReachesTheWorkOrPreventsIt() {
		// anyio: cancelled at once, the work ran on
		for (int i = 0; i < 5_000; i++) {
			Work<Object> work = new Work<>();
			AtomicBoolean started = new AtomicBoolean();
			CompletableFuture<Object> future = this.runner.submit(() -> {
				started.set(true);
				return work;
			});
			future.cancel(true);
			this.runner.run(Support.value("passed"));
			if (started.get()) {
				assertThat(work.cancellations()).containsExactly(true);
			}
			else {
				assertThat(work.cancellations()).isEmpty();
			}
		}
	}

	@Tag("slow")
	@Test
	void cancellationIsDeliveredOnceWhateverRaces() {
		for (int i = 0; i < 300; i++) {
			Work<Object> work = new Work<>();
			AtomicBoolean called = new AtomicBoolean();
			CyclicBarrier together = new CyclicBarrier(2);
			CompletableFuture<Object> future = this.runner.submit(() -> {
				called.set(true);
				return work;
			}, RunOptions.defaults().timeout(Duration.ofMillis(1)));
			Callable<Object> cancelling = () -> {
				Support.await(together);
				return future.cancel(true);
			};
			Owner<Object> one = Owner.start(cancelling);
			Owner<Object> two = Owner.start(cancelling);
			one.value();
			two.value();
			this.runner.run(Support.value("passed"));
			Support.eventually().until(() -> this.runner.snapshot().calls().isEmpty());
			assertThat(work.cancellations()).isEqualTo(called.get() ? List.of(true) : List.of());
		}
	}

	@Test
	void stageThatTheTaskCancelledItselfIsReportedAsCancelled() {
		assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> this.runner.run(() -> {
			CompletableFuture<Object> stage = new CompletableFuture<>();
			stage.cancel(true);
			return stage;
		}));
		CancellationException failure = new CancellationException("thrown");
		CompletableFuture<Object> future = this.runner.submit(Support.failure(failure));
		Throwable seen = Support.get(future.handle((value, ex) -> ex));
		assertThat(seen).isSameAs(failure);
		assertThat(future).isCancelled();
	}

	@Test
	void waitersForACancelledFutureWakeAtOnce() throws Exception {
		CompletableFuture<Object> future = this.runner.submit(Support.never());
		Owner<Object> waiter = Owner.parked(future::get);
		future.cancel(true);
		assertThat(waiter.failure()).isInstanceOf(CancellationException.class);
		CompletableFuture<Object> failing = this.runner.submit(Support.failure(new IllegalStateException("no")));
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(failing::get)
			.withCauseExactlyInstanceOf(IllegalStateException.class);
	}

	private static Named<BlockingCall> blockingCall(String name, BlockingCall call) {
		return Named.of(name, call);
	}

	@Test
	void interruptedAwaitOfADoneStageGivesItsValueAndKeepsTheFlag() {
		CompletableFuture<String> derived = CompletableFuture.completedFuture("value").thenApply((value) -> value);
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			for (CompletableFuture<String> done : List.of(CompletableFuture.completedFuture("value"), derived)) {
				Owner<String> owner = Owner.start(() -> {
					Thread.currentThread().interrupt();
					return this.runner.await(done);
				});
				assertThat(owner.value()).isEqualTo("value");
				assertThat(owner.wasInterruptedAtEnd()).isTrue();
			}
		}
	}

	@FunctionalInterface
	private interface BlockingCall {

		Object make(EventLoopThreadRunner runner, AsyncCallable<Object> task) throws Exception;

	}

}
