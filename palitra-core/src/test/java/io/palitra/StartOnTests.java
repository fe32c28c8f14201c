package io.palitra;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class StartOnTests {

	private static AsyncCallable<Thread> thread() {
		return () -> CompletableFuture.completedFuture(Thread.currentThread());
	}

	private static EventLoopThreadRunner runner(Executor startOn) {
		return EventLoopThreadRunner.builder().shutdownGrace(Duration.ZERO).startOn(startOn).build();
	}

	/**
	 * Blocks before it returns its stage, as a producer does whose broker is dead.
	 */
	private static AsyncCallable<String> blocksBeforeItReturns(CountDownLatch begun, CountDownLatch leave) {
		return () -> {
			begun.countDown();
			Support.await(leave);
			return CompletableFuture.completedFuture("at last");
		};
	}

	@Test
	void ownerIsNotInterruptedForACallThatStartsInItsHopC5() {
		CountDownLatch called = new CountDownLatch(1);
		AtomicBoolean goOn = new AtomicBoolean();
		AtomicReference<Executor> hops = new AtomicReference<>();
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.builder().name("hop").build()) {
			Owner<String> outer = Owner.start(() -> runner.runScoped((scope) -> {
				hops.set(scope.caller());
				return new CompletableFuture<>();
			}));
			Support.untilActive(runner, 1);
			Owner<Object> inner = Owner.start(() -> runner.run(() -> {
				called.countDown();
				while (!goOn.get()) {
					Thread.onSpinWait();
				}
				return CompletableFuture.completedFuture("late");
			}, RunOptions.defaults().startOn(hops.get())));
			Support.await(called);
			inner.interrupt();
			assertThat(inner.failure()).isInstanceOf(RunInterruptedException.class);
			outer.interrupt();
			goOn.set(true);
			assertThat(outer.failure()).isInstanceOf(RunInterruptedException.class);
		}
		finally {
			goOn.set(true);
		}
	}

	@Test
	@EnabledForJreRange(max = JRE.JAVA_20)
	void virtualThreadsAreRefusedWhereThereAreNone() {
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(StartOn::virtualThreads)
			.withMessage("StartOn.virtualThreads() needs Java 21 or later, and this is Java "
					+ Runtime.version().feature() + ". Run on a later Java, give startOn(Executor) a thread pool, or "
					+ "give the tasks that block a runner of their own");
	}

	@Test
	void callerCallsTheTaskInPlace() {
		try (EventLoopThreadRunner runner = runner(StartOn.caller())) {
			assertThat(runner.run(thread())).isSameAs(Thread.currentThread());
			assertThat(runner.<Thread>gather(thread(), thread())).containsOnly(Thread.currentThread());
			assertThat(runner.submit(thread())).isCompletedWithValue(Thread.currentThread());
		}
	}

	@Test
	void callerCallsAllTasksOfAGatherWhoeverEndsTheOneBefore() {
		List<Thread> threads = new CopyOnWriteArrayList<>();
		AsyncCallable<String> task = () -> {
			threads.add(Thread.currentThread());
			return endedElsewhere();
		};
		try (EventLoopThreadRunner runner = runner(StartOn.caller())) {
			assertThat(runner.gather(List.of(task, task, task), RunOptions.defaults().maxConcurrency(1)))
				.containsExactly("x", "x", "x");
		}
		assertThat(threads).hasSize(3).containsOnly(Thread.currentThread());
	}

	@Test
	void callerThatCallsTheTaskOfAChildIsNotInterruptedWithIt() {
		CountDownLatch called = new CountDownLatch(1);
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		try (EventLoopThreadRunner runner = runner(StartOn.caller())) {
			AsyncCallable<String> blocking = () -> {
				called.countDown();
				try {
					// Nobody opens it
					interrupted.complete(new CountDownLatch(1).await(300, TimeUnit.MILLISECONDS));
				}
				catch (InterruptedException ex) {
					interrupted.complete(true);
				}
				return new CompletableFuture<>();
			};
			Owner<Object> owner = Owner.start(() -> runner.gather(List.of(StartOnTests::endedElsewhere, blocking),
					RunOptions.defaults().maxConcurrency(1)));
			Support.await(called);
			runner.close(Duration.ZERO);
			assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		}
		assertThat(interrupted).isCompletedWithValue(false);
	}

	private static CompletableFuture<String> endedElsewhere() {
		CompletableFuture<String> stage = new CompletableFuture<>();
		Support.daemon(() -> {
			Support.untilFollowed(stage);
			stage.complete("x");
		}).start();
		return stage;
	}

	/**
	 * A sibling has failed while the owner is busy with the task before.
	 */
	@Test
	void callerCallsNoTaskOfAGatherThatHasFailed() {
		CountDownLatch busy = new CountDownLatch(1);
		CompletableFuture<String> failing = new CompletableFuture<>();
		AtomicBoolean calledLate = new AtomicBoolean();
		try (EventLoopThreadRunner runner = runner(StartOn.caller())) {
			AsyncCallable<String> blocking = () -> {
				busy.countDown();
				Support.eventually().until(failing::isCompletedExceptionally);
				return new CompletableFuture<>();
			};
			CompletableFuture<String> first = new CompletableFuture<>();
			CompletableFuture<String> second = new CompletableFuture<>();
			Owner<Object> owner = Owner
				.start(() -> runner.gather(List.of(() -> first, () -> second, () -> failing, blocking, () -> {
					calledLate.set(true);
					return new CompletableFuture<>();
				}), RunOptions.defaults().maxConcurrency(3)));
			Support.untilFollowed(failing);
			first.complete("x");
			Support.await(busy);
			// From here on the last is a command for the owner.
			second.complete("x");
			failing.completeExceptionally(new IllegalStateException("expected"));
			assertThat(owner.failure()).hasMessage("expected");
		}
		assertThat(calledLate).isFalse();
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void virtualThreadsGiveEachStartAThread() {
		try (EventLoopThreadRunner runner = runner(StartOn.virtualThreads())) {
			Thread first = runner.run(thread());
			Thread second = Support.get(runner.submit(thread()));
			assertThat(first.getClass().getSimpleName()).isEqualTo("VirtualThread");
			assertThat(first.getName()).startsWith("palitra-start-");
			assertThat(first).isNotSameAs(second).isNotSameAs(Support.threadOf(runner));
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void oneCallIsBroughtBackToTheLoop(boolean bounded) {
		EventLoopThreadRunner.Builder builder = EventLoopThreadRunner.builder().startOn(StartOn.caller());
		try (EventLoopThreadRunner runner = (bounded ? builder.maxInFlight(1) : builder).build()) {
			RunOptions loop = RunOptions.defaults().startOn(runner.getLoop());
			Thread expected = Support.threadOf(runner);
			assertThat(runner.run(thread(), loop)).isSameAs(expected);
			assertThat(Support.get(runner.submit(thread(), loop))).isSameAs(expected);
		}
	}

	@Test
	void taskOnALoopIsNotInterrupted() {
		// Another call would get it.
		try (EventLoopThreadRunner runner = runner(StartOn.caller());
				EventLoopThreadRunner other = runner(Runnable::run)) {
			AtomicReference<Boolean> interrupted = new AtomicReference<>();
			CountDownLatch begun = new CountDownLatch(1);
			CountDownLatch leave = new CountDownLatch(1);
			CompletableFuture<Object> future = runner.submit(() -> {
				begun.countDown();
				Support.await(leave);
				interrupted.set(Thread.currentThread().isInterrupted());
				return new CompletableFuture<>();
			}, RunOptions.defaults().startOn(other.getLoop()));
			Support.await(begun);
			future.cancel(true);
			leave.countDown();
			Support.settle(other);
			assertThat(interrupted).hasValue(false);
		}
	}

	@Test
	void refusalOfAnExecutorLooksTheSameToCallsAndChildrenC1() {
		RejectedExecutionException full = new RejectedExecutionException("full");
		Executor refusing = (command) -> {
			throw full;
		};
		AsyncCallable<String> task = BlockingTasks.blocking(() -> "never", refusing);
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.builder().name("refused").build()) {
			assertRefused(full, () -> runner.run(task));
			assertRefused(full, () -> runner.gather(List.of(task)));
			assertRefused(full, () -> runner.runScoped((scope) -> scope.fork(task)));
		}
	}

	private static void assertRefused(RejectedExecutionException full, ThrowingCallable call) {
		assertThatExceptionOfType(RunnerOverloadedException.class).isThrownBy(call)
			.withCause(full)
			.withMessageContainingAll("Task \"", "on runner \"refused\"", "executor", "full");
	}

	@Test
	void snapshotTellsWhereTasksStart() {
		Executor own = (command) -> Support.daemon(command).start();
		try (EventLoopThreadRunner loop = EventLoopThreadRunner.create();
				EventLoopThreadRunner caller = runner(StartOn.caller());
				EventLoopThreadRunner other = runner(own)) {
			assertThat(loop.snapshot().startOn()).isEqualTo("loop");
			assertThat(caller.snapshot().startOn()).isEqualTo("caller");
			assertThat(other.snapshot().startOn()).isEqualTo(StartOnTests.class.getName());
			caller.submit(Support.never());
			caller.submit(Support.never(), RunOptions.defaults().startOn(own));
			assertThat(caller.snapshot().calls()).extracting(RunnerSnapshot.Call::startOn)
				.containsExactly("caller", StartOnTests.class.getName());
		}
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void taskThatBlocksHoldsUpNobodyElseOnVirtualThreads() {
		try (EventLoopThreadRunner runner = runner(StartOn.virtualThreads())) {
			assertThat(runner.snapshot().startOn()).isEqualTo("virtual-threads");
			fiftyOthersEndWhileOneBlocks(runner, runner);
		}
	}

	@Test
	void taskThatBlocksHoldsUpNobodyElseOnARunnerOfItsOwn() {
		try (EventLoopThreadRunner ofTheBlocking = EventLoopThreadRunner.create();
				EventLoopThreadRunner ofTheOthers = EventLoopThreadRunner.create()) {
			fiftyOthersEndWhileOneBlocks(ofTheBlocking, ofTheOthers);
		}
	}

	/**
	 * The one is let go only after all others have had their result.
	 */
	private static void fiftyOthersEndWhileOneBlocks(EventLoopThreadRunner ofTheBlocking,
			EventLoopThreadRunner ofTheOthers) {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch leave = new CountDownLatch(1);
		Owner<String> one = Owner.start(() -> ofTheBlocking.run(blocksBeforeItReturns(begun, leave)));
		Support.await(begun);
		IntStream.range(0, 50)
			.mapToObj((i) -> Owner.start(() -> ofTheOthers.run(Support.later(i))))
			.toList()
			.forEach(Owner::value);
		assertThat(one.isDone()).isFalse();
		leave.countDown();
		assertThat(one.value()).isEqualTo("at last");
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void callerLeavesATaskThatBlocksOnTimeAndItIsInterrupted() {
		CountDownLatch interrupted = new CountDownLatch(1);
		try (EventLoopThreadRunner runner = runner(StartOn.virtualThreads())) {
			Support.timeoutWhileRunning((limit) -> runner.run(() -> {
				try {
					new CountDownLatch(1).await();
				}
				catch (InterruptedException ex) {
					interrupted.countDown();
				}
				return new CompletableFuture<>();
			}, limit));
			Support.await(interrupted);
			Support.eventually().until(() -> runner.snapshot().active() == 0);
		}
	}

}
