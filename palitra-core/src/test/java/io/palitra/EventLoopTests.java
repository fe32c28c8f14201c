package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@DisplayName("EventLoop: a ScheduledExecutorService")
class EventLoopTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder().name("executor").build();

	private final EventLoop loop = this.runner.getLoop();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	@Test
	void isTheSameForTheRunnersWholeLife() {
		assertThat(this.runner.getLoop()).isSameAs(this.loop);
		this.runner.stop();
		this.runner.start();
		assertThat(this.runner.getLoop()).isSameAs(this.loop);
		assertThat(Support.<Boolean>get(this.loop.submit(this.loop::inEventLoop))).isTrue();
		assertThat(this.loop).hasToString("EventLoop[runner=executor, state=RUNNING]");
	}

	// Tasks

	@Test
	void executeAndSubmitRunOnTheLoop() {
		CompletableFuture<String> executed = new CompletableFuture<>();
		this.loop.execute(() -> executed.complete(Thread.currentThread().getName()));
		assertThat(Support.get(executed)).isEqualTo("palitra-executor");
		assertThat(Support.<String>get(this.loop.submit(() -> Thread.currentThread().getName())))
			.isEqualTo("palitra-executor");
		AtomicBoolean ran = new AtomicBoolean();
		assertThat(Support.<Object>get(this.loop.submit(() -> ran.set(true)))).isNull();
		assertThat(Support.get(this.loop.submit(() -> ran.set(true), "result"))).isEqualTo("result");
		assertThat(ran).isTrue();
	}

	@Test
	void exceptionOfASubmittedTaskIsInItsFuture() {
		IllegalStateException failure = new IllegalStateException("no");
		Future<Object> future = this.loop.submit((Callable<Object>) () -> {
			throw failure;
		});
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> future.get(1, TimeUnit.MINUTES))
			.satisfies((ex) -> assertThat(ex.getCause()).isSameAs(failure));
	}

	@Test
	void exceptionOfAnExecutedTaskGoesToTheUncaughtExceptionHandler() {
		AtomicReference<Throwable> uncaught = new AtomicReference<>();
		Thread thread = Support.threadOf(this.runner);
		thread.setUncaughtExceptionHandler((where, ex) -> {
			assertThat(where).isSameAs(thread);
			uncaught.set(ex);
		});
		IllegalStateException failure = new IllegalStateException("no");
		this.loop.execute(() -> {
			throw failure;
		});
		Support.get(this.loop.submit(() -> null));
		assertThat(uncaught).hasValue(failure);
	}

	@Test
	void cancelledTaskInTheQueueIsNeverRun() {
		AtomicBoolean ran = new AtomicBoolean();
		Future<?> future;
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			future = this.loop.submit(() -> ran.set(true));
			assertThat(future.cancel(true)).isTrue();
			assertThat(future.cancel(true)).isFalse();
		}
		Support.get(this.loop.submit(() -> null));
		assertThat(ran).isFalse();
		assertThatExceptionOfType(CancellationException.class).isThrownBy(future::get);
	}

	@Test
	void cancelOfARunningTaskDoesNotInterruptIt() {
		// netty: the interrupt could hit whatever runs there next
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		AtomicBoolean interrupted = new AtomicBoolean();
		Runnable task = () -> {
			entered.countDown();
			Support.await(release);
			interrupted.set(Thread.currentThread().isInterrupted());
		};
		Future<?> future = this.loop.submit(task);
		Support.await(entered);
		assertThat(future.cancel(true)).isTrue();
		assertThat(future.isCancelled()).isTrue();
		release.countDown();
		assertThat(Support.<Boolean>get(this.loop.submit(() -> Thread.currentThread().isInterrupted()))).isFalse();
		assertThat(interrupted).isFalse();
	}

	@Test
	void cancelOfARunningTimerDoesNotInterruptIt() {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		AtomicBoolean interrupted = new AtomicBoolean();
		Future<?> future = this.loop.scheduleAtFixedRate(() -> {
			entered.countDown();
			Support.await(release);
			interrupted.set(Thread.currentThread().isInterrupted());
		}, 0, 1, TimeUnit.NANOSECONDS);
		Support.await(entered);
		assertThat(future.cancel(true)).isTrue();
		release.countDown();
		Support.get(this.loop.submit(() -> null));
		assertThat(interrupted).isFalse();
	}

	@Test
	void waitingForATaskIsBounded() throws Exception {
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			Future<String> future = this.loop.submit(() -> "x");
			assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> future.get(1, TimeUnit.MILLISECONDS));
			held.close();
			assertThat(future.get(1, TimeUnit.MINUTES)).isEqualTo("x");
			assertThat(future.get()).isEqualTo("x");
		}
	}

	@Test
	void invokeAllAndInvokeAny() throws Exception {
		List<Callable<String>> tasks = List.of(() -> "a", () -> "b");
		assertThat(this.loop.invokeAll(tasks)).extracting(Support::<String>get).containsExactly("a", "b");
		assertThat(this.loop.invokeAll(tasks, 1, TimeUnit.MINUTES)).extracting(Support::<String>get)
			.containsExactly("a", "b");
		assertThat(this.loop.<String>invokeAny(tasks)).isIn("a", "b");
		assertThat(this.loop.<String>invokeAny(tasks, 1, TimeUnit.MINUTES)).isIn("a", "b");
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			assertThat(this.loop.invokeAll(tasks, 1, TimeUnit.MILLISECONDS)).allMatch(Future::isCancelled);
			assertThatExceptionOfType(TimeoutException.class)
				.isThrownBy(() -> this.loop.invokeAny(tasks, 1, TimeUnit.MILLISECONDS));
		}
	}

	@Test
	void invokeAnyFailsIfTheLoopEndsBeforeItsTasksHaveRun() {
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			List<Callable<String>> tasks = List.of(() -> "a", () -> "b");
			Owner<String> forever = Owner.parked(() -> this.loop.invokeAny(tasks));
			Owner<String> timed = Owner.parked(() -> this.loop.invokeAny(tasks, 1, TimeUnit.HOURS));
			this.loop.shutdownNow();
			assertThat(List.of(forever, timed))
				.allSatisfy((owner) -> assertThat(owner.failure()).isInstanceOf(ExecutionException.class)
					.hasCauseInstanceOf(CancellationException.class));
		}
	}

	// Timers

	@Test
	void timerRunsOnceAndGivesItsResult() {
		AtomicInteger ran = new AtomicInteger();
		ScheduledFuture<Integer> timer = this.loop.schedule(ran::incrementAndGet, 1, TimeUnit.MILLISECONDS);
		assertThat(Support.get(timer)).isEqualTo(1);
		ScheduledFuture<?> runnable = this.loop.schedule((Runnable) ran::incrementAndGet, 1, TimeUnit.MICROSECONDS);
		assertThat(Support.<Object>get(runnable)).isNull();
		assertThat(Support.get(this.loop.schedule(this.loop::inEventLoop, 0, TimeUnit.SECONDS))).isTrue();
		assertThat(ran).hasValue(2);
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, -1, Long.MIN_VALUE })
	void timerWithoutDelayRunsAtOnce(long delay) {
		assertThat(Support.get(this.loop.schedule(() -> "x", delay, TimeUnit.DAYS))).isEqualTo("x");
	}

	@ParameterizedTest
	@ValueSource(longs = { Long.MAX_VALUE, Long.MAX_VALUE / 2, Long.MAX_VALUE / 2 + 1 })
	void farTimersDisturbNobody(long delay) {
		List<ScheduledFuture<?>> far = new ArrayList<>();
		for (TimeUnit unit : List.of(TimeUnit.NANOSECONDS, TimeUnit.DAYS)) {
			far.add(this.loop.schedule(() -> "far", delay, unit));
			far.add(this.loop.scheduleAtFixedRate(() -> {
			}, delay, delay, unit));
			far.add(this.loop.scheduleWithFixedDelay(() -> {
			}, delay, delay, unit));
			// Due now, and then not for ages
			far.add(this.loop.scheduleAtFixedRate(() -> {
			}, 0, delay, unit));
			far.add(this.loop.scheduleWithFixedDelay(() -> {
			}, 0, delay, unit));
		}
		for (int i = 0; i < 20; i++) {
			assertThat(Support.get(this.loop.schedule(() -> "near", i, TimeUnit.MICROSECONDS))).isEqualTo("near");
		}
		assertThat(far).noneMatch(Future::isDone).allMatch((timer) -> timer.getDelay(TimeUnit.DAYS) > 365 * 100);
		assertThat(this.runner.run(Support.value("x"))).isEqualTo("x");
	}

	@Test
	void delayIsToldAndOrdersTimers() {
		ScheduledFuture<?> near = this.loop.schedule(() -> "x", 1, TimeUnit.HOURS);
		ScheduledFuture<?> far = this.loop.schedule(() -> "x", 2, TimeUnit.HOURS);
		assertThat(near.getDelay(TimeUnit.MINUTES)).isBetween(0L, 60L);
		assertThat(far.getDelay(TimeUnit.MINUTES)).isBetween(60L, 120L);
		assertThat(near.compareTo(far)).isNegative();
		assertThat(far.compareTo(near)).isPositive();
		assertThat(near.compareTo(near)).isZero();
		Delayed foreign = new Delayed() {

			@Override
			public long getDelay(TimeUnit unit) {
				return unit.convert(90, TimeUnit.MINUTES);
			}

			@Override
			public int compareTo(Delayed other) {
				return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
			}

		};
		assertThat(near.compareTo(foreign)).isNegative();
		assertThat(far.compareTo(foreign)).isPositive();
	}

	@Test
	void nearerTimerWakesTheLoopThatSleepsForAFartherOne() {
		this.loop.schedule(() -> "far", 1, TimeUnit.HOURS);
		Support.untilParked(Support.threadOf(this.runner));
		assertThat(Support.get(this.loop.schedule(() -> "near", 1, TimeUnit.MILLISECONDS))).isEqualTo("near");
	}

	@Test
	void cancelledTimerIsNeverRun() {
		AtomicBoolean ran = new AtomicBoolean();
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			ScheduledFuture<?> timer = this.loop.schedule(() -> ran.set(true), 0, TimeUnit.SECONDS);
			assertThat(timer.cancel(false)).isTrue();
			assertThat(timer.isCancelled()).isTrue();
			assertThat(timer.isDone()).isTrue();
		}
		Support.get(this.loop.schedule(() -> null, 1, TimeUnit.MILLISECONDS));
		assertThat(ran).isFalse();
	}

	@Test
	void fixedRateAndFixedDelayRunUntilCancelled() {
		CountDownLatch rate = new CountDownLatch(5);
		CountDownLatch delay = new CountDownLatch(5);
		ScheduledFuture<?> atRate = this.loop.scheduleAtFixedRate(rate::countDown, 0, 100, TimeUnit.MICROSECONDS);
		ScheduledFuture<?> withDelay = this.loop.scheduleWithFixedDelay(delay::countDown, 1, 100,
				TimeUnit.MICROSECONDS);
		Support.await(rate);
		Support.await(delay);
		assertThat(atRate.isDone()).isFalse();
		assertThat(atRate.cancel(false)).isTrue();
		assertThat(withDelay.cancel(true)).isTrue();
		assertThatExceptionOfType(CancellationException.class).isThrownBy(atRate::get);
		assertThatExceptionOfType(CancellationException.class).isThrownBy(withDelay::get);
	}

	@Test
	void fixedRateCatchesUpAndFixedDelayDoesNot() {
		AtomicInteger rate = new AtomicInteger();
		AtomicInteger delay = new AtomicInteger();
		CountDownLatch both = new CountDownLatch(2);
		this.loop.scheduleAtFixedRate(() -> {
			if (rate.incrementAndGet() == 1) {
				both.countDown();
			}
		}, 0, 1, TimeUnit.MILLISECONDS);
		this.loop.scheduleWithFixedDelay(() -> {
			if (delay.incrementAndGet() == 1) {
				both.countDown();
			}
		}, 0, 1, TimeUnit.HOURS);
		Support.await(both);
		int before;
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			before = rate.get();
			CountDownLatch passed = new CountDownLatch(1);
			CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS).execute(passed::countDown);
			Support.await(passed);
		}
		// At least the 50 starts that are due by now, without a pause between them
		Support.eventually().until(() -> rate.get() >= before + 50);
		assertThat(delay).hasValue(1);
	}

	@Test
	void periodicTaskThatThrowsStopsAndTells() {
		AtomicInteger ran = new AtomicInteger();
		IllegalStateException failure = new IllegalStateException("third time");
		ScheduledFuture<?> timer = this.loop.scheduleAtFixedRate(() -> {
			if (ran.incrementAndGet() == 3) {
				throw failure;
			}
		}, 0, 10, TimeUnit.MICROSECONDS);
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> timer.get(1, TimeUnit.MINUTES))
			.satisfies((ex) -> assertThat(ex.getCause()).isSameAs(failure));
		Support.get(this.loop.schedule(() -> null, 1, TimeUnit.MILLISECONDS));
		assertThat(ran).hasValue(3);
	}

	@Test
	void periodicTaskCanCancelItself() {
		AtomicInteger ran = new AtomicInteger();
		AtomicReference<ScheduledFuture<?>> timer = new AtomicReference<>();
		this.loop.execute(() -> timer.set(this.loop.scheduleAtFixedRate(() -> {
			if (ran.incrementAndGet() == 3) {
				timer.get().cancel(true);
			}
		}, 0, 10, TimeUnit.MICROSECONDS)));
		Support.eventually().until(() -> timer.get() != null && timer.get().isCancelled());
		Support.get(this.loop.schedule(() -> null, 1, TimeUnit.MILLISECONDS));
		assertThat(ran).hasValue(3);
		assertThat(this.runner.run(() -> CompletableFuture.completedFuture(Thread.currentThread().isInterrupted())))
			.isFalse();
	}

	@Test
	void cancellationRacingAPeriodicTaskWins() {
		for (int i = 0; i < 500; i++) {
			AtomicInteger ran = new AtomicInteger();
			ScheduledFuture<?> timer = (i % 2 == 0)
					? this.loop.scheduleAtFixedRate(ran::incrementAndGet, 0, 1, TimeUnit.NANOSECONDS)
					: this.loop.scheduleWithFixedDelay(ran::incrementAndGet, 0, 1, TimeUnit.NANOSECONDS);
			assertThat(timer.cancel(i % 3 == 0)).isTrue();
			Support.get(this.loop.submit(() -> null));
			int after = ran.get();
			Support.get(this.loop.submit(() -> null));
			assertThat(ran).hasValue(after);
		}
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, -1 })
	void periodThatIsNotPositiveIsRefused(long period) {
		Runnable nothing = () -> {
		};
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.loop.scheduleAtFixedRate(nothing, 0, period, TimeUnit.SECONDS))
			.withMessage("period must be positive but was " + period + " SECONDS");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.loop.scheduleWithFixedDelay(nothing, 0, period, TimeUnit.SECONDS))
			.withMessage("delay must be positive but was " + period + " SECONDS");
	}

	/**
	 * One that is cancelled while it runs has run, as with any {@code FutureTask}.
	 */
	@Test
	void manyThreadsRegisterAndCancelTimers() {
		int each = 2_000;
		AtomicIntegerArray runs = new AtomicIntegerArray(4 * each);
		List<Owner<List<Integer>>> owners = new ArrayList<>();
		for (int first = 0; first < runs.length(); first += each) {
			int from = first;
			owners.add(Owner.start(() -> {
				List<Integer> kept = new ArrayList<>();
				for (int i = from; i < from + each; i++) {
					int number = i;
					ScheduledFuture<?> timer = this.loop.schedule(() -> runs.incrementAndGet(number), i % 50,
							TimeUnit.MICROSECONDS);
					if (i % 2 != 0 || !timer.cancel(false)) {
						kept.add(i);
					}
				}
				return kept;
			}));
		}
		List<Integer> kept = owners.stream().map(Owner::value).flatMap(List::stream).toList();
		assertThat(kept).hasSizeGreaterThanOrEqualTo(runs.length() / 2);
		Support.eventually().untilAsserted(() -> assertThat(kept).allMatch((number) -> runs.get(number) == 1));
		assertThat(IntStream.range(0, runs.length())).allMatch((number) -> runs.get(number) <= 1);
	}

	// Futures

	@Test
	void newFutureRunsItsAsyncDependentsOnTheLoop() {
		CompletableFuture<String> future = this.loop.newFuture();
		CompletableFuture<String> dependent = future.thenApplyAsync((value) -> Thread.currentThread().getName());
		CompletableFuture<String> second = dependent
			.thenApplyAsync((value) -> value + "+" + Thread.currentThread().getName());
		CompletableFuture<String> elsewhere = future.thenApplyAsync((value) -> Thread.currentThread().getName(),
				(command) -> Support.daemon(command).start());
		future.complete("x");
		assertThat(Support.get(dependent)).isEqualTo("palitra-executor");
		assertThat(Support.get(second)).isEqualTo("palitra-executor+palitra-executor");
		assertThat(Support.get(elsewhere)).isEqualTo("test");
		assertThat(future.defaultExecutor()).isSameAs(this.loop);
	}

	@Test
	void asyncDependentsOfASubmittedFutureRunOnTheLoop() {
		assertThat(Support.<String>get(
				this.runner.submit(Support.later("x")).thenApplyAsync((value) -> Thread.currentThread().getName())))
			.isEqualTo("palitra-executor");
	}

	@Test
	void newFutureBehavesLikeAnyOther() {
		CompletableFuture<String> future = this.loop.newFuture();
		assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> future.get(1, TimeUnit.MILLISECONDS));
		Owner<String> waiter = Owner.parked(future::get);
		future.complete("x");
		assertThat(waiter.value()).isEqualTo("x");
		assertThat(future.join()).isEqualTo("x");
	}

}
