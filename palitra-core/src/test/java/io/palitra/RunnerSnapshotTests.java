package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@DisplayName("Snapshots of a runner")
class RunnerSnapshotTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder().name("watched").build();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	@Test
	void awaitThatTimesOutJustWhenItsStageCompletesIsCountedOnceC18() {
		AtomicReference<CompletableFuture<String>> next = new AtomicReference<>();
		AtomicBoolean over = new AtomicBoolean();
		try (EventLoopThreadRunner counted = EventLoopThreadRunner.create()) {
			Support.daemon(() -> {
				while (!over.get()) {
					CompletableFuture<String> stage = next.getAndSet(null);
					long since = System.nanoTime();
					long pause = ThreadLocalRandom.current().nextInt(60_000);
					while (System.nanoTime() - since < pause) {
						Thread.onSpinWait();
					}
					if (stage != null) {
						stage.complete("result");
					}
				}
			}).start();
			Support.rounds(30_000).forEach((round) -> {
				CompletableFuture<String> stage = new CompletableFuture<>();
				next.set(stage);
				try {
					counted.await(stage, Duration.ofNanos(30_000));
				}
				catch (RunTimeoutException ex) {
					assertThat(stage.isCompletedExceptionally()).isFalse();
				}
			});
			over.set(true);
			List<CompletableFuture<String>> works = new ArrayList<>();
			IntStream.range(0, 100).forEach((i) -> works.add(new CompletableFuture<>()));
			works.forEach((work) -> counted.submit(() -> work));
			Support.eventually().until(() -> counted.snapshot().active() == works.size());
			works.forEach((work) -> work.complete("done"));
		}
	}

	@Test
	void idleRunner() {
		// palitra for Python: nothing is left of calls that have ended
		this.runner.run(Support.value("x"));
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.runner.run(Support.failure(new IllegalStateException("no"))));
		Support.eventually().until(() -> this.runner.snapshot().heldFor().isZero());
		RunnerSnapshot snapshot = this.runner.snapshot();
		assertThat(snapshot.name()).isEqualTo("watched");
		assertThat(snapshot.state()).isEqualTo(RunnerState.RUNNING);
		assertThat(snapshot.threadName()).isEqualTo("palitra-watched");
		assertNumbers(snapshot, 0, 0, 0, 0);
		assertThat(snapshot.stack()).isEmpty();
		assertThat(snapshot.calls()).isEmpty();
	}

	@Test
	void callsInTheQueue() {
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			Owner<Object> owner = Owner.parked(
					() -> this.runner.run(Support.never(), RunOptions.defaults().name("queued").timeout(Support.LONG)));
			CompletableFuture<Object> submitted = this.runner.submit(Support.never(),
					RunOptions.defaults().name("submitted"));
			RunnerSnapshot snapshot = this.runner.snapshot();
			assertNumbers(snapshot, 2, 0, 1, 0);
			assertThat(snapshot.calls()).hasSize(2);
			RunnerSnapshot.Call oldest = snapshot.calls().get(0);
			assertThat(oldest.taskName()).isEqualTo("queued");
			assertThat(oldest.phase()).isEqualTo(RunPhase.QUEUED);
			assertThat(oldest.age()).isPositive();
			assertThat(oldest.ownerThreadName()).isEqualTo(owner.thread().getName());
			assertThat(oldest.remaining()).isPositive().isLessThan(Support.LONG);
			RunnerSnapshot.Call youngest = snapshot.calls().get(1);
			assertThat(youngest.taskName()).isEqualTo("submitted");
			assertThat(youngest.age()).isLessThan(oldest.age());
			assertThat(youngest.ownerThreadName()).isNull();
			assertThat(youngest.remaining()).isNull();
			assertThat(submitted).isNotDone();
		}
	}

	@Test
	void callsThatRun() {
		CompletableFuture<Object> source = new CompletableFuture<>();
		Owner<Object> owner = Owner.parked(() -> this.runner.run(() -> source, RunOptions.defaults().name("runs")));
		CompletableFuture<Object> submitted = this.runner.submit(() -> source);
		Owner<Object> awaiting = Owner.parked(() -> this.runner.await(source));
		Support.untilActive(this.runner, 3);
		RunnerSnapshot snapshot = this.runner.snapshot();
		assertNumbers(snapshot, 0, 3, 2, 0);
		assertThat(snapshot.calls()).extracting(RunnerSnapshot.Call::taskName)
			.containsExactlyInAnyOrder("runs", "RunnerSnapshotTests", "RunnerSnapshotTests.callsThatRun");
		assertThat(snapshot.calls()).extracting(RunnerSnapshot.Call::phase).containsOnly(RunPhase.RUNNING);
		source.complete("x");
		owner.value();
		awaiting.value();
		Support.get(submitted);
		assertNumbers(this.runner.snapshot(), 0, 0, 0, 0);
	}

	@Test
	void abandonedCallsAreActiveUntilTheirWorkEnds() {
		Work<Object> timedOut = Work.stubborn();
		Work<Object> cancelled = Work.stubborn();
		Support.timeoutWhileRunning(this.runner,
				(limit) -> this.runner.run(() -> timedOut, RunOptions.defaults().name("abandoned").timeout(limit)));
		CompletableFuture<Object> submitted = this.runner.submit(() -> cancelled);
		Support.untilActive(this.runner, 2);
		submitted.cancel(true);
		RunnerSnapshot snapshot = this.runner.snapshot();
		assertNumbers(snapshot, 0, 2, 0, 2);
		RunnerSnapshot.Call oldest = snapshot.calls().get(0);
		assertThat(oldest.taskName()).isEqualTo("abandoned");
		assertThat(oldest.ownerThreadName()).isNull();
		assertThat(oldest.remaining()).isNegative();
		timedOut.complete("late");
		assertNumbers(this.runner.snapshot(), 0, 1, 0, 1);
		cancelled.completeExceptionally(new IllegalStateException("late"));
		assertNumbers(this.runner.snapshot(), 0, 0, 0, 0);
	}

	@Test
	void workThatIsCancelledInTimeIsNotAbandoned() {
		Work<Object> work = new Work<>();
		Support.timeoutWhileRunning(this.runner, (limit) -> this.runner.run(() -> work, limit));
		assertNumbers(this.runner.snapshot(), 0, 0, 0, 0);
	}

	@Test
	void awaitThatWasGivenUpIsNotAbandonedWork() {
		CompletableFuture<Object> source = new CompletableFuture<>();
		assertThatExceptionOfType(RunTimeoutException.class)
			.isThrownBy(() -> this.runner.await(source, Duration.ofMillis(1)));
		assertNumbers(this.runner.snapshot(), 0, 0, 0, 0);
	}

	@Test
	void loopThatIsHeldShowsItsStack() {
		// Python bridges, vert.x BlockedThreadCheckerTest
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			Support.eventually().until(() -> !this.runner.snapshot().stack().isEmpty());
			RunnerSnapshot snapshot = this.runner.snapshot();
			assertThat(snapshot.heldFor()).isGreaterThanOrEqualTo(Duration.ofMillis(100));
			assertThat(snapshot.stack()).extracting(StackTraceElement::getMethodName).contains("holdTheLoop");
		}
		Support.eventually().until(() -> this.runner.snapshot().heldFor().isZero());
		assertThat(this.runner.snapshot().stack()).isEmpty();
	}

	@Test
	void mayBeTakenOnTheLoopAndDoesNotWaitForIt() {
		assertThat(this.runner.run(() -> CompletableFuture.completedFuture(this.runner.snapshot())).active()).isOne();
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			assertThat(this.runner.snapshot().heldFor()).isPositive();
		}
	}

	@Test
	void mayBeTakenWhileCallsComeAndGo() {
		AtomicBoolean stopped = new AtomicBoolean();
		CountDownLatch going = new CountDownLatch(2);
		Owner<Object> immediate = Owner.start(() -> {
			while (!stopped.get()) {
				this.runner.run(Support.value("x"));
				going.countDown();
			}
			return null;
		});
		Owner<Object> cancelled = Owner.start(() -> {
			while (!stopped.get()) {
				this.runner.submit(Support.never()).cancel(true);
				going.countDown();
			}
			return null;
		});
		Support.await(going);
		for (int i = 0; i < 5_000; i++) {
			RunnerSnapshot snapshot = this.runner.snapshot();
			assertThat(snapshot.pending()).isNotNegative();
			assertThat(snapshot.calls()).hasSizeLessThan(100);
		}
		stopped.set(true);
		immediate.value();
		cancelled.value();
		Support.eventually().until(() -> this.runner.snapshot().calls().isEmpty());
	}

	@Test
	void lagIsTheTimeThatTheOldestCallOrTimerHasWaited() {
		assertThat(this.runner.snapshot().lag()).isZero();
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			assertThat(this.runner.snapshot().lag()).isZero();
			this.runner.submit(Support.value("queued"));
			this.runner.submit(Support.value("queued later"));
			Duration lag = this.runner.snapshot().lag();
			assertThat(lag).isPositive().isLessThanOrEqualTo(this.runner.snapshot().calls().get(0).age());
			Support.eventually().until(() -> this.runner.snapshot().lag().compareTo(lag) > 0);
		}
		Support.eventually().until(() -> this.runner.snapshot().lag().isZero());
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			this.runner.getLoop().schedule(() -> {
			}, 1, TimeUnit.NANOSECONDS);
			Support.eventually().until(() -> !this.runner.snapshot().lag().isZero());
		}
		Support.eventually().until(() -> this.runner.snapshot().lag().isZero());
	}

	@Test
	void busyTimeGrowsWhileACallbackOccupiesTheLoop() {
		Duration before;
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			before = this.runner.snapshot().busyTime();
			Duration more = before.plusMillis(20);
			Support.eventually().until(() -> this.runner.snapshot().busyTime().compareTo(more) > 0);
		}
		Duration after = this.runner.snapshot().busyTime();
		assertThat(after).isGreaterThan(before);
		// What an earlier loop was busy with counts, and an idle one adds nothing.
		this.runner.stop();
		this.runner.start();
		assertThat(this.runner.snapshot().busyTime()).isGreaterThanOrEqualTo(after);
	}

	@Test
	void loopThatNeverRestsCanBeLookedAt() {
		AtomicBoolean stopped = new AtomicBoolean();
		EventLoop loop = this.runner.getLoop();
		for (int i = 0; i < 100; i++) {
			loop.execute(new Runnable() {

				@Override
				public void run() {
					if (!stopped.get()) {
						loop.execute(this);
					}
				}

			});
		}
		Owner<Object> owner = Owner.parked(() -> this.runner.run(Support.never()));
		Support.untilActive(this.runner, 1);
		for (int i = 0; i < 1_000; i++) {
			assertNumbers(this.runner.snapshot(), 0, 1, 1, 0);
		}
		stopped.set(true);
		this.runner.close(Duration.ZERO);
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
	}

	@Test
	void slowCallbacksOfEarlierLoopsCount() {
		try (EventLoopThreadRunner slow = EventLoopThreadRunner.builder()
			.slowTaskThreshold(Duration.ofMillis(5))
			.build()) {
			try (HeldLoop held = HeldLoop.of(slow)) {
				Support.eventually().until(() -> slow.snapshot().slow() == 1);
			}
			slow.stop();
			slow.start();
			assertThat(slow.snapshot().slow()).isGreaterThanOrEqualTo(1);
		}
	}

	private static void assertNumbers(RunnerSnapshot snapshot, int pending, int active, int waiting, int abandoned) {
		assertThat(snapshot.pending()).as("pending").isEqualTo(pending);
		assertThat(snapshot.active()).as("active").isEqualTo(active);
		assertThat(snapshot.waiting()).as("waiting").isEqualTo(waiting);
		assertThat(snapshot.abandoned()).as("abandoned").isEqualTo(abandoned);
	}

}
