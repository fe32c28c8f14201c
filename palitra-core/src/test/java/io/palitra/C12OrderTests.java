package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

import io.palitra.Runners.OnLoop;

import static org.assertj.core.api.Assertions.assertThat;

@DisplayName("C12 Order")
@Tag("start-on")
class C12OrderTests {

	private final EventLoopThreadRunner runner = Runners.create();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	@DisabledIfSystemProperty(named = Runners.START_ON, matches = "virtual-threads")
	@Test
	void callsOfOneThreadStartInTheirOrder() {
		// netty DefaultPromiseTest.testListenerNotifyOrder
		List<Integer> started = new ArrayList<>();
		List<CompletableFuture<Integer>> futures = new ArrayList<>();
		for (int i = 0; i < 5_000; i++) {
			int number = i;
			futures.add(this.runner.submit(() -> {
				started.add(number);
				return CompletableFuture.completedFuture(number);
			}));
		}
		futures.forEach(Support::get);
		assertThat(started).isEqualTo(IntStream.range(0, 5_000).boxed().toList());
	}

	@OnLoop
	@Test
	void everythingThatIsHandedOverSharesOneOrder() {
		List<String> ran = new ArrayList<>();
		EventLoop loop = this.runner.getLoop();
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			loop.execute(() -> ran.add("execute"));
			this.runner.submit(() -> {
				ran.add("submit");
				return CompletableFuture.completedFuture(null);
			});
			loop.submit(() -> ran.add("task"));
			CompletableFuture.runAsync(() -> ran.add("async"), loop);
			Owner.parked(() -> this.runner.run(() -> {
				ran.add("run");
				return CompletableFuture.completedFuture(null);
			}));
			loop.execute(() -> ran.add("last"));
		}
		this.runner.run(Support.value("passed"));
		assertThat(ran).containsExactly("execute", "submit", "task", "async", "run", "last");
	}

	@OnLoop
	@Test
	void eachThreadsOrderIsKeptAmongMany() {
		int threads = 8;
		int tasks = 2_000;
		List<List<Integer>> ran = IntStream.range(0, threads)
			.mapToObj((i) -> (List<Integer>) new ArrayList<Integer>())
			.toList();
		CyclicBarrier together = new CyclicBarrier(threads);
		List<Owner<Object>> owners = IntStream.range(0, threads).mapToObj((thread) -> Owner.<Object>start(() -> {
			Support.await(together);
			for (int i = 0; i < tasks; i++) {
				int number = i;
				if (i % 2 == 0) {
					this.runner.getLoop().execute(() -> ran.get(thread).add(number));
				}
				else {
					this.runner.submit(() -> {
						ran.get(thread).add(number);
						return CompletableFuture.completedFuture(null);
					});
				}
			}
			return null;
		})).toList();
		owners.forEach(Owner::value);
		this.runner.run(Support.value("passed"));
		List<Integer> expected = IntStream.range(0, tasks).boxed().toList();
		assertThat(ran).allSatisfy((order) -> assertThat(order).isEqualTo(expected));
	}

	@Test
	void whatTheLoopItselfHandsOverRunsAfterWhatIsThere() {
		List<String> ran = new ArrayList<>();
		EventLoop loop = this.runner.getLoop();
		loop.execute(() -> {
			loop.execute(() -> {
				ran.add("second");
				loop.execute(() -> ran.add("fourth"));
			});
			loop.execute(() -> ran.add("third"));
			ran.add("first");
		});
		Support.eventually().until(() -> {
			Support.get(loop.submit(() -> null));
			return Support.get(loop.submit(ran::size)) == 4;
		});
		assertThat(ran).containsExactly("first", "second", "third", "fourth");
	}

	@Test
	void childrenOfAGatherStartInTheirOrder() {
		for (Executor place : List.of(this.runner.getLoop(), StartOn.caller())) {
			AtomicInteger calls = new AtomicInteger();
			AsyncCallable<Integer> task = () -> CompletableFuture.completedFuture(calls.incrementAndGet());
			assertThat(this.runner.gather(List.of(task, task, task), RunOptions.defaults().startOn(place)))
				.containsExactly(1, 2, 3);
		}
	}

	@Test
	void resultsOfGatherAreInTheOrderOfTheArguments() {
		// Python bridges: by argument, not by completion
		List<CompletableFuture<Integer>> sources = IntStream.range(0, 10)
			.mapToObj((i) -> new CompletableFuture<Integer>())
			.toList();
		List<AsyncCallable<Integer>> tasks = new ArrayList<>();
		sources.forEach((source) -> tasks.add(() -> source));
		Owner<List<Integer>> owner = Owner.parked(() -> this.runner.gather(tasks));
		for (int i = 9; i >= 0; i--) {
			sources.get(i).complete(i);
		}
		assertThat(owner.value()).isEqualTo(IntStream.range(0, 10).boxed().toList());
		assertThat(this.runner.gatherOutcomes(tasks))
			.isEqualTo(IntStream.range(0, 10).mapToObj((i) -> (Outcome<Integer>) new Outcome.Success<>(i)).toList());
	}

	@Test
	void timersFireInTheOrderOfTheirTimesAndThenOfTheirRegistration() {
		List<Integer> fired = new ArrayList<>();
		EventLoop loop = this.runner.getLoop();
		long took;
		do {
			fired.clear();
			try (HeldLoop held = HeldLoop.of(this.runner)) {
				took = System.nanoTime();
				loop.schedule(() -> fired.add(3), 90, TimeUnit.MILLISECONDS);
				loop.schedule(() -> fired.add(2), 60, TimeUnit.MILLISECONDS);
				loop.schedule(() -> fired.add(1), 30, TimeUnit.MILLISECONDS);
				loop.schedule(() -> fired.add(0), -5, TimeUnit.SECONDS);
				took = System.nanoTime() - took;
			}
			Support.eventually().until(() -> Support.get(loop.submit(fired::size)) == 4);
		}
		// Then their times may have been in another order than their delays.
		while (took > TimeUnit.MILLISECONDS.toNanos(30));
		assertThat(fired).containsExactly(0, 1, 2, 3);
		fired.clear();
		this.runner.run(() -> {
			// Registered by the loop itself, so that none can fire before all are there
			for (int i = 0; i < 200; i++) {
				int number = i;
				loop.schedule(() -> fired.add(number), 0, TimeUnit.SECONDS);
			}
			return CompletableFuture.completedFuture(null);
		});
		Support.eventually().until(() -> Support.get(loop.submit(fired::size)) == 200);
		assertThat(fired).isEqualTo(IntStream.range(0, 200).boxed().toList());
	}

}
