package io.palitra.stress.mode;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.palitra.EventLoopThreadRunner;
import io.palitra.NestedRuns;
import io.palitra.RunOptions;
import io.palitra.spi.RunResult;

/**
 * Calls inside commands for their owners, and inside tasks on the loop, on a runner whose
 * few permits are held by those around them; through another runner, too.
 */
final class NestedLoad implements Load {

	private @Nullable EventLoopThreadRunner other;

	@Override
	public void configure(EventLoopThreadRunner.Builder builder, SplittableRandom random) {
		builder.maxInFlight(1 + random.nextInt(2)).nestedRuns(NestedRuns.PUMP);
		this.other = EventLoopThreadRunner.builder().name("soak-other").maxInFlight(64).build();
	}

	@Override
	public boolean isDisturbed(SplittableRandom random) {
		return random.nextInt(3) == 0;
	}

	@Override
	public void call(Bench bench, SplittableRandom random) {
		boolean hurried = random.nextInt(8) == 0;
		Set<RunResult> allowed = EnumSet.of(RunResult.SUCCESS);
		if (hurried) {
			allowed.add(RunResult.TIMEOUT);
		}
		RunOptions options = RunOptions.defaults()
			.timeout(hurried ? Duration.ofNanos(1 + random.nextInt(1_000_000)) : Bench.LONG);
		int way = random.nextInt(4);
		int depth = 1 + random.nextInt(4);
		bench.make(() -> nested(bench, way, depth, options), allowed);
	}

	private @Nullable Object nested(Bench bench, int way, int depth, RunOptions options) {
		EventLoopThreadRunner runner = bench.runner();
		if (depth == 0) {
			// Delivered here: what those around would do with it is the JDK's affair.
			bench.deliver(runner.run(() -> {
				CompletableFuture<@Nullable Object> stage = new CompletableFuture<>();
				bench.later(0, () -> bench.complete(stage));
				return stage;
			}, options));
			return "soak";
		}
		return switch (way) {
			// At once, in a command of another thread's, and on the loop.
			case 0 -> runner.<@Nullable Object>runScoped((scope) -> CompletableFuture
				.supplyAsync(() -> nested(bench, way, depth - 1, options), scope.caller()), options);
			case 1 -> runner.<@Nullable Object>runScoped((scope) -> {
				CompletableFuture<Object> begin = new CompletableFuture<>();
				bench.later(0, () -> begin.complete("soak"));
				return begin.thenApplyAsync((value) -> nested(bench, way, depth - 1, options), scope.caller());
			}, options);
			case 2 -> runner.<@Nullable Object>run(
					() -> CompletableFuture.completedFuture(nested(bench, way, depth - 1, options)), options);
			default -> other().<@Nullable Object>runScoped((scope) -> CompletableFuture
				.supplyAsync(() -> nested(bench, 0, depth - 1, options), scope.caller()), options);
		};
	}

	private EventLoopThreadRunner other() {
		if (this.other == null) {
			throw new IllegalStateException("not configured");
		}
		return this.other;
	}

	@Override
	public void audit(Bench bench) {
		other().close();
	}

}
