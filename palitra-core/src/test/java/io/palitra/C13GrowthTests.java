package io.palitra;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Nothing grows faster than n log n. What is compared is the processor time of the two
 * threads at work for two sizes, which another process does not change: eight times as
 * many take eight to eleven times as long, or sixty-four times if each looks at all
 * others.
 */
@Tag("slow")
@DisplayName("C13 Fairness: many of a kind")
class C13GrowthTests {

	private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

	private static final int FEW = 10_000;

	private static final int TIMES = 8;

	@ParameterizedTest
	@MethodSource
	void eightTimesAsManyTakeNotMuchMoreThanEightTimesAsLong(Load load) {
		assumeThat(THREADS.isThreadCpuTimeSupported()).isTrue();
		// The compiler has its say before anything is measured
		cost(load, FEW);
		cost(load, FEW);
		double least = Double.MAX_VALUE;
		for (int attempt = 0; attempt < 5 && least > 3 * TIMES; attempt++) {
			double few = Math.max(cost(load, FEW), 1);
			least = Math.min(least, cost(load, TIMES * FEW) / few);
		}
		assertThat(least).isLessThan(3 * TIMES);
	}

	private static long cost(Load load, int size) {
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
			.name("growing")
			.maxInFlight(2)
			.slowTaskThreshold(Support.LONG)
			.hangThreshold(Support.LONG)
			.shutdownGrace(Duration.ZERO)
			.build()) {
			long thread = Support.threadOf(runner).getId();
			long before = THREADS.getCurrentThreadCpuTime() + THREADS.getThreadCpuTime(thread);
			load.put(runner, size);
			return THREADS.getCurrentThreadCpuTime() + THREADS.getThreadCpuTime(thread) - before;
		}
	}

	static Stream<Named<Load>> eightTimesAsManyTakeNotMuchMoreThanEightTimesAsLong() {
		return Stream.of(Named.of("forks that end in their order", (runner, size) -> forks(runner, size, false)),
				Named.of("forks that end in the reverse order", (runner, size) -> forks(runner, size, true)),
				Named.of("forks that end with the run", (runner, size) -> runner.runScoped((scope) -> {
					IntStream.range(0, size).forEach((i) -> scope.fork(Support.never()));
					return CompletableFuture.completedFuture("value");
				})), Named.of("chains that end in the reverse order", C13GrowthTests::chains),
				Named.of("hooks that are never called", (runner, size) -> runner.runScoped((scope) -> {
					IntStream.range(0, size).forEach((i) -> scope.onCancel(() -> {
					}));
					return CompletableFuture.completedFuture("value");
				})), Named.of("hooks that are called", C13GrowthTests::cancelledHooks),
				Named.of("sleeps that are cancelled", (runner, size) -> runner.runScoped((scope) -> {
					List<CompletableFuture<Void>> sleeps = IntStream.range(0, size)
						.mapToObj((i) -> scope.sleep(Support.LONG))
						.toList();
					reversed(sleeps).forEach((sleep) -> sleep.cancel(true));
					return CompletableFuture.completedFuture("value");
				})), Named.of("children of a gather that end in the reverse order", C13GrowthTests::children),
				Named.of("children of a gather that ends without them", (runner, size) -> {
					List<AsyncCallable<Object>> tasks = new ArrayList<>(Collections.nCopies(size, Support.never()));
					tasks.add(Support.failure(new IllegalStateException("last")));
					runner.runScoped((scope) -> {
						tasks.forEach(scope::fork);
						return CompletableFuture.completedFuture("value");
					});
				}), Named.of("calls that wait for a permit and are given up in the reverse order", (runner, size) -> {
					List<CompletableFuture<Object>> futures = IntStream.range(0, size)
						.mapToObj((i) -> runner.submit(Support.never()))
						.toList();
					reversed(futures).forEach((future) -> future.cancel(true));
				}), Named.of("timers that are cancelled in the reverse order", (runner, size) -> {
					List<Future<?>> timers = new ArrayList<>();
					IntStream.range(0, size).forEach((i) -> timers.add(runner.getLoop().schedule(() -> {
					}, 1, TimeUnit.HOURS)));
					reversed(timers).forEach((timer) -> timer.cancel(true));
				}), Named.of("hops", (runner, size) -> runner.runScoped((scope) -> CompletableFuture
					.allOf(IntStream.range(0, size).mapToObj((i) -> CompletableFuture.runAsync(() -> {
					}, scope.caller())).toArray(CompletableFuture[]::new)))));
	}

	private static void forks(EventLoopThreadRunner runner, int size, boolean reverse) {
		runner.runScoped((scope) -> {
			List<CompletableFuture<Object>> works = works(size);
			works.forEach((work) -> scope.fork(() -> work));
			(reverse ? reversed(works) : works).forEach((work) -> work.complete("value"));
			return CompletableFuture.completedFuture("value");
		});
	}

	private static void chains(EventLoopThreadRunner runner, int size) {
		runner.runScoped((scope) -> {
			List<CompletableFuture<Object>> works = works(size);
			works.forEach((work) -> scope.fork(Support.value("first")).thenCompose((first) -> work));
			reversed(works).forEach((work) -> work.complete("value"));
			return CompletableFuture.completedFuture("value");
		});
	}

	private static void cancelledHooks(EventLoopThreadRunner runner, int size) {
		CompletableFuture<Object> work = new CompletableFuture<>();
		int[] called = { 0 };
		try {
			runner.runScoped((scope) -> {
				IntStream.range(0, size).forEach((i) -> scope.onCancel(() -> called[0]++));
				// By the owner itself, at the end of the task
				scope.caller().execute(() -> Thread.currentThread().interrupt());
				return work;
			});
		}
		catch (RunInterruptedException ex) {
			assertThat(Thread.interrupted()).isTrue();
		}
		assertThat(called[0]).isEqualTo(size);
	}

	private static void children(EventLoopThreadRunner runner, int size) {
		List<CompletableFuture<Object>> works = works(size);
		List<AsyncCallable<Object>> tasks = new ArrayList<>();
		works.forEach((work) -> tasks.add(() -> work));
		tasks.add(() -> {
			reversed(works).forEach((work) -> work.complete("value"));
			return CompletableFuture.completedFuture("last");
		});
		assertThat(runner.gather(tasks)).hasSize(size + 1);
	}

	private static List<CompletableFuture<Object>> works(int size) {
		return IntStream.range(0, size).mapToObj((i) -> new CompletableFuture<>()).toList();
	}

	private static <T> List<T> reversed(List<T> list) {
		List<T> reversed = new ArrayList<>(list);
		Collections.reverse(reversed);
		return reversed;
	}

	/**
	 * So many of a kind.
	 */
	interface Load {

		void put(EventLoopThreadRunner runner, int size);

	}

}
