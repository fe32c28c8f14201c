package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code ExecutorService} promises of its end.
 */
@DisplayName("C10 Shutdown: the loop's list of what never ran, and its termination")
class C10LoopTerminationTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
		.name("terminating")
		.slowTaskThreshold(Support.LONG)
		.shutdownGrace(Duration.ofMillis(10))
		.build();

	private final EventLoop loop = this.runner.getLoop();

	private final Thread thread = Support.threadOf(this.runner);

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	// shutdownNow()

	@Test
	void everyTimerIsReturnedOnce() {
		for (int i = 0; i < 300; i++) {
			EventLoop each = EventLoopThreadRunner.create().getLoop();
			List<ScheduledFuture<?>> timers = new ArrayList<>();
			for (int k = 0; k < 9; k++) {
				timers.add(each.schedule(() -> {
				}, 1, TimeUnit.HOURS));
			}
			List<Runnable> unstarted = each.shutdownNow();
			assertThat(unstarted).as("round " + i).hasSize(9);
			assertThat(unstarted)
				.containsExactlyInAnyOrderElementsOf(timers.stream().map(Runnable.class::cast).toList());
			assertThat(timers).allMatch(Future::isDone);
		}
	}

	@Test
	void taskIsCancelledThatWaitsForOneThatHangs() {
		CountDownLatch hangs = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		EventLoopThreadRunner nesting = EventLoopThreadRunner.builder()
			.name("nesting")
			.nestedRuns(NestedRuns.PUMP)
			.slowTaskThreshold(Support.LONG)
			.shutdownGrace(Duration.ZERO)
			.build();
		Future<String> outer = nesting.getLoop().submit(() -> nesting.run(() -> {
			hangs.countDown();
			end.await();
			return CompletableFuture.completedFuture("x");
		}));
		Support.await(hangs);
		assertThat(nesting.getLoop().shutdownNow()).isEmpty();
		Support.eventually().until(outer::isCancelled);
		end.countDown();
	}

	@Test
	void futureOfOthersThatNeverRanIsReturnedWhateverBecomesOfItsCancel() {
		FutureTask<String> stubborn = new FutureTask<>(() -> "x") {

			@Override
			public boolean cancel(boolean mayInterruptIfRunning) {
				return false;
			}

		};
		FutureTask<String> cancelled = new FutureTask<>(() -> "x");
		cancelled.cancel(false);
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			this.loop.execute(stubborn);
			this.loop.execute(cancelled);
			assertThat(this.loop.shutdownNow()).containsExactly(stubborn, cancelled);
		}
	}

	@Test
	void everythingBehindATaskThatRunsIsReturnedOnce() {
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			Runnable task = () -> {
			};
			List<Object> handedOver = new ArrayList<>(List.of(task));
			this.loop.execute(task);
			handedOver.add(this.loop.submit(() -> "submitted"));
			handedOver.add(this.loop.schedule(() -> "due", 0, TimeUnit.SECONDS));
			handedOver.add(this.loop.schedule(() -> "far", 1, TimeUnit.HOURS));
			handedOver.add(this.loop.scheduleAtFixedRate(() -> {
			}, 1, 1, TimeUnit.HOURS));
			handedOver.add(this.loop.scheduleWithFixedDelay(() -> {
			}, 1, 1, TimeUnit.HOURS));
			List<Runnable> unstarted = this.loop.shutdownNow();
			assertThat(unstarted.stream().map(Object.class::cast))
				.usingElementComparator(Comparator.comparingInt(System::identityHashCode))
				.containsExactlyInAnyOrderElementsOf(handedOver);
		}
	}

	@Test
	void callThatIsOnItsWayToItsExecutorIsNotReturned() {
		try (EventLoopThreadRunner bounded = EventLoopThreadRunner.builder()
			.maxInFlight(1)
			.startOn((command) -> new Thread(command).start())
			.shutdownGrace(Duration.ZERO)
			.build(); HeldLoop held = HeldLoop.of(bounded)) {
			CompletableFuture<String> future = bounded.submit(Support.value("never"));
			assertThat(bounded.getLoop().shutdownNow()).isEmpty();
			assertThat(future).failsWithin(Support.PATIENCE)
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(RunnerClosedException.class);
		}
	}

	@Test
	void timerThatWasCancelledIsNotReturned() {
		ScheduledFuture<?> cancelled = this.loop.schedule(() -> "x", 1, TimeUnit.HOURS);
		ScheduledFuture<?> left = this.loop.schedule(() -> "x", 1, TimeUnit.HOURS);
		cancelled.cancel(false);
		assertThat(this.loop.shutdownNow().stream().map(Object.class::cast)).containsExactly(left);
	}

	@ParameterizedTest
	@EnumSource
	void taskEitherRunsOrIsReturned(HandOver handOver) {
		for (int i = 0; i < 200; i++) {
			EventLoop each = EventLoopThreadRunner.create().getLoop();
			List<Integer> ran = new CopyOnWriteArrayList<>();
			int tasks = 20;
			IntStream.range(0, tasks).forEach((number) -> handOver.accept(each, () -> ran.add(number), number));
			int returned = each.shutdownNow().size();
			Support.eventually().until(each::isTerminated);
			assertThat(ran.size() + returned).isEqualTo(tasks);
		}
	}

	@Test
	void periodicTaskThatRunsIsNotReturned() throws Exception {
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		this.loop.scheduleAtFixedRate(() -> {
			running.countDown();
			Support.await(end);
		}, 0, 1, TimeUnit.HOURS);
		Support.await(running);
		List<Runnable> unstarted = this.loop.shutdownNow();
		end.countDown();
		assertThat(unstarted).isEmpty();
	}

	@Test
	void periodicTaskThatHasRunAndWaitsIsReturned() {
		CountDownLatch ran = new CountDownLatch(1);
		ScheduledFuture<?> task = this.loop.scheduleAtFixedRate(ran::countDown, 0, 1, TimeUnit.HOURS);
		Support.await(ran);
		Support.eventually().until(() -> task.getDelay(TimeUnit.MINUTES) > 0);
		assertThat(this.loop.shutdownNow().stream().map(Object.class::cast)).containsExactly(task);
	}

	// isTerminated() and awaitTermination(..)

	@ParameterizedTest
	@EnumSource
	void loopIsNotTerminatedWhileATaskRuns(End end) throws Exception {
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			end.bringAbout(this.runner);
			assertThat(this.loop.isShutdown()).isTrue();
			assertThat(this.loop.isTerminated()).isFalse();
			assertThat(this.loop.awaitTermination(300, TimeUnit.MILLISECONDS)).isFalse();
			assertThat(this.loop.isTerminated()).isFalse();
			assertThat(this.thread.isAlive()).isTrue();
		}
		assertThat(this.loop.awaitTermination(Support.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
		assertThat(this.loop.isTerminated()).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void taskHasEndedWhenTheLoopIsTerminated(End end) throws Exception {
		// The task's effects are visible to who sees the termination
		int[] plain = { 0 };
		HeldLoop held = HeldLoop.of(this.runner);
		this.loop.execute(() -> plain[0]++);
		CompletableFuture<Object> holding = new CompletableFuture<>();
		held.close();
		this.loop.execute(() -> {
			holding.complete("held");
			for (int i = 0; i < 1_000_000; i++) {
				plain[0]++;
			}
		});
		Support.get(holding);
		end.bringAbout(this.runner);
		assertThat(this.loop.awaitTermination(Support.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
		assertThat(plain[0]).isEqualTo(1_000_001);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void waiterForTheTerminationIsReleasedWhenTheTaskEnds(boolean now) throws Exception {
		Owner<Boolean> waiter;
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			waiter = Owner.parked(() -> this.loop.awaitTermination(1, TimeUnit.DAYS));
			if (now) {
				this.loop.shutdownNow();
			}
			else {
				this.runner.close();
			}
			Support.eventually().until(() -> this.runner.snapshot().state() == RunnerState.CLOSED);
			assertThat(this.loop.awaitTermination(100, TimeUnit.MILLISECONDS)).isFalse();
			assertThat(waiter.isDone()).isFalse();
		}
		assertThat(waiter.value()).isTrue();
	}

	@Test
	void stoppedRunnerWhoseThreadIsHeldIsTerminatedByTheCloseWhenThatEnds() {
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			this.runner.stop();
			this.runner.close();
			assertThat(this.loop.isTerminated()).isFalse();
		}
		Support.eventually().until(this.loop::isTerminated);
	}

	/**
	 * How the loop is ended.
	 */
	enum HandOver {

		SUBMIT {

			@Override
			void accept(EventLoop loop, Runnable task, int number) {
				loop.submit(task);
			}

		},

		SCHEDULE {

			@Override
			void accept(EventLoop loop, Runnable task, int number) {
				loop.schedule(task, number * 10L, TimeUnit.MICROSECONDS);
			}

		};

		abstract void accept(EventLoop loop, Runnable task, int number);

	}

	enum End {

		SHUTDOWN {

			@Override
			void bringAbout(EventLoopThreadRunner runner) {
				runner.getLoop().shutdown();
			}

		},

		SHUTDOWN_NOW {

			@Override
			void bringAbout(EventLoopThreadRunner runner) {
				runner.getLoop().shutdownNow();
			}

		},

		CLOSE_OF_THE_RUNNER {

			@Override
			void bringAbout(EventLoopThreadRunner runner) {
				runner.close();
			}

		};

		abstract void bringAbout(EventLoopThreadRunner runner);

	}

}
