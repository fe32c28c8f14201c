package io.palitra;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * What the documentation of {@code Executor}, {@code ExecutorService},
 * {@code ScheduledExecutorService} and {@code Future} says, sentence by sentence, of the
 * event loop and of the JDK's own executor with one thread: a test that the latter does
 * not pass has misread the documentation.
 */
@DisplayName("EventLoop: what the documentation of ScheduledExecutorService promises")
@ParameterizedClass
@EnumSource
class EventLoopConformanceTests {

	private final ScheduledExecutorService executor;

	private final CountDownLatch released = new CountDownLatch(1);

	EventLoopConformanceTests(Implementation implementation) {
		this.executor = implementation.create();
	}

	@AfterEach
	void end() {
		this.released.countDown();
		this.executor.shutdownNow();
	}

	/**
	 * Occupies the executor until it is released.
	 */
	private void hold() {
		CountDownLatch entered = new CountDownLatch(1);
		this.executor.execute(() -> {
			entered.countDown();
			Support.await(this.released);
		});
		Support.await(entered);
	}

	private void settle() {
		Support.get(this.executor.submit(() -> null));
	}

	// Executor and ExecutorService: arguments

	@Test
	void nullTasksAreRefused() {
		assertThatNullPointerException().isThrownBy(() -> this.executor.execute(null));
		assertThatNullPointerException().isThrownBy(() -> this.executor.submit((Runnable) null));
		assertThatNullPointerException().isThrownBy(() -> this.executor.submit((Callable<?>) null));
		assertThatNullPointerException().isThrownBy(() -> this.executor.submit(null, "result"));
		assertThatNullPointerException().isThrownBy(() -> this.executor.schedule((Runnable) null, 1, TimeUnit.DAYS));
		assertThatNullPointerException().isThrownBy(() -> this.executor.schedule((Callable<?>) null, 1, TimeUnit.DAYS));
		assertThatNullPointerException().isThrownBy(() -> this.executor.scheduleAtFixedRate(null, 1, 1, TimeUnit.DAYS));
		assertThatNullPointerException()
			.isThrownBy(() -> this.executor.scheduleWithFixedDelay(null, 1, 1, TimeUnit.DAYS));
	}

	@Test
	void nullUnitsAreRefused() {
		Runnable runnable = () -> {
		};
		Callable<String> callable = () -> "x";
		assertThatNullPointerException().isThrownBy(() -> this.executor.schedule(runnable, 1, null));
		assertThatNullPointerException().isThrownBy(() -> this.executor.schedule(callable, 1, null));
		assertThatNullPointerException().isThrownBy(() -> this.executor.scheduleAtFixedRate(runnable, 1, 1, null));
		assertThatNullPointerException().isThrownBy(() -> this.executor.scheduleWithFixedDelay(runnable, 1, 1, null));
		assertThatNullPointerException().isThrownBy(() -> this.executor.invokeAll(List.of(callable), 1, null));
		assertThatNullPointerException().isThrownBy(() -> this.executor.invokeAny(List.of(callable), 1, null));
	}

	@Test
	void invokeAllAndInvokeAnyRefuseNullAndNothing() {
		List<Callable<String>> withNull = Arrays.asList(() -> "x", null);
		assertThatNullPointerException().isThrownBy(() -> this.executor.invokeAll(null));
		assertThatNullPointerException().isThrownBy(() -> this.executor.invokeAll(withNull));
		assertThatNullPointerException().isThrownBy(() -> this.executor.invokeAny(null));
		assertThatNullPointerException()
			.isThrownBy(() -> this.executor.invokeAny(Collections.<Callable<String>>singletonList(null)));
		assertThatIllegalArgumentException().isThrownBy(() -> this.executor.invokeAny(List.of()));
		assertThatIllegalArgumentException().isThrownBy(() -> this.executor.invokeAny(List.of(), 1, TimeUnit.DAYS));
	}

	@Test
	void invokeAllOfNothingIsNothing() throws Exception {
		assertThat(this.executor.invokeAll(List.<Callable<String>>of())).isEmpty();
		assertThat(this.executor.invokeAll(List.<Callable<String>>of(), 1, TimeUnit.DAYS)).isEmpty();
	}

	// ExecutorService: invokeAll and invokeAny

	@Test
	void invokeAllReturnsFuturesInTheOrderOfTheTasksAllDoneWellOrNot() throws Exception {
		IllegalStateException failure = new IllegalStateException("no");
		List<Future<String>> futures = this.executor.invokeAll(List.of(() -> "a", () -> {
			throw failure;
		}, () -> "c"));
		assertThat(futures).hasSize(3).allMatch(Future::isDone).noneMatch(Future::isCancelled);
		assertThat(futures.get(0).get()).isEqualTo("a");
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> futures.get(1).get()).withCause(failure);
		assertThat(futures.get(2).get()).isEqualTo("c");
	}

	@Test
	void invokeAllThatIsInterruptedCancelsWhatIsUnfinished() {
		hold();
		AtomicInteger ran = new AtomicInteger();
		List<Callable<Integer>> tasks = List.of(ran::incrementAndGet, ran::incrementAndGet);
		Owner<?> owner = Owner.parked(() -> this.executor.invokeAll(tasks));
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(InterruptedException.class);
		this.released.countDown();
		settle();
		assertThat(ran).hasValue(0);
	}

	@Test
	void invokeAllWhoseTimeIsUpRunsNoMoreTasks() throws Exception {
		hold();
		AtomicInteger ran = new AtomicInteger();
		List<Future<Integer>> futures = this.executor.invokeAll(List.of(ran::incrementAndGet, ran::incrementAndGet), 1,
				TimeUnit.MILLISECONDS);
		assertThat(futures).hasSize(2).allMatch(Future::isDone).allMatch(Future::isCancelled);
		this.released.countDown();
		settle();
		assertThat(ran).hasValue(0);
	}

	@Test
	void invokeAnyReturnsTheResultOfOneThatDidNotThrow() throws Exception {
		List<Callable<String>> tasks = List.of(() -> {
			throw new IllegalStateException("no");
		}, () -> "well");
		assertThat(this.executor.<String>invokeAny(tasks)).isEqualTo("well");
		assertThat(this.executor.<String>invokeAny(tasks, 1, TimeUnit.MINUTES)).isEqualTo("well");
	}

	@Test
	void invokeAnyFailsIfNoTaskCompletes() {
		IllegalStateException failure = new IllegalStateException("no");
		List<Callable<String>> tasks = Collections.nCopies(3, () -> {
			throw failure;
		});
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> this.executor.invokeAny(tasks))
			.withCause(failure);
		assertThatExceptionOfType(ExecutionException.class)
			.isThrownBy(() -> this.executor.invokeAny(tasks, 1, TimeUnit.MINUTES))
			.withCause(failure);
	}

	@Test
	void invokeAnyCancelsWhatIsUnfinishedWhenItReturnsOrThrows() {
		hold();
		AtomicInteger ran = new AtomicInteger();
		List<Callable<Integer>> tasks = List.of(ran::incrementAndGet, ran::incrementAndGet);
		assertThatExceptionOfType(TimeoutException.class)
			.isThrownBy(() -> this.executor.invokeAny(tasks, 1, TimeUnit.MILLISECONDS));
		Owner<?> owner = Owner.parked(() -> this.executor.invokeAny(tasks));
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(InterruptedException.class);
		this.released.countDown();
		settle();
		assertThat(ran).hasValue(0);
	}

	// Future

	@Test
	void futureOfARunnableGivesNullOrTheGivenResult() {
		Runnable nothing = () -> {
		};
		assertThat(Support.<Object>get(this.executor.submit(nothing))).isNull();
		assertThat(Support.get(this.executor.submit(nothing, "result"))).isEqualTo("result");
	}

	@Test
	void cancelFailsForACompletedTask() throws Exception {
		Future<String> well = this.executor.submit(() -> "x");
		assertThat(Support.get(well)).isEqualTo("x");
		Future<?> failed = this.executor.submit((Runnable) () -> {
			throw new IllegalStateException("no");
		});
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(failed::get);
		for (Future<?> future : List.of(well, failed)) {
			assertThat(future.isDone()).isTrue();
			assertThat(future.cancel(true)).isFalse();
			assertThat(future.cancel(false)).isFalse();
			assertThat(future.isCancelled()).isFalse();
		}
		assertThat(well.get()).isEqualTo("x");
	}

	@Test
	void afterCancelIsDoneAndIsCancelledAreTrueAndGetThrows() {
		hold();
		AtomicBoolean ran = new AtomicBoolean();
		List<Future<?>> futures = List.of(this.executor.submit(() -> ran.set(true)),
				this.executor.schedule(() -> ran.set(true), 0, TimeUnit.SECONDS),
				this.executor.scheduleAtFixedRate(() -> ran.set(true), 0, 1, TimeUnit.SECONDS),
				this.executor.scheduleWithFixedDelay(() -> ran.set(true), 0, 1, TimeUnit.SECONDS));
		for (Future<?> future : futures) {
			assertThat(future.isDone()).isFalse();
			assertThat(future.cancel(false)).isTrue();
			assertThat(future.isDone()).isTrue();
			assertThat(future.isCancelled()).isTrue();
			assertThatExceptionOfType(CancellationException.class).isThrownBy(future::get);
			assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> future.get(1, TimeUnit.DAYS));
		}
		this.released.countDown();
		settle();
		assertThat(ran).isFalse();
	}

	@Test
	void waiterIsReleasedWhenTheTaskIsCancelled() {
		hold();
		for (Future<?> future : List.of(this.executor.submit(() -> "x"),
				this.executor.schedule(() -> "x", 1, TimeUnit.DAYS))) {
			Owner<?> waiter = Owner.parked(future::get);
			assertThat(future.cancel(false)).isTrue();
			assertThat(waiter.failure()).isInstanceOf(CancellationException.class);
		}
	}

	@Test
	void getThatIsInterruptedThrowsAndLeavesTheTaskAlone() {
		hold();
		List<Future<String>> futures = List.of(this.executor.submit(() -> "x"),
				this.executor.schedule(() -> "x", 0, TimeUnit.SECONDS));
		for (Future<String> future : futures) {
			Owner<?> waiter = Owner.parked(future::get);
			waiter.interrupt();
			assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
			assertThat(waiter.wasInterruptedAtEnd()).isFalse();
			assertThat(future.isDone()).isFalse();
		}
		this.released.countDown();
		assertThat(futures).extracting(Support::<String>get).containsExactly("x", "x");
	}

	@Test
	void getWhoseTimeIsUpThrowsAndLeavesTheTaskAlone() {
		hold();
		List<Future<String>> futures = List.of(this.executor.submit(() -> "x"),
				this.executor.schedule(() -> "x", 0, TimeUnit.SECONDS));
		for (Future<String> future : futures) {
			assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> future.get(1, TimeUnit.MILLISECONDS));
			assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> future.get(0, TimeUnit.MILLISECONDS));
			assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> future.get(-1, TimeUnit.MILLISECONDS));
			assertThat(future.isDone()).isFalse();
		}
		this.released.countDown();
		assertThat(futures).extracting(Support::<String>get).containsExactly("x", "x");
	}

	@Test
	void submissionHappensBeforeTheTaskAndTheTaskBeforeGet() {
		for (int i = 0; i < 10_000; i++) {
			int[] plain = { i };
			Future<?> future = (i % 10 > 0) ? this.executor.submit(() -> plain[0]++)
					: this.executor.schedule(() -> plain[0]++, 0, TimeUnit.SECONDS);
			Support.<Object>get(future);
			assertThat(plain[0]).isEqualTo(i + 1);
		}
	}

	// ScheduledExecutorService

	@Test
	void delayedTaskStartsNotBeforeItsDelay() {
		for (int i = 0; i < 20; i++) {
			long delay = 100_000L * i;
			long since = System.nanoTime();
			long startedAt = Support.get(this.executor.schedule(System::nanoTime, delay, TimeUnit.NANOSECONDS));
			assertThat(startedAt - since).isGreaterThanOrEqualTo(delay);
		}
	}

	@Test
	void delayedTasksStartInTheOrderOfTheirTimes() {
		hold();
		List<Integer> order = new CopyOnWriteArrayList<>();
		List<Future<?>> futures = new ArrayList<>();
		// Apart by far more than it takes to schedule them
		for (int i : List.of(3, 1, 4, 2, 0)) {
			futures.add(this.executor.schedule(() -> order.add(i), i * 200L, TimeUnit.MILLISECONDS));
		}
		this.released.countDown();
		futures.forEach(Support::<Object>get);
		assertThat(order).containsExactly(0, 1, 2, 3, 4);
	}

	@Test
	void initialDelayOfAPeriodicTaskMayBeZeroOrNegative() {
		CountDownLatch started = new CountDownLatch(4);
		for (long delay : new long[] { 0, -1 }) {
			this.executor.scheduleAtFixedRate(started::countDown, delay, 1, TimeUnit.DAYS);
			this.executor.scheduleWithFixedDelay(started::countDown, delay, 1, TimeUnit.DAYS);
		}
		Support.await(started);
	}

	@Test
	void fixedRateCommencesAfterTheInitialDelayThenEveryPeriod() {
		List<Long> starts = new CopyOnWriteArrayList<>();
		long since = System.nanoTime();
		ScheduledFuture<?> periodic = this.executor.scheduleAtFixedRate(() -> starts.add(System.nanoTime()), 3, 2,
				TimeUnit.MILLISECONDS);
		Support.eventually().until(() -> starts.size() >= 5);
		periodic.cancel(false);
		for (int i = 0; i < 5; i++) {
			assertThat(starts.get(i) - since).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(3 + 2L * i));
		}
	}

	@Test
	void fixedDelayIsFromTheEndOfOneExecutionToTheStartOfTheNext() {
		List<Long> starts = new CopyOnWriteArrayList<>();
		List<Long> ends = new CopyOnWriteArrayList<>();
		ScheduledFuture<?> periodic = this.executor.scheduleWithFixedDelay(() -> {
			starts.add(System.nanoTime());
			while (System.nanoTime() - starts.get(starts.size() - 1) < 1_000_000) {
				Thread.onSpinWait();
			}
			ends.add(System.nanoTime());
		}, 0, 2, TimeUnit.MILLISECONDS);
		Support.eventually().until(() -> starts.size() >= 4);
		periodic.cancel(false);
		for (int i = 1; i < 4; i++) {
			assertThat(starts.get(i) - ends.get(i - 1)).isGreaterThanOrEqualTo(2_000_000);
		}
	}

	@Test
	void executionsThatTakeLongerThanThePeriodAreNotConcurrent() {
		AtomicInteger running = new AtomicInteger();
		AtomicBoolean concurrent = new AtomicBoolean();
		AtomicInteger ran = new AtomicInteger();
		ScheduledFuture<?> periodic = this.executor.scheduleAtFixedRate(() -> {
			if (running.incrementAndGet() > 1) {
				concurrent.set(true);
			}
			long since = System.nanoTime();
			while (System.nanoTime() - since < 500_000) {
				Thread.onSpinWait();
			}
			running.decrementAndGet();
			ran.incrementAndGet();
		}, 0, 1, TimeUnit.MICROSECONDS);
		Support.eventually().until(() -> ran.get() >= 5);
		periodic.cancel(false);
		assertThat(concurrent).isFalse();
	}

	@Test
	void exceptionEndsAPeriodicTaskAndIsItsFuturesCause() {
		for (boolean rate : new boolean[] { true, false }) {
			AtomicInteger ran = new AtomicInteger();
			IllegalStateException failure = new IllegalStateException("second time");
			Runnable task = () -> {
				if (ran.incrementAndGet() == 2) {
					throw failure;
				}
			};
			ScheduledFuture<?> periodic = rate ? this.executor.scheduleAtFixedRate(task, 0, 1, TimeUnit.MICROSECONDS)
					: this.executor.scheduleWithFixedDelay(task, 0, 1, TimeUnit.MICROSECONDS);
			Owner<?> waiter = Owner.start(periodic::get);
			assertThat(waiter.failure()).isInstanceOf(ExecutionException.class).hasCause(failure);
			assertThat(periodic.isDone()).isTrue();
			assertThat(periodic.isCancelled()).isFalse();
			Support.get(this.executor.schedule(() -> null, 1, TimeUnit.MILLISECONDS));
			assertThat(ran).hasValue(2);
		}
	}

	@Test
	void remainingDelayGoesDownToZeroAndBelow() {
		ScheduledFuture<?> timer = this.executor.schedule(() -> "x", 1, TimeUnit.MILLISECONDS);
		assertThat(timer.getDelay(TimeUnit.NANOSECONDS)).isLessThanOrEqualTo(1_000_000);
		Support.<Object>get(timer);
		assertThat(timer.getDelay(TimeUnit.NANOSECONDS)).isLessThanOrEqualTo(0);
	}

	// Shutdown

	@Test
	void previouslySubmittedTasksAreExecutedAfterShutdownButNoNewOnesAccepted() throws Exception {
		hold();
		Future<String> before = this.executor.submit(() -> "before");
		this.executor.shutdown();
		assertThat(this.executor.isShutdown()).isTrue();
		Support.eventually().untilAsserted(this::assertRejects);
		assertThat(this.executor.isTerminated()).isFalse();
		this.released.countDown();
		assertThat(this.executor.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
		assertThat(this.executor.isTerminated()).isTrue();
		assertThat(before.get(0, TimeUnit.SECONDS)).isEqualTo("before");
		assertRejects();
	}

	private void assertRejects() {
		Runnable nothing = () -> {
		};
		Callable<String> callable = () -> "x";
		List<Callable<Object>> attempts = List.of(() -> {
			this.executor.execute(nothing);
			return null;
		}, () -> this.executor.submit(nothing), () -> this.executor.submit(callable),
				() -> this.executor.submit(nothing, "x"), () -> this.executor.invokeAll(List.of(callable)),
				() -> this.executor.invokeAny(List.of(callable)),
				() -> this.executor.schedule(nothing, 1, TimeUnit.DAYS),
				() -> this.executor.schedule(callable, 1, TimeUnit.DAYS),
				() -> this.executor.scheduleAtFixedRate(nothing, 1, 1, TimeUnit.DAYS),
				() -> this.executor.scheduleWithFixedDelay(nothing, 1, 1, TimeUnit.DAYS));
		for (Callable<Object> attempt : attempts) {
			assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(attempt::call);
		}
	}

	@Test
	void furtherShutdownsHaveNoEffect() throws Exception {
		this.executor.shutdown();
		this.executor.shutdown();
		assertThat(this.executor.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
		this.executor.shutdown();
		assertThat(this.executor.shutdownNow()).isEmpty();
		assertThat(this.executor.isTerminated()).isTrue();
	}

	@Test
	void shutdownDoesNotWait() {
		hold();
		this.executor.shutdown();
		assertThat(this.executor.isTerminated()).isFalse();
	}

	@Test
	void awaitTerminationTellsWhetherTheTimeWasUp() throws Exception {
		assertThat(this.executor.awaitTermination(0, TimeUnit.SECONDS)).isFalse();
		assertThat(this.executor.awaitTermination(1, TimeUnit.MILLISECONDS)).isFalse();
		hold();
		this.executor.shutdown();
		assertThat(this.executor.awaitTermination(1, TimeUnit.MILLISECONDS)).isFalse();
		Owner<Boolean> waiter = Owner.parked(() -> this.executor.awaitTermination(1, TimeUnit.DAYS));
		this.released.countDown();
		assertThat(waiter.value()).isTrue();
		assertThat(this.executor.awaitTermination(0, TimeUnit.SECONDS)).isTrue();
		assertThat(this.executor.awaitTermination(-1, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void awaitTerminationCanBeInterrupted() {
		Owner<Boolean> waiter = Owner.parked(() -> this.executor.awaitTermination(1, TimeUnit.DAYS));
		waiter.interrupt();
		assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
		assertThat(this.executor.isShutdown()).isFalse();
	}

	@Test
	void shutdownNowReturnsWhatNeverCommencedExecution() {
		hold();
		AtomicBoolean ran = new AtomicBoolean();
		Runnable first = () -> ran.set(true);
		Runnable second = () -> ran.set(true);
		this.executor.execute(first);
		this.executor.execute(second);
		assertThat(this.executor.shutdownNow()).hasSize(2);
		assertThat(this.executor.isShutdown()).isTrue();
		this.released.countDown();
		Support.eventually().until(this.executor::isTerminated);
		assertThat(ran).isFalse();
	}

	/**
	 * What is tested.
	 */
	enum Implementation {

		EVENT_LOOP {

			@Override
			ScheduledExecutorService create() {
				return EventLoopThreadRunner.builder().name("conformance").build().getLoop();
			}

		},

		JDK {

			@Override
			ScheduledExecutorService create() {
				return new ScheduledThreadPoolExecutor(1, Support::daemon);
			}

		};

		abstract ScheduledExecutorService create();

	}

}
