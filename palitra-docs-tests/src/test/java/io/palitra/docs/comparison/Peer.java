package io.palitra.docs.comparison;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import io.palitra.EventLoopThreadRunner;

/**
 * A way to wait for asynchronous work.
 */
enum Peer {

	PALITRA("palitra") {

		@Override
		Object await(Supplier<CompletableFuture<Object>> work, Duration timeout) {
			return RUNNER.run(work::get, timeout);
		}

		@Override
		Executor loop() {
			return RUNNER.getLoop();
		}

		@Override
		Thread threadAfter(Supplier<CompletableFuture<Object>> work) {
			return RUNNER
				.runScoped((scope) -> work.get().thenApplyAsync((value) -> Thread.currentThread(), scope.caller()));
		}

		@Override
		Host host() {
			EventLoopThreadRunner runner = EventLoopThreadRunner.create();
			return new Host(runner.getLoop(), (timeout) -> runner.run(CompletableFuture::new, timeout),
					() -> runner.close(Duration.ZERO));
		}

	},

	FUTURE("`CompletableFuture.get`") {

		@Override
		Object await(Supplier<CompletableFuture<Object>> work, Duration timeout)
				throws InterruptedException, ExecutionException, TimeoutException {
			CompletableFuture<Object> future = work.get();
			return (timeout.getSeconds() > 1_000_000) ? future.get(timeout.getSeconds(), TimeUnit.SECONDS)
					: future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
		}

		@Override
		Executor loop() {
			return ForkJoinPool.commonPool();
		}

	},

	REACTOR("Reactor's `block`") {

		@Override
		Object await(Supplier<CompletableFuture<Object>> work, Duration timeout) {
			return Mono.fromFuture(work).block(timeout);
		}

		@Override
		Executor loop() {
			return Schedulers.parallel()::schedule;
		}

		@Override
		Host host() {
			Scheduler scheduler = Schedulers.newSingle("host");
			return new Host(scheduler::schedule,
					(timeout) -> Mono.fromCallable(() -> 1).subscribeOn(scheduler).block(timeout), scheduler::dispose);
		}

	},

	MUTINY("Mutiny's `await`") {

		@Override
		Object await(Supplier<CompletableFuture<Object>> work, Duration timeout) {
			return Uni.createFrom().completionStage(work::get).await().atMost(timeout);
		}

		@Override
		Executor loop() {
			return Infrastructure.getDefaultExecutor();
		}

	},

	KOTLIN("kotlinx `runBlocking`") {

		@Override
		Object await(Supplier<CompletableFuture<Object>> work, Duration timeout) {
			return RunBlocking.await(work, timeout);
		}

		@Override
		Executor loop() {
			return RunBlocking.executor();
		}

		@Override
		Thread threadAfter(Supplier<CompletableFuture<Object>> work) {
			return RunBlocking.threadAfter(work);
		}

	};

	private static final EventLoopThreadRunner RUNNER = EventLoopThreadRunner.create();

	private final String title;

	Peer(String title) {
		this.title = title;
	}

	/**
	 * Waits for work that is started here.
	 */
	abstract Object await(Supplier<CompletableFuture<Object>> work, Duration timeout) throws Exception;

	/**
	 * Returns where its own callbacks or blocks run by default.
	 */
	abstract Executor loop();

	/**
	 * Returns the thread of a step after the work that is to be on the caller's thread if
	 * the peer can do that.
	 */
	Thread threadAfter(Supplier<CompletableFuture<Object>> work) throws Exception {
		return work.get().thenApply((value) -> Thread.currentThread()).get(30, TimeUnit.SECONDS);
	}

	/**
	 * Returns a wait for work that is on an executor, and how that executor is shut down.
	 */
	Host host() {
		ExecutorService executor = Executors.newSingleThreadExecutor();
		return new Host(executor,
				(timeout) -> await(() -> CompletableFuture.supplyAsync(() -> "value", executor), timeout),
				executor::shutdownNow);
	}

	@Override
	public String toString() {
		return this.title;
	}

	/**
	 * Somebody's executor of one thread.
	 *
	 * @param executor the executor
	 * @param waiter waits for work on it
	 * @param shutDown shuts it down
	 */
	record Host(Executor executor, Wait waiter, Runnable shutDown) {
	}

	@FunctionalInterface
	interface Wait {

		Object await(Duration timeout) throws Exception;

	}

}
