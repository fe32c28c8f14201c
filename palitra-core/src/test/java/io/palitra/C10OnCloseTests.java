package io.palitra;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

@DisplayName("C10 Shutdown: onClose")
class C10OnCloseTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder().name("hooks").build();

	private final List<String> ran = new CopyOnWriteArrayList<>();

	private final Logs logs = Logs.capture();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
		this.logs.close();
	}

	@Test
	void runOnTheLoopLastFirst() {
		// asyncio-thread-runner; Python bridges
		List<String> threads = new CopyOnWriteArrayList<>();
		for (String hook : List.of("first", "second", "third")) {
			this.runner.onClose(() -> {
				this.ran.add(hook);
				threads.add(Thread.currentThread().getName());
				return CompletableFuture.completedFuture(null);
			});
		}
		this.runner.close();
		assertThat(this.ran).containsExactly("third", "second", "first");
		assertThat(threads).containsOnly("palitra-hooks");
		assertThat(this.logs.messages()).isEmpty();
	}

	@Test
	void runOnceAlthoughClosedTwice() {
		this.runner.onClose(recording("hook"));
		this.runner.close();
		this.runner.close();
		assertThat(this.ran).containsExactly("hook");
	}

	@Test
	void eachRunsAfterTheOneBeforeHasEnded() {
		CompletableFuture<Object> slow = new CompletableFuture<>();
		this.runner.onClose(recording("second"));
		this.runner.onClose(() -> {
			this.ran.add("first");
			return slow.thenApply((value) -> this.ran.add("first ended"));
		});
		Owner<Object> closer = closer(Support.LONG);
		Support.eventually().until(() -> this.ran.contains("first"));
		Support.untilParked(closer.thread());
		assertThat(this.ran).containsExactly("first");
		slow.complete(null);
		closer.value();
		assertThat(this.ran).containsExactly("first", "first ended", "second");
	}

	@Test
	void runOnlyWhenTheCallsHaveEnded() {
		CompletableFuture<String> source = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> this.runner.run(() -> source.thenApply((value) -> {
			this.ran.add("call");
			return value;
		})));
		this.runner.onClose(recording("hook"));
		Owner<Object> closer = closer(Support.LONG);
		Support.eventually().until(() -> !this.runner.isAlive());
		assertThat(this.ran).isEmpty();
		source.complete("value");
		assertThat(owner.value()).isEqualTo("value");
		closer.value();
		assertThat(this.ran).containsExactly("call", "hook");
	}

	@Test
	void runAlthoughTheCallsHaveUsedUpTheGrace() {
		Owner<Object> owner = Owner.parked(() -> this.runner.run(Support.never()));
		this.runner.onClose(recording("hook"));
		this.runner.close(Duration.ZERO);
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		assertThat(this.ran).containsExactly("hook");
	}

	@Test
	void oneThatFailsDoesNotKeepTheOthersFromRunning() {
		IllegalStateException thrown = new IllegalStateException("thrown");
		AssertionError failed = new AssertionError("failed");
		this.runner.onClose(recording("last"));
		this.runner.onClose(() -> {
			throw thrown;
		});
		this.runner.onClose(Support.failure(failed));
		this.runner.onClose(() -> null);
		this.runner.onClose(recording("first"));
		this.runner.close();
		assertThat(this.ran).containsExactly("first", "last");
		assertThat(this.logs.thrown()).hasSize(3).contains(thrown, failed);
		assertThat(this.logs.messages()).containsOnly("A clean-up of runner \"hooks\" failed");
	}

	@Test
	void oneThatHangsDoesNotKeepTheOthersFromRunning() {
		this.runner.onClose(recording("last"));
		this.runner.onClose(() -> {
			this.ran.add("hangs");
			return new CompletableFuture<>();
		});
		this.runner.onClose(recording("first"));
		this.runner.close(Duration.ofMillis(50));
		Support.eventually().untilAsserted(() -> assertThat(this.ran).containsExactly("first", "hangs", "last"));
		assertThat(this.logs.messages()).anyMatch((message) -> message.contains("did not end within the grace"));
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
	}

	@Test
	void oneThatBlocksTheLoopDoesNotHoldTheCloserForEver() {
		CountDownLatch release = new CountDownLatch(1);
		Thread thread = Support.threadOf(this.runner);
		this.runner.onClose(() -> {
			Support.await(release);
			return CompletableFuture.completedFuture(null);
		});
		this.runner.close(Duration.ZERO);
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
		release.countDown();
		Support.untilDead(thread);
	}

	@Test
	void isStartedByALoopThatComesToItLateAsLongAsNothingHoldsIt() {
		// For more than 400 ms, each for less than 100
		assertStarted(50, 1_500,
				(busy, hold) -> IntStream.range(0, 400).forEach((i) -> busy.getLoop().execute(() -> hold.accept(1))));
	}

	@Test
	void isStartedIfTheOneBeforeLetsTheLoopGoSoonAfterTheGrace() {
		assertStarted(170, 180, (busy, hold) -> busy.onClose(() -> {
			hold.accept(130);
			return CompletableFuture.completedFuture(null);
		}));
	}

	/**
	 * Again if the machine has held what was to hold the loop.
	 * @param most for how many milliseconds the loop may be held at once
	 * @param last how many milliseconds after the close the loop may be held at the
	 * latest
	 * @param before what the loop is to do before the clean-up, holding it for some
	 * milliseconds at a time
	 */
	private static void assertStarted(long most, long last, BiConsumer<EventLoopThreadRunner, IntConsumer> before) {
		for (int attempt = 0; attempt < 50; attempt++) {
			AtomicBoolean started = new AtomicBoolean();
			AtomicLong heldUntil = new AtomicLong();
			EventLoopThreadRunner busy = EventLoopThreadRunner.builder()
				.shutdownGrace(Duration.ZERO)
				.slowTaskThreshold(Duration.ofMillis(most))
				.build();
			Thread thread = Support.threadOf(busy);
			busy.onClose(() -> {
				started.set(true);
				return CompletableFuture.completedFuture(null);
			});
			before.accept(busy, (millis) -> {
				long since = System.nanoTime();
				while (System.nanoTime() - since < millis * 1_000_000L) {
					LockSupport.parkNanos(millis * 1_000_000L - (System.nanoTime() - since));
				}
				heldUntil.set(System.nanoTime());
			});
			long closedAt = System.nanoTime();
			busy.close();
			Support.untilDead(thread);
			if (busy.snapshot().slow() == 0 && heldUntil.get() - closedAt < last * 1_000_000) {
				assertThat(started).isTrue();
				return;
			}
		}
		fail("on no attempt was the loop left its processor");
	}

	@Test
	void oneThatKillsTheLoopDoesNotKeepTheOthersFromRunning() {
		this.runner.onClose(recording("last"));
		this.runner.onClose(() -> {
			this.ran.add("kills");
			Support.killAndLeave(this.runner, new InternalError("the worst"));
			return CompletableFuture.completedFuture(null);
		});
		this.runner.close(Duration.ofMillis(500));
		assertThat(this.ran).containsExactly("kills", "last");
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
	}

	@Test
	void oneThatTheLoopHasNotComeToWhenItDiesIsRunByAnother() {
		this.runner.onClose(recording("hook"));
		Owner<Object> closer;
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			// It looks at its timers, of which it dies, some time before the last.
			for (int task = 0; task < 1_000; task++) {
				this.runner.getLoop().execute(() -> {
				});
			}
			Support.killAndLeave(this.runner, new InternalError("the worst"));
			closer = closer(Support.LONG);
			Support.untilParked(closer.thread());
			assertThat(this.ran).isEmpty();
		}
		closer.value();
		assertThat(this.ran).containsExactly("hook");
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
	}

	@Test
	void oneRegisteredByAnotherRunsNext() {
		this.runner.onClose(recording("last"));
		this.runner.onClose(() -> {
			this.ran.add("first");
			this.runner.onClose(() -> {
				this.ran.add("second");
				this.runner.onClose(recording("third"));
				return CompletableFuture.completedFuture(null);
			});
			return CompletableFuture.completedFuture(null);
		});
		this.runner.close();
		assertThat(this.ran).containsExactly("first", "second", "third", "last");
	}

	@Test
	void mayNotCallTheRunner() {
		this.runner.onClose(() -> this.runner.submit(Support.value("x")));
		this.runner.close();
		assertThat(this.logs.thrown()).singleElement().isInstanceOf(RunnerClosedException.class);
	}

	@Test
	void mayCloseTheRunnerAgain() {
		this.runner.onClose(() -> {
			this.runner.close(Duration.ZERO);
			this.ran.add("closed again");
			return CompletableFuture.completedFuture(null);
		});
		this.runner.close(Support.LONG);
		assertThat(this.ran).containsExactly("closed again");
		assertThat(this.runner.getLoop().isTerminated()).isTrue();
	}

	@Test
	void isRefusedWhenItWouldNeverRun() {
		this.runner.close();
		assertThatExceptionOfType(RunnerClosedException.class)
			.isThrownBy(() -> this.runner.onClose(recording("too late")))
			.withMessage("The clean-up would never run: runner \"hooks\" is closed");
		assertThat(this.ran).isEmpty();
	}

	@Test
	void isAcceptedWhileCallsUseTheirGrace() {
		CompletableFuture<String> source = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> this.runner.run(() -> source));
		Owner<Object> closer = closer(Support.LONG);
		Support.eventually().until(() -> !this.runner.isAlive());
		this.runner.onClose(recording("hook"));
		source.complete("value");
		owner.value();
		closer.value();
		assertThat(this.ran).containsExactly("hook");
	}

	@Test
	void isNotRunByStop() {
		this.runner.onClose(recording("hook"));
		this.runner.stop();
		this.runner.start();
		this.runner.stop();
		assertThat(this.ran).isEmpty();
		this.runner.close();
		assertThat(this.ran).containsExactly("hook");
	}

	@Test
	void runsOnALoopThreadThoughTheRunnerWasStopped() {
		AtomicBoolean inLoop = new AtomicBoolean();
		this.runner.onClose(() -> {
			inLoop.set(this.runner.getLoop().inEventLoop());
			return CompletableFuture.completedFuture(null);
		});
		this.runner.stop();
		this.runner.close();
		assertThat(inLoop).isTrue();
		assertThat(this.runner.isAlive()).isFalse();
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
	}

	@Test
	void closeAfterStopEndsEvenIfNoThreadCanBeHadForTheCleanUp() {
		AtomicInteger made = new AtomicInteger();
		EventLoopThreadRunner custom = EventLoopThreadRunner.builder().threadFactory((live) -> {
			if (made.incrementAndGet() > 1) {
				throw new IllegalStateException("no threads left");
			}
			return Support.daemon(live);
		}).build();
		custom.onClose(recording("hook"));
		custom.stop();
		custom.close();
		assertThat(custom.snapshot().state()).isEqualTo(RunnerState.CLOSED);
		assertThat(custom.getLoop().isTerminated()).isTrue();
		assertThat(this.logs.messages()).anyMatch((message) -> message.contains("clean-up"));
	}

	@Test
	void allAreStartedAlthoughTheClosingThreadIsInterrupted() {
		int hooks = 200;
		for (int i = 0; i < hooks; i++) {
			this.runner.onClose(recording("hook"));
		}
		Owner<Object> closer = Owner.start(() -> {
			Thread.currentThread().interrupt();
			this.runner.close(Support.LONG);
			return null;
		});
		closer.value();
		assertThat(closer.wasInterruptedAtEnd()).isTrue();
		Support.eventually().untilAsserted(() -> assertThat(this.ran).hasSize(hooks));
	}

	@Test
	void secondCloserShortensTheGraceWhileOneHangs() {
		this.runner.onClose(() -> {
			this.ran.add("hangs");
			return new CompletableFuture<>();
		});
		Owner<Object> first = closer(Support.LONG);
		Support.eventually().until(() -> this.ran.contains("hangs"));
		Support.untilParked(first.thread());
		Owner<Object> second = closer(Duration.ZERO);
		second.value();
		first.value();
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
	}

	@Test
	void interruptOfTheClosingThreadEndsTheWaitForOneThatHangs() {
		this.runner.onClose(recording("last"));
		this.runner.onClose(() -> {
			this.ran.add("hangs");
			return new CompletableFuture<>();
		});
		Owner<Object> closer = closer(Support.LONG);
		Support.eventually().until(() -> this.ran.contains("hangs"));
		Support.untilParked(closer.thread());
		closer.interrupt();
		closer.value();
		assertThat(closer.wasInterruptedAtEnd()).isTrue();
		Support.eventually().untilAsserted(() -> assertThat(this.ran).containsExactly("hangs", "last"));
	}

	private AsyncCallable<?> recording(String name) {
		return () -> {
			this.ran.add(name);
			return CompletableFuture.completedFuture(null);
		};
	}

	private Owner<Object> closer(Duration grace) {
		return Owner.start(() -> {
			this.runner.close(grace);
			return null;
		});
	}

	@Test
	void mayUseTheLoop() {
		EventLoop loop = this.runner.getLoop();
		this.runner.onClose(() -> CompletableFuture.runAsync(() -> this.ran.add("task"), loop).thenCompose((value) -> {
			CompletableFuture<Object> timed = loop.newFuture();
			loop.schedule(() -> timed.complete(this.ran.add("timer")), 1, TimeUnit.MILLISECONDS);
			return timed;
		}).thenApplyAsync((value) -> this.ran.add("dependent"), loop));
		this.runner.close();
		assertThat(this.ran).containsExactly("task", "timer", "dependent");
		assertThat(this.logs.messages()).isEmpty();
	}

}
