package io.palitra.stress.mode;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.CallbackTasks;
import io.palitra.EventLoopThreadRunner;
import io.palitra.Outcome;
import io.palitra.PublisherTasks;
import io.palitra.RunOptions;
import io.palitra.spi.RunResult;

/**
 * Pools that hand something out in the moment in which whoever asked for it gives up. It
 * has to come to him or to {@code onDiscard}, or the pool leaks.
 */
final class PoolLoad implements Load {

	@Override
	public void configure(EventLoopThreadRunner.Builder builder, SplittableRandom random) {
		if (random.nextBoolean()) {
			builder.maxInFlight(8 + random.nextInt(64));
		}
	}

	@Override
	public boolean isDisturbed(SplittableRandom random) {
		return random.nextInt(3) == 0;
	}

	@Override
	public void call(Bench bench, SplittableRandom random) {
		int delay = random.nextInt(300);
		boolean hurried = random.nextInt(3) > 0;
		RunOptions options = RunOptions.defaults()
			// Around the moment in which the pool hands something out.
			.timeout(hurried ? Duration.ofNanos(1 + 1_000L * delay + random.nextInt(200_000)) : Bench.LONG);
		Set<RunResult> allowed = EnumSet.of(RunResult.SUCCESS);
		if (hurried) {
			allowed.add(RunResult.TIMEOUT);
		}
		AsyncCallable<@Nullable Object> acquire = acquire(bench, random.nextInt(5), delay);
		EventLoopThreadRunner runner = bench.runner();
		switch (random.nextInt(6)) {
			case 0 -> {
				allowed.add(RunResult.CANCELLED);
				bench.make(() -> {
					CompletableFuture<@Nullable Object> future = runner.submit(acquire, options);
					bench.later(delay, () -> future.cancel(true));
					return future.get();
				}, allowed);
			}
			case 1 -> bench.make(() -> runner.runScoped((scope) -> scope.fork(acquire), options), allowed);
			case 2 -> bench.make(() -> runner.gather(List.of(acquire, acquire, acquire), options), allowed);
			case 3 -> {
				allowed.add(RunResult.ERROR);
				AsyncCallable<@Nullable Object> failing = () -> {
					CompletableFuture<@Nullable Object> failed = new CompletableFuture<>();
					bench.later(delay, () -> failed.completeExceptionally(new IllegalStateException("soak")));
					return failed;
				};
				bench.make(() -> runner.gather(List.of(acquire, failing, acquire), options), allowed);
			}
			case 4 -> {
				bench.make(() -> runner.gatherOutcomes(List.of(acquire, acquire), options)
					.stream()
					.map((outcome) -> (outcome instanceof Outcome.Success<@Nullable Object> success) ? success.value()
							: "late")
					.toList(), allowed);
			}
			default -> bench.make(() -> runner.run(acquire, options), allowed);
		}
	}

	/**
	 * Asks a pool, in one of the ways in which clients do that.
	 */
	private static AsyncCallable<@Nullable Object> acquire(Bench bench, int way, int delay) {
		return switch (way) {
			case 0 -> CallbackTasks.callback((answer) -> {
				bench.later(delay, () -> answer.complete(bench.produce()));
				return () -> {
				};
			});
			case 1 -> asTask(PublisherTasks.one(one(bench, delay)));
			case 2 -> asTask(PublisherTasks.first(one(bench, delay)));
			case 3 -> () -> {
				// One that hands out whatever it is told meanwhile.
				Deaf deaf = new Deaf();
				bench.later(delay, () -> bench.complete(deaf));
				return deaf;
			};
			default -> () -> {
				CompletableFuture<@Nullable Object> obedient = new CompletableFuture<>();
				bench.later(delay, () -> bench.complete(obedient));
				return obedient;
			};
		};
	}

	@SuppressWarnings({ "unchecked", "rawtypes" })
	private static AsyncCallable<@Nullable Object> asTask(AsyncCallable<?> task) {
		return (AsyncCallable) task;
	}

	private static Flow.Publisher<Object> one(Bench bench, int delay) {
		return (subscriber) -> subscriber.onSubscribe(new Flow.Subscription() {

			private boolean requested;

			@Override
			public void request(long n) {
				if (!this.requested) {
					this.requested = true;
					bench.later(delay, () -> {
						subscriber.onNext(bench.produce());
						subscriber.onComplete();
					});
				}
			}

			@Override
			public void cancel() {
				// Too late for what is on its way.
			}

		});
	}

}
