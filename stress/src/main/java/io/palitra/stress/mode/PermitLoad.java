package io.palitra.stress.mode;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import io.palitra.EventLoopThreadRunner;
import io.palitra.OverloadPolicy;
import io.palitra.RunOptions;
import io.palitra.spi.RunResult;

/**
 * Few permits, which work holds that is deaf to its cancellation, while the runner is
 * stopped, started and closed.
 */
final class PermitLoad implements Load {

	private OverloadPolicy policy = OverloadPolicy.WAIT;

	private int grace;

	@Override
	public void configure(EventLoopThreadRunner.Builder builder, SplittableRandom random) {
		this.policy = (random.nextInt(4) > 0) ? OverloadPolicy.WAIT : OverloadPolicy.REJECT;
		this.grace = random.nextInt(2);
		builder.maxInFlight(1 + random.nextInt(4)).overloadPolicy(this.policy);
	}

	@Override
	public boolean isDisturbed(SplittableRandom random) {
		return random.nextInt(4) > 0;
	}

	@Override
	public int graceMillis() {
		return this.grace;
	}

	@Override
	public void call(Bench bench, SplittableRandom random) {
		int kind = random.nextInt(100);
		int delay = random.nextInt(500);
		boolean never = kind >= 98;
		boolean hurried = never || kind >= 90 || random.nextInt(10) == 0;
		Set<RunResult> allowed = EnumSet.of(RunResult.SUCCESS);
		if (hurried) {
			allowed.add(RunResult.TIMEOUT);
		}
		if (this.policy == OverloadPolicy.REJECT) {
			allowed.add(RunResult.REJECTED);
		}
		RunOptions options = RunOptions.defaults()
			.timeout(hurried ? Duration.ofNanos(1 + random.nextInt(1_000_000)) : Bench.LONG);
		switch (random.nextInt(4)) {
			case 0 -> bench.make(() -> bench.runner().submit(() -> work(bench, kind, delay), options).get(), allowed);
			case 1 -> {
				allowed.add(RunResult.CANCELLED);
				bench.make(() -> {
					CompletableFuture<@Nullable Object> future = bench.runner()
						.submit(() -> work(bench, kind, delay), options);
					bench.later(delay / 2, () -> future.cancel(true));
					return future.get();
				}, allowed);
			}
			default -> bench.make(() -> bench.runner().run(() -> work(bench, kind, delay), options), allowed);
		}
	}

	private CompletionStage<@Nullable Object> work(Bench bench, int kind, int delay) {
		CompletableFuture<@Nullable Object> stage = (kind >= 90 && kind < 98) ? new Deaf() : new CompletableFuture<>();
		if (kind < 50) {
			bench.complete(stage);
		}
		else if (kind < 98) {
			bench.later((kind < 90) ? delay : 4 * delay, () -> bench.complete(stage));
		}
		return stage;
	}

}
