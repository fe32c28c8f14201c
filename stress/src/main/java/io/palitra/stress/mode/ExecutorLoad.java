package io.palitra.stress.mode;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.spi.RunResult;

/**
 * Tasks that start on executors: in place, on pools whose tasks wait for calls of their
 * own, on one that refuses, on one that is slow. At the end the pools wait for their
 * tasks, which may call until they are done.
 */
final class ExecutorLoad implements Load {

	private static final Executor IN_PLACE = Runnable::run;

	private static final AtomicInteger threads = new AtomicInteger();

	private final ExecutorService waiting = Executors.newCachedThreadPool(threads());

	private final ExecutorService few = Executors.newFixedThreadPool(2, threads());

	/**
	 * Jobs of the application's that make calls, and that their pool waits for.
	 */
	private final ExecutorService jobs = Executors.newFixedThreadPool(4, threads());

	private static ThreadFactory threads() {
		return (body) -> {
			Thread thread = new Thread(body, "soak-executor-" + threads.incrementAndGet());
			thread.setDaemon(true);
			return thread;
		};
	}

	@Override
	public void configure(EventLoopThreadRunner.Builder builder, SplittableRandom random) {
		if (random.nextBoolean()) {
			// More than callers and jobs, each of which may hold one while it waits for
			// another.
			builder.maxInFlight(256);
		}
	}

	@Override
	public boolean isDisturbed(SplittableRandom random) {
		return random.nextInt(3) == 0;
	}

	@Override
	public void call(Bench bench, SplittableRandom random) {
		int kind = random.nextInt(100);
		int delay = random.nextInt(300);
		boolean hurried = random.nextInt(4) == 0;
		Set<RunResult> allowed = EnumSet.of(RunResult.SUCCESS);
		if (hurried) {
			allowed.add(RunResult.TIMEOUT);
			// The interrupt of one that waits for a call of its own.
			allowed.add(RunResult.ERROR);
		}
		RunOptions options = RunOptions.defaults()
			.timeout(hurried ? Duration.ofNanos(1 + random.nextInt(500_000)) : Bench.LONG);
		boolean refuses = random.nextInt(8) == 0;
		if (refuses) {
			allowed.add(RunResult.REJECTED);
		}
		Executor executor = refuses ? ExecutorLoad::refuse : executor(bench, random.nextInt(4), delay);
		RunOptions there = options.startOn(executor);
		boolean calls = executor == this.waiting && kind < 30;
		switch (random.nextInt(5)) {
			case 0 ->
				bench.make(() -> bench.runner().submit(() -> work(bench, calls, kind, delay), there).get(), allowed);
			case 1 -> bench.make(
					() -> bench.runner().runScoped((scope) -> scope.fork(() -> work(bench, calls, kind, delay)), there),
					allowed);
			case 2 -> this.jobs.execute(() -> job(bench));
			default -> bench.make(() -> bench.runner().run(() -> work(bench, calls, kind, delay), there), allowed);
		}
	}

	private Executor executor(Bench bench, int which, int delay) {
		return switch (which) {
			case 0 -> IN_PLACE;
			case 1 -> this.few;
			case 2 -> (command) -> bench.later(delay, () -> this.few.execute(command));
			default -> this.waiting;
		};
	}

	private static void refuse(Runnable command) {
		throw new RejectedExecutionException("soak");
	}

	private CompletionStage<@Nullable Object> work(Bench bench, boolean calls, int kind, int delay) {
		CompletableFuture<@Nullable Object> stage = new CompletableFuture<>();
		if (calls) {
			bench.runner().run(() -> CompletableFuture.completedFuture("inner"), Bench.LONG);
		}
		if (kind < 60) {
			bench.complete(stage);
		}
		else {
			bench.later(delay, () -> bench.complete(stage));
		}
		return stage;
	}

	private static void job(Bench bench) {
		if (Thread.interrupted()) {
			bench.fault("an interrupt was left behind", null);
		}
		bench.make(() -> bench.runner().run(() -> {
			CompletableFuture<@Nullable Object> stage = new CompletableFuture<>();
			bench.later(200, () -> bench.complete(stage));
			return stage;
		}, Bench.LONG), EnumSet.of(RunResult.SUCCESS));
	}

	/**
	 * The pools end before the runner does, as a context ends those that wait for their
	 * tasks.
	 */
	@Override
	public void audit(Bench bench) {
		for (ExecutorService pool : new ExecutorService[] { this.jobs, this.waiting, this.few }) {
			pool.shutdown();
			bench.await("a pool to end", () -> isTerminated(pool));
		}
	}

	private static boolean isTerminated(ExecutorService pool) {
		try {
			return pool.awaitTermination(1, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
