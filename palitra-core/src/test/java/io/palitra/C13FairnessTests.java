package io.palitra;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

@DisplayName("C13 Fairness")
class C13FairnessTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.create();

	private final EventLoop loop = this.runner.getLoop();

	private final AtomicBoolean stopped = new AtomicBoolean();

	@AfterEach
	void close() {
		this.stopped.set(true);
		this.runner.close(Duration.ZERO);
	}

	@Test
	void timersAreNotStarvedByATaskThatAlwaysComesBack() {
		// kotlinx EventLoopsTest.testPendingDelayedBeingDueEarlier; netty
		comeBack();
		assertThat(Support.get(this.loop.schedule(() -> "timer", 5, TimeUnit.MILLISECONDS))).isEqualTo("timer");
		CountDownLatch fired = new CountDownLatch(20);
		Future<?> periodic = this.loop.scheduleAtFixedRate(fired::countDown, 0, 1, TimeUnit.MILLISECONDS);
		Support.await(fired);
		periodic.cancel(false);
	}

	private void comeBack() {
		if (!this.stopped.get()) {
			this.loop.execute(this::comeBack);
		}
	}

	@Test
	void timersAreNotStarvedByALongQueue() {
		// A timer that is due gets its turn in the middle of the tasks that are there
		// already
		AtomicInteger ran = new AtomicInteger();
		AtomicInteger ranWhenFired = new AtomicInteger(-1);
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			for (int i = 0; i < 10_000; i++) {
				this.loop.execute(ran::incrementAndGet);
			}
			this.loop.schedule(() -> ranWhenFired.set(ran.get()), 0, TimeUnit.SECONDS);
		}
		Support.get(this.loop.submit(() -> null));
		assertThat(ran).hasValue(10_000);
		assertThat(ranWhenFired.get()).isBetween(0, 9_999);
	}

	@Test
	void callsAreNotStarvedByATaskThatAlwaysComesBack() {
		comeBack();
		for (int i = 0; i < 100; i++) {
			assertThat(this.runner.run(Support.value(i))).isEqualTo(i);
		}
	}

	@Test
	void tasksAreNotStarvedByPeriodicTimersWithoutDelay() {
		for (int i = 0; i < 100; i++) {
			this.loop.scheduleAtFixedRate(() -> {
			}, 0, 1, TimeUnit.NANOSECONDS);
			this.loop.scheduleWithFixedDelay(() -> {
			}, 0, 1, TimeUnit.NANOSECONDS);
		}
		for (int i = 0; i < 100; i++) {
			assertThat(this.runner.run(Support.value(i))).isEqualTo(i);
		}
	}

	@Test
	void tasksAreNotStarvedByATimerThatRegistersItselfAnew() {
		AtomicInteger turns = new AtomicInteger();
		registerAnew(turns);
		for (int i = 0; i < 100; i++) {
			assertThat(this.runner.run(Support.value(i))).isEqualTo(i);
		}
		assertThat(turns.get()).isPositive();
	}

	private void registerAnew(AtomicInteger turns) {
		turns.incrementAndGet();
		if (!this.stopped.get()) {
			this.loop.schedule(() -> registerAnew(turns), 0, TimeUnit.NANOSECONDS);
		}
	}

	@Test
	void manyDueTimersGiveTasksATurn() {
		AtomicInteger fired = new AtomicInteger();
		AtomicInteger firedWhenRan = new AtomicInteger(-1);
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			for (int i = 0; i < 10_000; i++) {
				this.loop.schedule(fired::incrementAndGet, 0, TimeUnit.SECONDS);
			}
			this.loop.execute(() -> firedWhenRan.set(fired.get()));
		}
		Support.eventually().until(() -> fired.get() == 10_000);
		assertThat(firedWhenRan.get()).isBetween(0, 9_999);
	}

	@Test
	void adoptedChainThatNeverEndsStarvesNobody() {
		chain(CompletableFuture.completedFuture(0));
		for (int i = 0; i < 100; i++) {
			assertThat(this.runner.run(Support.value(i))).isEqualTo(i);
		}
		assertThat(Support.get(this.loop.schedule(() -> "timer", 1, TimeUnit.MILLISECONDS))).isEqualTo("timer");
	}

	private void chain(CompletableFuture<Integer> previous) {
		previous.thenAcceptAsync((value) -> {
			if (!this.stopped.get()) {
				CompletableFuture<Integer> next = this.loop.newFuture();
				chain(next);
				next.complete(value + 1);
			}
		}, this.loop);
	}

}
