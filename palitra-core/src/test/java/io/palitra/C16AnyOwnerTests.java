package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@DisplayName("C16 Any owner")
class C16AnyOwnerTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.create();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	@ParameterizedTest
	@MethodSource("threads")
	void everyKindOfThreadGetsEveryOutcome(Consumer<Runnable> threads) {
		assertThat(on(threads, () -> this.runner.run(Support.value("now")))).isEqualTo("now");
		assertThat(on(threads, () -> this.runner.run(Support.later("later")))).isEqualTo("later");
		assertThat(on(threads, () -> this.runner.<String>gather(Support.later("a"), Support.value("b")).get(0)))
			.isEqualTo("a");
		assertThat(on(threads,
				() -> this.runner.await(
						CompletableFuture.supplyAsync(() -> "awaited", (command) -> Support.daemon(command).start()))))
			.isEqualTo("awaited");
		assertThat(on(threads, () -> {
			assertThatIllegalStateException()
				.isThrownBy(() -> this.runner.run(Support.failure(new IllegalStateException("no"))));
			assertThatExceptionOfType(RunTimeoutException.class)
				.isThrownBy(() -> this.runner.run(Support.never(), Duration.ofMillis(5)));
			Thread.currentThread().interrupt();
			assertThatExceptionOfType(InterruptedException.class)
				.isThrownBy(() -> this.runner.runInterruptibly(Support.never()));
			return "checked";
		})).isEqualTo("checked");
	}

	@ParameterizedTest
	@MethodSource("threads")
	void everyKindOfThreadCanBeInterrupted(Consumer<Runnable> threads) {
		CompletableFuture<Thread> owner = new CompletableFuture<>();
		Work<Object> work = new Work<>();
		CompletableFuture<Boolean> flag = new CompletableFuture<>();
		threads.accept(() -> {
			owner.complete(Thread.currentThread());
			try {
				this.runner.run(() -> work);
			}
			catch (RunInterruptedException ex) {
				flag.complete(Thread.interrupted());
			}
		});
		Support.untilActive(this.runner, 1);
		Support.get(owner).interrupt();
		assertThat(Support.get(flag)).isTrue();
		assertThat(work.cancellations()).containsExactly(true);
	}

	@ParameterizedTest
	@MethodSource("threads")
	void everyKindOfThreadIsReleasedByClose(Consumer<Runnable> threads) {
		List<CompletableFuture<Object>> outcomes = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			outcomes.add(started(threads, () -> this.runner.run(Support.never())));
		}
		Support.eventually().until(() -> this.runner.snapshot().active() > 0);
		this.runner.close(Duration.ZERO);
		assertThat(outcomes).allSatisfy((outcome) -> assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> Support.get(outcome))
			.havingRootCause()
			.isInstanceOf(RunnerClosedException.class));
	}

	static Stream<Named<Consumer<Runnable>>> threads() {
		Stream<Named<Consumer<Runnable>>> all = Stream.of(
				Named.of("platform thread", (runnable) -> Support.daemon(runnable).start()),
				Named.of("worker of a ForkJoinPool", (runnable) -> new ForkJoinPool(1).execute(runnable)),
				Named.of("worker of the common pool", (runnable) -> ForkJoinPool.commonPool().execute(runnable)));
		return (Runtime.version().feature() < 21) ? all : Stream.concat(all, Stream
			.of(Named.of("virtual thread", (runnable) -> Support.virtualThreads().newThread(runnable).start())));
	}

	private static <T> T on(Consumer<Runnable> threads, Callable<T> call) {
		return Support.get(started(threads, call));
	}

	private static <T> CompletableFuture<T> started(Consumer<Runnable> threads, Callable<T> call) {
		CompletableFuture<T> outcome = new CompletableFuture<>();
		threads.accept(() -> {
			try {
				outcome.complete(call.call());
			}
			catch (Throwable ex) {
				outcome.completeExceptionally(ex);
			}
		});
		return outcome;
	}

	@Test
	void workerWhoseResultNeedsItsOwnPoolDoesNotDeadLock() {
		// reactor's and mutiny's latch dead-locks here; CompletableFuture.join does not
		ForkJoinPool pool = new ForkJoinPool(1);
		ForkJoinTask<String> task = pool
			.submit(() -> this.runner.run(() -> CompletableFuture.supplyAsync(() -> "from the same pool", pool)));
		assertThat(Support.<String>get(task)).isEqualTo("from the same pool");
		pool.shutdown();
	}

	@Test
	void workerWhoseTimedCallNeedsItsOwnPoolDoesNotDeadLock() {
		ForkJoinPool pool = new ForkJoinPool(1);
		ForkJoinTask<String> task = pool.submit(() -> this.runner
			.run(() -> CompletableFuture.supplyAsync(() -> "from the same pool", pool), Support.LONG));
		assertThat(Support.<String>get(task)).isEqualTo("from the same pool");
		ForkJoinTask<String> awaiting = pool
			.submit(() -> this.runner.await(CompletableFuture.supplyAsync(() -> "awaited", pool)));
		assertThat(Support.<String>get(awaiting)).isEqualTo("awaited");
		pool.shutdown();
	}

	@Test
	void nestedWorkersDoNotDeadLock() {
		ForkJoinPool pool = new ForkJoinPool(1);
		assertThat(Support.<Integer>get(pool.submit(() -> nested(pool, 20)))).isEqualTo(20);
		pool.shutdown();
	}

	private int nested(ForkJoinPool pool, int depth) {
		return (depth == 0) ? 0
				: this.runner.run(() -> CompletableFuture.supplyAsync(() -> nested(pool, depth - 1) + 1, pool));
	}

	@Test
	void workerOfAPoolAtItsLimitOfThreadsWaitsAllTheSame() {
		// managedBlock is refused there; the call has been handed over and must not be
		// lost
		ForkJoinPool pool = new ForkJoinPool(1, ForkJoinPool.defaultForkJoinWorkerThreadFactory, null, false, 1, 1, 1,
				null, 1, TimeUnit.MINUTES);
		CompletableFuture<String> source = new CompletableFuture<>();
		ForkJoinTask<String> task = pool.submit(() -> this.runner.run(() -> source));
		Support.eventually().until(() -> this.runner.snapshot().waiting() == 1);
		source.complete("value");
		assertThat(Support.<String>get(task)).isEqualTo("value");
		ForkJoinTask<Object> timed = pool
			.submit(() -> Support.timeoutWhileRunning(this.runner, (limit) -> this.runner.run(Support.never(), limit))
				.getPhase());
		assertThat(Support.<Object>get(timed)).isEqualTo(RunPhase.RUNNING);
		pool.shutdown();
	}

	@Test
	void worksWhileTheCommonPoolIsSaturated() {
		// vs-threading RunShouldCompleteWithStarvedThreadPool
		CountDownLatch release = new CountDownLatch(1);
		AtomicInteger held = new AtomicInteger();
		int workers = Math.max(1, ForkJoinPool.getCommonPoolParallelism());
		for (int i = 0; i < workers; i++) {
			ForkJoinPool.commonPool().execute(() -> {
				held.incrementAndGet();
				Support.await(release);
			});
		}
		try {
			Support.eventually().until(() -> held.get() == workers);
			assertThat(this.runner.run(Support.value("value"), Support.LONG)).isEqualTo("value");
			assertThat(this.runner.run(Support.later("value"), Support.LONG)).isEqualTo("value");
			assertThatExceptionOfType(RunTimeoutException.class)
				.isThrownBy(() -> this.runner.run(Support.never(), Duration.ofMillis(5)));
		}
		finally {
			release.countDown();
		}
	}

	@Test
	void unparkFromElsewhereDoesNotWakeAnOwner() {
		CompletableFuture<String> source = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> this.runner.run(() -> source));
		Owner<String> timed = Owner.parked(() -> this.runner.run(() -> source, Support.LONG));
		for (int i = 0; i < 1_000; i++) {
			LockSupport.unpark(owner.thread());
			LockSupport.unpark(timed.thread());
		}
		Support.untilParked(owner.thread());
		assertThat(owner.isDone() || timed.isDone()).isFalse();
		source.complete("value");
		assertThat(owner.value()).isEqualTo("value");
		assertThat(timed.value()).isEqualTo("value");
	}

	@Test
	void tenThousandVirtualOwnersWaitAtOnce() {
		ThreadFactory virtual = Support.virtualThreads();
		CompletableFuture<String> source = new CompletableFuture<>();
		List<Owner<String>> owners = IntStream.range(0, 10_000)
			.mapToObj((i) -> Owner.start(virtual, () -> this.runner.run(() -> source)))
			.toList();
		Support.untilActive(this.runner, 10_000);
		source.complete("value");
		assertThat(owners).allMatch((owner) -> owner.value().equals("value"));
	}

}
