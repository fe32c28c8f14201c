package io.palitra;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@DisplayName("C10 Shutdown: tasks and timers of the loop, and the loop as an executor service")
class C10LoopAtShutdownTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
		.name("executor")
		.shutdownGrace(Support.LONG)
		.build();

	private final EventLoop loop = this.runner.getLoop();

	private final Thread thread = Support.threadOf(this.runner);

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	// Tasks and timers

	@Test
	void tasksHandedOverBeforeTheCloseRun() {
		List<Integer> ran = new CopyOnWriteArrayList<>();
		CountDownLatch release = new CountDownLatch(1);
		this.loop.execute(() -> Support.await(release));
		for (int i = 0; i < 100; i++) {
			int number = i;
			this.loop.execute(() -> ran.add(number));
		}
		Future<String> submitted = this.loop.submit(() -> "submitted");
		Owner<Object> closer = closer(Support.LONG);
		Support.eventually().until(() -> !this.runner.isAlive());
		release.countDown();
		closer.value();
		assertThat(ran).hasSize(100);
		assertThat(Support.get(submitted)).isEqualTo("submitted");
	}

	@Test
	void taskIsRefusedWhileTheLoopEndsIfNoCallIsLeftThatMayNeedIt() {
		AtomicBoolean ran = new AtomicBoolean();
		Owner<Object> closer;
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			closer = closer(Support.LONG);
			Support.eventually().until(() -> !this.runner.isAlive());
			assertThatExceptionOfType(RunnerClosedException.class)
				.isThrownBy(() -> this.loop.execute(() -> ran.set(true)));
		}
		closer.value();
		assertThat(ran).isFalse();
	}

	@Test
	void timersThatAreNotDueAreCancelledAndWaitersReleased() {
		AtomicBoolean ran = new AtomicBoolean();
		List<ScheduledFuture<?>> timers = List.of(this.loop.schedule(() -> ran.set(true), 1, TimeUnit.HOURS),
				this.loop.scheduleAtFixedRate(() -> ran.set(true), 1, 1, TimeUnit.HOURS),
				this.loop.scheduleWithFixedDelay(() -> ran.set(true), 1, 1, TimeUnit.HOURS));
		Owner<Object> waiter = Owner.parked(() -> timers.get(0).get());
		this.runner.close(Support.LONG);
		assertThat(waiter.failure()).isInstanceOf(CancellationException.class);
		assertThat(timers).allMatch(Future::isCancelled);
		assertThat(ran).isFalse();
	}

	@Test
	void periodicTaskEndsWithTheLoop() {
		CountDownLatch fired = new CountDownLatch(3);
		ScheduledFuture<?> timer = this.loop.scheduleAtFixedRate(fired::countDown, 0, 1, TimeUnit.NANOSECONDS);
		Support.await(fired);
		this.runner.close(Support.LONG);
		assertThat(timer.isCancelled()).isTrue();
		assertThat(this.thread.isAlive()).isFalse();
	}

	@Test
	void waitersForTasksThatAWedgedLoopNeverStartsAreReleased() {
		// netty, palitra for Python
		AtomicBoolean ran = new AtomicBoolean();
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			Future<?> queued = this.loop.submit(() -> ran.set(true));
			Future<?> due = this.loop.schedule(() -> ran.set(true), 0, TimeUnit.SECONDS);
			Owner<Object> waiter = Owner.parked(queued::get);
			Owner<Object> other = Owner.parked(due::get);
			this.runner.close(Duration.ZERO);
			assertThat(waiter.failure()).isInstanceOf(CancellationException.class);
			assertThat(other.failure()).isInstanceOf(CancellationException.class);
		}
		Support.untilDead(this.thread);
		assertThat(ran).isFalse();
	}

	@Test
	void waiterForTheTaskThatWedgesTheLoopIsReleased() {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Future<?> wedging = this.loop.submit(() -> {
			entered.countDown();
			Support.await(release);
		});
		Owner<Object> waiter = Owner.parked(wedging::get);
		Support.await(entered);
		this.runner.close(Duration.ZERO);
		assertThat(waiter.failure()).isInstanceOf(CancellationException.class);
		release.countDown();
		Support.untilDead(this.thread);
	}

	@Test
	void waiterForTheTimerThatWedgesTheLoopIsReleased() {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Future<?> wedging = this.loop.schedule(() -> {
			entered.countDown();
			Support.await(release);
		}, 0, TimeUnit.SECONDS);
		Owner<Object> waiter = Owner.parked(wedging::get);
		Support.await(entered);
		this.runner.close(Duration.ZERO);
		assertThat(waiter.failure()).isInstanceOf(CancellationException.class);
		release.countDown();
		Support.untilDead(this.thread);
	}

	@Test
	void tasksThatAreDroppedAreLogged() {
		try (Logs logs = Logs.capture(); HeldLoop held = HeldLoop.of(this.runner)) {
			this.loop.execute(() -> {
			});
			this.loop.execute(() -> {
			});
			this.runner.close(Duration.ZERO);
			assertThat(logs.messages()).singleElement()
				.asString()
				.contains("Runner \"executor\"")
				.contains("could start 2 tasks");
		}
	}

	@Test
	void taskWhoseCancellationThrowsKeepsNoOtherFromBeingTold() {
		class Hostile extends CompletableFuture<Object> implements Runnable {

			@Override
			public void run() {
				complete("ran");
			}

			@Override
			public boolean cancel(boolean mayInterruptIfRunning) {
				throw new IllegalStateException("cannot");
			}

		}
		try (Logs logs = Logs.capture(); HeldLoop held = HeldLoop.of(this.runner)) {
			this.loop.execute(new Hostile());
			Future<String> next = this.loop.submit(() -> "next");
			this.runner.close(Duration.ZERO);
			assertThat(next.isCancelled()).isTrue();
			assertThat(logs.messages()).anyMatch((message) -> message.contains("failed when it was abandoned"));
			assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
		}
	}

	@Test
	void tasksThatRegisterOthersForEverDoNotHoldUpTheClose() {
		// cats-effect: a drain that never ends
		AtomicInteger turns = new AtomicInteger();
		comeBack(turns);
		Support.eventually().until(() -> turns.get() > 100);
		this.runner.close(Support.LONG);
		assertThat(this.thread.isAlive()).isFalse();
	}

	private void comeBack(AtomicInteger turns) {
		turns.incrementAndGet();
		try {
			this.loop.execute(() -> comeBack(turns));
		}
		catch (RunnerClosedException ex) {
			assertThat(this.runner.isAlive()).isFalse();
		}
	}

	@Test
	void tasksAndTimersAreAcceptedWhileCallsInFlightMayNeedThem() {
		CompletableFuture<String> source = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> this.runner.run(() -> source));
		Owner<Object> closer = closer(Support.LONG);
		Support.eventually().until(() -> !this.runner.isAlive());
		assertThat(Support.get(this.loop.submit(() -> "task"))).isEqualTo("task");
		assertThat(Support.get(this.loop.schedule(() -> "timer", 1, TimeUnit.MILLISECONDS))).isEqualTo("timer");
		source.complete("value");
		owner.value();
		closer.value();
		assertRejects();
	}

	@Test
	void tasksAndTimersAreRejectedAfterwards() {
		// vert.x testSubmitAfterClose runs them
		this.runner.close();
		assertRejects();
	}

	private void assertRejects() {
		AtomicBoolean ran = new AtomicBoolean();
		Runnable task = () -> ran.set(true);
		assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> this.loop.execute(task))
			.withMessage("The loop does not take the task: runner \"executor\" is closed");
		assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> this.loop.submit(task));
		assertThatExceptionOfType(RunnerClosedException.class)
			.isThrownBy(() -> this.loop.schedule(task, 0, TimeUnit.SECONDS));
		assertThatExceptionOfType(RunnerClosedException.class)
			.isThrownBy(() -> this.loop.scheduleAtFixedRate(task, 0, 1, TimeUnit.SECONDS));
		assertThatExceptionOfType(RunnerClosedException.class)
			.isThrownBy(() -> this.loop.scheduleWithFixedDelay(task, 0, 1, TimeUnit.SECONDS));
		assertThatExceptionOfType(RunnerClosedException.class)
			.isThrownBy(() -> this.loop.invokeAll(List.of(() -> "x")));
		assertThat(ran).isFalse();
	}

	@Tag("slow")
	@Test
	void tasksThatRaceTheCloseRunOrAreCancelledOrRejected() {
		for (int round = 0; round < 30; round++) {
			EventLoopThreadRunner raced = EventLoopThreadRunner.create();
			AtomicInteger ran = new AtomicInteger();
			AtomicBoolean go = new AtomicBoolean();
			Owner<int[]> submitter = Owner.start(() -> {
				int[] counts = new int[2];
				List<Future<?>> futures = new ArrayList<>();
				go.set(true);
				while (counts[1] == 0) {
					try {
						futures.add((futures.size() % 2 == 0) ? raced.getLoop().submit(ran::incrementAndGet)
								: raced.getLoop().schedule(ran::incrementAndGet, 0, TimeUnit.SECONDS));
					}
					catch (RunnerClosedException ex) {
						counts[1]++;
					}
				}
				Support.eventually().until(() -> futures.stream().allMatch(Future::isDone));
				counts[0] = (int) futures.stream().filter((future) -> !future.isCancelled()).count();
				return counts;
			});
			Support.eventually().until(go::get);
			raced.close(Duration.ofMillis(round % 2));
			// The last one may have been cancelled just as it ran
			assertThat(ran.get() - submitter.value()[0]).isBetween(0, 1);
		}
	}

	// Shutting the loop down

	@Test
	void shutdownClosesTheRunnerAndReturns() throws Exception {
		CompletableFuture<String> source = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> this.runner.run(() -> source));
		this.loop.shutdown();
		assertThat(this.loop.isShutdown()).isTrue();
		assertThat(this.loop.isTerminated()).isFalse();
		assertThat(this.runner.isAlive()).isFalse();
		assertThat(this.loop.awaitTermination(1, TimeUnit.MILLISECONDS)).isFalse();
		source.complete("value");
		assertThat(owner.value()).isEqualTo("value");
		assertThat(this.loop.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
		assertThat(this.loop.isTerminated()).isTrue();
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
		this.loop.shutdown();
	}

	@Test
	void shutdownNowReturnsWhatWasHandedOverAndNothingElse() {
		AtomicBoolean ran = new AtomicBoolean();
		Runnable first = () -> ran.set(true);
		Runnable second = () -> ran.set(true);
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			this.loop.execute(first);
			Future<?> submitted = this.loop.submit(() -> ran.set(true));
			this.loop.execute(second);
			CompletableFuture<String> call = this.runner.submit(Support.value("a call is no task"));
			List<Runnable> unstarted = this.loop.shutdownNow();
			assertThat(unstarted).hasSize(3);
			assertThat(unstarted.get(0)).isSameAs(first);
			assertThat(unstarted.get(1)).isSameAs(submitted).isInstanceOf(RunnableFuture.class);
			assertThat(unstarted.get(2)).isSameAs(second);
			assertThat(call).isCompletedExceptionally();
			assertThat(this.loop.isShutdown()).isTrue();
			assertThat(this.loop.isTerminated()).isFalse();
			assertThat(this.loop.shutdownNow()).isEmpty();
		}
		Support.eventually().until(this.loop::isTerminated);
		Support.untilDead(this.thread);
		assertThat(ran).isFalse();
	}

	@Test
	void shutdownNowOfAnIdleLoopReturnsNothing() {
		assertThat(this.loop.shutdownNow()).isEmpty();
		assertThat(this.loop.isTerminated()).isTrue();
	}

	@Test
	void shutdownNowGivesCallsInFlightNoGrace() {
		Work<Object> work = new Work<>();
		Owner<Object> owner = Owner.parked(() -> this.runner.run(() -> work));
		Support.untilActive(this.runner, 1);
		this.loop.shutdownNow();
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		assertThat(work.cancellations()).containsExactly(true);
	}

	@Test
	void shutdownNowOnTheLoopThreadInitiatesAndReturns() throws Exception {
		// Not the future of the task itself, which the shutdown may cancel while it runs
		CompletableFuture<List<Runnable>> unstarted = new CompletableFuture<>();
		this.loop.execute(() -> unstarted.complete(this.loop.shutdownNow()));
		assertThat(Support.get(unstarted)).isEmpty();
		assertThat(this.loop.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
		Support.untilDead(this.thread);
	}

	@Test
	void shutdownOnTheLoopThreadInitiatesAndReturns() throws Exception {
		this.loop.execute(this.loop::shutdown);
		assertThat(this.loop.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
		Support.untilDead(this.thread);
	}

	@Test
	void closeOfTheLoopClosesTheRunner() throws Exception {
		// A method of ExecutorService since Java 19, which would wait for ever
		Method close = this.loop.getClass().getMethod("close");
		close.setAccessible(true);
		close.invoke(this.loop);
		assertThat(this.loop.isTerminated()).isTrue();
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
	}

	@Test
	void runningRunnerIsNeitherShutDownNorTerminated() throws Exception {
		assertThat(this.loop.isShutdown()).isFalse();
		assertThat(this.loop.isTerminated()).isFalse();
		assertThat(this.loop.awaitTermination(1, TimeUnit.NANOSECONDS)).isFalse();
		this.runner.stop();
		assertThat(this.loop.isShutdown()).isFalse();
		assertThat(this.loop.isTerminated()).isFalse();
		Owner<Boolean> waiter = Owner.parked(() -> this.loop.awaitTermination(1, TimeUnit.HOURS));
		this.runner.close();
		assertThat(waiter.value()).isTrue();
	}

	private Owner<Object> closer(Duration grace) {
		return Owner.start(() -> {
			this.runner.close(grace);
			return null;
		});
	}

}
