package io.palitra.stress.mode;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.RunScope;
import io.palitra.spi.RunResult;

/**
 * Chains of works, given up at any of their links: by the deadline, by somebody who
 * cancels one of their futures, or by the end of the run. No work may run on.
 */
final class ChainLoad implements Load {

	/**
	 * How many works run.
	 */
	private final AtomicInteger running = new AtomicInteger();

	@Override
	public void configure(EventLoopThreadRunner.Builder builder, SplittableRandom random) {
		builder.maxInFlight(16 + random.nextInt(64));
	}

	@Override
	public boolean isDisturbed(SplittableRandom random) {
		return random.nextInt(3) == 0;
	}

	@Override
	public void call(Bench bench, SplittableRandom random) {
		int way = random.nextInt(6);
		int delay = random.nextInt(200);
		boolean hurried = random.nextInt(3) > 0;
		Set<RunResult> allowed = EnumSet.of(RunResult.SUCCESS);
		if (hurried) {
			allowed.add(RunResult.TIMEOUT);
		}
		if (way >= 4) {
			allowed.add(RunResult.CANCELLED);
		}
		RunOptions options = RunOptions.defaults()
			.timeout(hurried ? Duration.ofNanos(1 + random.nextInt(1_000 + 4_000 * delay)) : Bench.LONG);
		// One of the works of some never ends by itself.
		int never = hurried ? random.nextInt(6) : 0;
		bench.make(
				() -> bench.runner().runScoped((scope) -> chain(new Works(bench, delay, never), scope, way), options),
				allowed);
	}

	private CompletionStage<@Nullable Object> chain(Works works, RunScope scope, int way) {
		CompletableFuture<@Nullable Object> first = scope.fork(() -> works.start(false));
		return switch (way) {
			case 0 -> first.thenCompose((value) -> works.start(false)).thenCompose((value) -> works.start(true));
			case 1 -> first.thenCompose((value) -> scope.fork(() -> works.start(true)));
			case 2 -> {
				// One that nobody waits for.
				scope.fork(() -> works.start(false)).thenCompose((value) -> works.forgotten());
				yield first.thenCombine(scope.fork(() -> works.start(false)), (one, two) -> "both")
					.thenCompose((both) -> works.start(true));
			}
			case 3 ->
				scope.<@Nullable Object>fork(() -> CompletableFuture.failedFuture(new IllegalStateException("soak")))
					.exceptionallyCompose((failure) -> works.start(true));
			default -> {
				CompletableFuture<@Nullable Object> last = first.thenCompose((value) -> works.start(true));
				works.cancelLater((way == 4) ? last : first);
				yield last;
			}
		};
	}

	@Override
	public void audit(Bench bench) {
		bench.await("all works of chains to end", () -> this.running.get() == 0);
	}

	/**
	 * The works of one chain.
	 */
	private final class Works {

		private final Bench bench;

		private final int delay;

		/**
		 * Which of them never ends by itself, counted from 1.
		 */
		private final int never;

		private final AtomicInteger started = new AtomicInteger();

		Works(Bench bench, int delay, int never) {
			this.bench = bench;
			this.delay = delay;
			this.never = never;
		}

		/**
		 * Starts a work.
		 * @param last whether its value is the chain's
		 */
		CompletionStage<@Nullable Object> start(boolean last) {
			CompletableFuture<@Nullable Object> stage = forgotten();
			if (this.started.incrementAndGet() != this.never) {
				this.bench.later(this.delay, () -> {
					if (last) {
						this.bench.complete(stage);
					}
					else {
						stage.complete("soak");
					}
				});
			}
			return stage;
		}

		/**
		 * Starts a work that never ends by itself.
		 */
		CompletableFuture<@Nullable Object> forgotten() {
			CompletableFuture<@Nullable Object> stage = new CompletableFuture<>();
			ChainLoad.this.running.incrementAndGet();
			stage.whenComplete((value, failure) -> ChainLoad.this.running.decrementAndGet());
			return stage;
		}

		void cancelLater(CompletableFuture<?> future) {
			this.bench.later(this.delay, () -> future.cancel(true));
		}

	}

}
