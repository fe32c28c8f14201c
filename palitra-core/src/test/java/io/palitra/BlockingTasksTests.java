package io.palitra;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.palitra.BlockingTasks.blocking;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

class BlockingTasksTests {

	private final List<Object> discarded = new CopyOnWriteArrayList<>();

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
		.name("blocking")
		.shutdownGrace(Duration.ZERO)
		.onDiscard(this.discarded::add)
		.build();

	private final CountDownLatch interrupted = new CountDownLatch(1);

	@AfterEach
	void close() {
		this.runner.close();
	}

	/**
	 * Blocks until it is interrupted.
	 */
	private Callable<Object> sleeper(CountDownLatch begun) {
		return () -> {
			begun.countDown();
			try {
				new CountDownLatch(1).await();
				return "never";
			}
			catch (InterruptedException ex) {
				this.interrupted.countDown();
				throw ex;
			}
		};
	}

	private static <T> Callable<T> meeting(CyclicBarrier barrier, T value) {
		return () -> {
			Support.await(barrier);
			return value;
		};
	}

	@Test
	void nullIsRefused() {
		assertThatNullPointerException().isThrownBy(() -> blocking(null)).withMessage("callable");
		assertThatNullPointerException().isThrownBy(() -> blocking(() -> "x", null)).withMessage("executor");
	}

	@Test
	void runsOnAThreadOfItsOwnWhileTheLoopGoesOn() {
		AtomicReference<Thread> thread = new AtomicReference<>();
		String value = this.runner.run(blocking(() -> {
			thread.set(Thread.currentThread());
			assertThat(this.runner.getLoop().inEventLoop()).isFalse();
			Support.settle(this.runner);
			return "x";
		}));
		assertThat(value).isEqualTo("x");
		assertThat(thread.get()).isNotSameAs(Thread.currentThread());
		assertThat(thread.get().isDaemon()).isTrue();
		assertThat(thread.get().getName()).startsWith("palitra-start");
		assertThat(isVirtual(thread.get())).isEqualTo(Runtime.version().feature() >= 21);
	}

	private static boolean isVirtual(Thread thread) {
		return thread.getClass().getSimpleName().equals("VirtualThread");
	}

	@Test
	void nullIsAValueAndACheckedExceptionIsTheSame() {
		assertThat(this.runner.<Object>run(blocking(() -> null))).isNull();
		Exception failure = new Exception("checked");
		assertThatExceptionOfType(Exception.class).isThrownBy(() -> this.runner.runChecked(blocking(() -> {
			throw failure;
		}), Exception.class)).isSameAs(failure);
	}

	@Test
	void mayMakeCallsItself() {
		assertThat(this.runner.run(blocking(() -> this.runner.run(Support.later("x"))))).isEqualTo("x");
	}

	@Test
	void childrenBlockAtTheSameTime() {
		CyclicBarrier barrier = new CyclicBarrier(3);
		assertThat(this.runner.<Object>gather(blocking(meeting(barrier, 1)), blocking(meeting(barrier, 2)),
				blocking(meeting(barrier, 3))))
			.containsExactly(1, 2, 3);
		String both = this.runner.combine(blocking(meeting(new CyclicBarrier(1), "a")), Support.later(2),
				(a, b) -> a + b);
		assertThat(both).isEqualTo("a2");
	}

	@Test
	void firstFailureInterruptsTheOthers() {
		CountDownLatch begun = new CountDownLatch(1);
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.runner.gather(blocking(sleeper(begun)), blocking(() -> {
				Support.await(begun);
				throw new IllegalStateException("first");
			})))
			.withMessage("first");
		Support.await(this.interrupted);
	}

	@ParameterizedTest
	@EnumSource(value = CallEnd.class, names = { "TIMEOUT", "INTERRUPT", "CLOSE" })
	void isInterruptedWhenItsCallEnds(CallEnd end) {
		CountDownLatch begun = new CountDownLatch(1);
		Owner<Object> owner = Owner.start(() -> this.runner.run(blocking(sleeper(begun)), end.options()));
		Support.await(begun);
		end.bringAbout(this.runner, owner, new CompletableFuture<>());
		assertThat(owner.failure()).isInstanceOfAny(RunTimeoutException.class, RunInterruptedException.class,
				RunnerClosedException.class);
		Support.await(this.interrupted);
	}

	@Test
	void isInterruptedWhenItsFutureOrForkIsCancelled() {
		CountDownLatch begun = new CountDownLatch(1);
		CompletableFuture<Object> submitted = this.runner.submit(blocking(sleeper(begun)));
		Support.await(begun);
		submitted.cancel(true);
		Support.await(this.interrupted);
		CountDownLatch forked = new CountDownLatch(1);
		assertThat(this.runner.<String>runScoped((scope) -> {
			CompletableFuture<Object> fork = scope.fork(blocking(sleeper(forked)));
			return CompletableFuture.supplyAsync(() -> {
				Support.await(forked);
				fork.cancel(true);
				return "done";
			});
		})).isEqualTo("done");
	}

	@Test
	void lateResultOfOneThatHeedsNoInterruptIsDiscarded() {
		CountDownLatch leave = new CountDownLatch(1);
		Support.timeoutWhileRunning((limit) -> this.runner.run(blocking(() -> {
			while (leave.getCount() > 0) {
				Thread.onSpinWait();
			}
			return "late";
		}), limit));
		assertThat(this.runner.snapshot().abandoned()).isEqualTo(1);
		leave.countDown();
		Support.eventually().until(() -> this.discarded.contains("late"));
		Support.eventually().until(() -> this.runner.snapshot().active() == 0);
	}

	@Test
	void anExecutorThatTheCallNamesGoesBeforeThatOfTheTaskAndThatBeforeTheRunners() {
		ExecutorService ofTask = Executors.newSingleThreadExecutor((body) -> new Thread(body, "of-task"));
		ExecutorService ofCall = Executors.newSingleThreadExecutor((body) -> new Thread(body, "of-call"));
		AsyncCallable<String> name = blocking(() -> Thread.currentThread().getName(), ofTask);
		try (EventLoopThreadRunner inPlace = EventLoopThreadRunner.builder().startOn(StartOn.caller()).build()) {
			assertThat(inPlace.run(name)).isEqualTo("of-task");
			assertThat(inPlace.<String>gather(name, name)).containsOnly("of-task");
			assertThat(inPlace.run(name, RunOptions.defaults().startOn(ofCall))).isEqualTo("of-call");
		}
		finally {
			ofTask.shutdownNow();
			ofCall.shutdownNow();
		}
	}

}
