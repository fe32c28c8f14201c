package io.palitra.stress.mode;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.spi.RunResult;

/**
 * Recursions without end that make a call at each level, beside callers that do not
 * overflow and must not notice.
 */
final class StackLoad implements Load {

	private static final Set<RunResult> SUCCESS = EnumSet.of(RunResult.SUCCESS);

	private static final RunOptions LIMITED = RunOptions.defaults().timeout(Bench.LONG);

	private static final AsyncCallable<Object> TASK = () -> CompletableFuture.completedFuture("x");

	/**
	 * How many calls the recursions make is known afterwards only; one of so many callers
	 * overflows.
	 */
	private static final int ONE_IN = 2_000;

	private static boolean warm;

	@Override
	public void configure(EventLoopThreadRunner.Builder builder, SplittableRandom random) {
		builder.maxInFlight(2 + random.nextInt(6));
		warmUp();
	}

	/**
	 * A class whose initialization overflows is unusable for ever, which no library can
	 * help.
	 */
	private static synchronized void warmUp() {
		if (warm) {
			return;
		}
		warm = true;
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.builder().maxInFlight(2).build()) {
			for (Way way : Way.values()) {
				for (int i = 0; i < 200; i++) {
					way.call(runner);
				}
			}
			descend(runner, Way.RUN, 50);
		}
	}

	private static @Nullable Object descend(EventLoopThreadRunner runner, Way way, int depth) {
		way.call(runner);
		return (depth == 0) ? null : descend(runner, way, depth - 1);
	}

	@Override
	public void call(Bench bench, SplittableRandom random) {
		Way way = Way.values()[random.nextInt(Way.values().length)];
		if (random.nextInt(ONE_IN) > 0) {
			bench.make(() -> way.call(bench.runner()), SUCCESS);
			return;
		}
		Thread recursion = new Thread(null, () -> {
			try {
				for (;;) {
					descend(bench.runner(), way, Integer.MAX_VALUE);
				}
			}
			catch (StackOverflowError ex) {
				bench.overflowed();
			}
			catch (Throwable ex) {
				bench.fault("an overflow came out as something else", ex);
			}
		}, "soak-recursion", 160 * 1024 + random.nextInt(200 * 1024));
		recursion.setDaemon(true);
		recursion.start();
		bench.await("a recursion to overflow", () -> !recursion.isAlive());
	}

	/**
	 * How a call is made.
	 */
	private enum Way {

		RUN {

			@Override
			@Nullable Object call(EventLoopThreadRunner runner) {
				return runner.run(TASK, LIMITED);
			}

		},

		HOP {

			@Override
			@Nullable Object call(EventLoopThreadRunner runner) {
				return runner.runScoped((scope) -> CompletableFuture.supplyAsync(() -> "x", scope.caller()), LIMITED);
			}

		},

		GATHER {

			@Override
			@Nullable Object call(EventLoopThreadRunner runner) {
				return runner.gather(List.of(TASK, TASK, TASK), LIMITED);
			}

		},

		SUBMIT {

			@Override
			@Nullable Object call(EventLoopThreadRunner runner) {
				return runner.submit(TASK).join();
			}

		},

		AWAIT {

			@Override
			@Nullable Object call(EventLoopThreadRunner runner) {
				return runner.await(CompletableFuture.supplyAsync(() -> "x", runner.getLoop()), Bench.LONG);
			}

		};

		abstract @Nullable Object call(EventLoopThreadRunner runner);

	}

}
