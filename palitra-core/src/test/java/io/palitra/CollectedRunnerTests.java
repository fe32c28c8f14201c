package io.palitra;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

@Tag("slow")
@DisplayName("Runners that are abandoned without a close")
class CollectedRunnerTests {

	@Test
	void abandonedRunnersAreCollectedAndTheirThreadsEnd() {
		Work<String> work = Work.stubborn();
		List<Object> late = new CopyOnWriteArrayList<>();
		Map<String, Abandoned> abandoned = new LinkedHashMap<>();
		abandoned.put("never used", abandon((runner) -> null));
		abandoned.put("used", abandon((runner) -> runner.run(Support.later("x"))));
		abandoned.put("used in many ways", abandon(CollectedRunnerTests::useInManyWays));
		abandoned.put("restarted", abandon((runner) -> {
			runner.stop();
			runner.start();
			return runner.run(Support.value("x"));
		}));
		abandoned.put("with a hook that uses the runner", abandon((runner) -> {
			runner.onClose(() -> runner.submit(Support.<Object>value("x")));
			return null;
		}));
		abandoned.put("with given up work that goes on",
				abandon(EventLoopThreadRunner.builder().maxInFlight(1).onDiscard(late::add), (runner) -> {
					Support.timeoutWhileRunning(runner, (limit) -> runner.run(() -> work, limit));
					return null;
				}));
		IntStream.range(0, 20)
			.forEach((i) -> abandoned.put("another " + i, abandon((runner) -> runner.run(Support.value("x")))));
		Support.collected(() -> {
			abandoned.values().removeIf((each) -> each.reference().get() == null && !each.thread().isAlive());
			return abandoned.isEmpty();
		});
		// What comes now is nobody's all the same
		work.complete("late");
		assertThat(late).containsExactly("late");
	}

	private static Object useInManyWays(EventLoopThreadRunner runner) {
		runner.runScoped(
				(scope) -> scope.sleep(Duration.ofMillis(1)).thenCompose((none) -> scope.fork(Support.later("x"))));
		// Whose timer would keep it if it were not given back
		runner.runScoped((scope) -> {
			scope.sleep(Support.LONG);
			return CompletableFuture.completedFuture("x");
		});
		runner.getLoop().schedule(() -> "x", 1, TimeUnit.HOURS).cancel(false);
		runner.gather(Support.later("x"), Support.value("y"));
		runner.await(CompletableFuture.supplyAsync(() -> "x"));
		Support.get(runner.submit(Support.later("x")));
		runner.submit(Support.never()).cancel(true);
		Support.timeoutWhileRunning(runner, (limit) -> runner.run(Support.never(), limit));
		Support.get(runner.getLoop().schedule(() -> "x", 1, TimeUnit.MILLISECONDS));
		Support.get(CompletableFuture.supplyAsync(() -> "x").thenApplyAsync((value) -> value, runner.getLoop()));
		try (Stream<String> stream = runner.stream((subscriber) -> subscriber.onComplete())) {
			assertThat(stream.toList()).isEmpty();
		}
		runner.snapshot();
		return null;
	}

	@Test
	void runnerThatIsStillOfUseIsKept() {
		// Made first, so that each loop has looked once when two others that nobody uses
		// have
		// been collected one after the other.
		CompletableFuture<String> submitted = new CompletableFuture<>();
		CompletableFuture<String> called = new CompletableFuture<>();
		List<Abandoned> kept = List.of(abandon(EventLoopThreadRunner::getLoop),
				abandon((runner) -> runner.blocking(Function.class, (Function<Object, Object>) (argument) -> argument)),
				abandon((runner) -> {
					runner.submit(() -> submitted);
					return null;
				}), abandon((runner) -> Owner.parked(() -> runner.run(() -> called))), abandon((runner) -> {
					runner.getLoop().schedule(() -> "x", 1, TimeUnit.HOURS);
					return null;
				}), abandon((runner) -> runner.stream((subscriber) -> {
				})), abandon((runner) -> runner.getLoop().newFuture()));
		for (int i = 0; i < 2; i++) {
			Abandoned control = abandon((runner) -> runner.run(Support.value("x")));
			Support.collected(() -> !control.thread().isAlive());
		}
		assertThat(kept).allMatch((abandoned) -> abandoned.thread().isAlive());
		EventLoop loop = (EventLoop) kept.get(0).held();
		assertThat(Support.get(loop.submit(loop::inEventLoop))).isTrue();
		submitted.complete("done");
		called.complete("done");
		assertThat(((Owner<?>) kept.get(3).held()).value()).isEqualTo("done");
		kept.forEach((abandoned) -> {
			EventLoopThreadRunner runner = abandoned.reference().get();
			if (runner != null) {
				runner.close();
			}
		});
	}

	private static Abandoned abandon(Use use) {
		return abandon(EventLoopThreadRunner.builder(), use);
	}

	private static Abandoned abandon(EventLoopThreadRunner.Builder builder, Use use) {
		EventLoopThreadRunner runner = builder.name("abandoned").build();
		Object held = use.of(runner);
		return new Abandoned(new WeakReference<>(runner), Support.threadOf(runner), held);
	}

	/**
	 * What is left of a runner.
	 *
	 * @param reference the runner, if it has not been collected
	 * @param thread the thread of its loop
	 * @param held what its user has kept
	 */
	private record Abandoned(WeakReference<EventLoopThreadRunner> reference, Thread thread, Object held) {
	}

	/**
	 * What is done with a runner before it is abandoned.
	 */
	private interface Use {

		Object of(EventLoopThreadRunner runner);

	}

}
