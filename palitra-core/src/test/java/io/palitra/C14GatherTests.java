package io.palitra;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.palitra.Runners.OnLoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@DisplayName("C14 gather")
@Tag("start-on")
class C14GatherTests {

	private final EventLoopThreadRunner runner = Runners.builder().name("gather").build();

	private final ExecutorService pool = Executors.newFixedThreadPool(3, Support::daemon);

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
		this.pool.shutdownNow();
	}

	// Results

	@Test
	void emptyGatherIsAnEmptyList() {
		// palitra for Python
		assertThat(this.runner.gather()).isEmpty();
		assertThat(this.runner.gather(List.<AsyncCallable<String>>of())).isEmpty();
		assertThat(this.runner.gather(List.<AsyncCallable<String>>of(), RunOptions.defaults().maxConcurrency(1)))
			.isEmpty();
		assertThat(this.runner.gatherOutcomes()).isEmpty();
		assertThat(this.runner.gatherOutcomes(List.<AsyncCallable<String>>of())).isEmpty();
	}

	@Test
	void oneChild() {
		// palitra for Python
		assertThat(this.runner.<String>gather(Support.value("a"))).containsExactly("a");
	}

	@Test
	void resultsAreUnmodifiable() {
		List<String> results = this.runner.gather(Support.value("a"));
		List<Outcome<String>> outcomes = this.runner.gatherOutcomes(Support.value("a"));
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> results.set(0, "b"));
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> outcomes.remove(0));
	}

	@Test
	void sameTaskTwiceIsTwoChildren() {
		// Python bridges
		AtomicInteger calls = new AtomicInteger();
		AsyncCallable<Integer> task = () -> CompletableFuture.completedFuture(calls.incrementAndGet());
		assertThat(this.runner.<Integer>gather(task, task, task)).containsExactlyInAnyOrder(1, 2, 3);
	}

	@Test
	void gatherInsideATaskIsChained() {
		// palitra for Python: nested shapes, without blocking the loop
		assertThat(this.runner.<List<String>>gather(Support.value(List.of("hi", "hi")),
				() -> this.runner.submit(Support.later("hi")).thenApply(List::of)))
			.containsExactly(List.of("hi", "hi"), List.of("hi"));
	}

	@Test
	void childrenRunConcurrentlyAfterOneHandOff() {
		// Each child completes the one before it: they must all have been started
		List<CompletableFuture<Integer>> stages = IntStream.range(0, 100)
			.mapToObj((i) -> new CompletableFuture<Integer>())
			.toList();
		List<AsyncCallable<Integer>> tasks = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			int number = i;
			tasks.add(() -> {
				if (number > 0) {
					stages.get(number - 1).complete(number - 1);
				}
				if (number == 99) {
					stages.get(99).complete(99);
				}
				return stages.get(number);
			});
		}
		assertThat(this.runner.gather(tasks)).isEqualTo(IntStream.range(0, 100).boxed().toList());
	}

	// Failures

	@Test
	void firstFailureIsThrownAsTheSameInstanceAndCancelsTheRestOnce() {
		// palitra for Python
		List<Work<Object>> works = IntStream.range(0, 5).mapToObj((i) -> new Work<>()).toList();
		List<AsyncCallable<Object>> tasks = new ArrayList<>();
		works.forEach((work) -> tasks.add(() -> work));
		Owner<List<Object>> owner = Owner.parked(() -> this.runner.gather(tasks));
		Support.untilActive(this.runner, 1);
		works.forEach(Support::untilFollowed);
		works.get(1).complete("done before");
		IllegalStateException failure = new IllegalStateException("first");
		works.get(3).completeExceptionally(failure);
		assertThat(owner.failure()).isSameAs(failure);
		for (int i : new int[] { 0, 2, 4 }) {
			Support.eventually().until(works.get(i)::isCancelled);
			assertThat(works.get(i).cancellations()).containsExactly(true);
		}
		assertThat(works.get(1).cancellations()).isEmpty();
		assertThat(works.get(3).cancellations()).isEmpty();
		assertThat(Stream.of(failure.getSuppressed())).singleElement().isInstanceOf(RunCallSite.class);
	}

	@OnLoop
	@Test
	void failureWhileStartingPreventsTheRest() {
		AtomicInteger calls = new AtomicInteger();
		Work<Object> started = new Work<>();
		IllegalStateException failure = new IllegalStateException("thrown");
		assertThatIllegalStateException().isThrownBy(() -> this.runner.gather(() -> started, () -> {
			throw failure;
		}, () -> CompletableFuture.completedFuture(calls.incrementAndGet()))).isSameAs(failure);
		Support.eventually().until(started::isCancelled);
		assertThat(started.cancellations()).containsExactly(true);
		this.runner.run(Support.value("later"));
		assertThat(calls).hasValue(0);
	}

	@Test
	void checkedFailureIsWrappedOnce() {
		IOException failure = new IOException("checked");
		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> this.runner.gather(Support.value("a"), Support.failure(new CompletionException(failure))))
			.satisfies((ex) -> assertThat(ex.getCause()).isSameAs(failure));
	}

	@Test
	void errorAndHostileExceptionReachTheOwner() {
		AssertionError error = new AssertionError("error");
		Owner<Object> owner = Owner.start(() -> this.runner.gather(Support.never(), Support.failure(error)));
		assertThat(owner.failure()).isSameAs(error);
		RuntimeException hostile = new RuntimeException("hostile") {

			@Override
			public Throwable getCause() {
				throw new IllegalStateException("getCause");
			}

		};
		owner = Owner.start(() -> this.runner.gather(Support.never(), Support.failure(hostile)));
		assertThat(owner.failure()).isSameAs(hostile);
	}

	@Test
	void childThatIsCancelledByOthersFailsTheGather() {
		CompletableFuture<Object> cancelled = new CompletableFuture<>();
		cancelled.cancel(true);
		Work<Object> other = new Work<>();
		assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> this.runner.gather(() -> other, () -> {
			Support.untilFollowed(other);
			return cancelled;
		}));
		assertThat(other.cancellations()).containsExactly(true);
	}

	@Test
	void manyFailuresAtOnceHaveOneWinner() {
		for (int round = 0; round < 200; round++) {
			List<AsyncCallable<Object>> tasks = new ArrayList<>();
			List<IllegalStateException> failures = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				IllegalStateException failure = new IllegalStateException("number " + i);
				failures.add(failure);
				tasks.add(() -> CompletableFuture.supplyAsync(() -> {
					throw failure;
				}, this.pool));
			}
			assertThatIllegalStateException().isThrownBy(() -> this.runner.gather(tasks))
				.satisfies((ex) -> assertThat(failures).contains(ex));
		}
	}

	@Test
	void lateResultsOfCancelledChildrenHarmNobody() {
		Work<Object> stubborn = Work.stubborn();
		assertThatIllegalStateException()
			.isThrownBy(() -> this.runner.gather(() -> stubborn, Support.failure(new IllegalStateException("first"))));
		stubborn.complete("late");
		assertThat(this.runner.run(Support.value("next"))).isEqualTo("next");
	}

	@Test
	void stageOfACancelledChildThatArrivesLateIsCancelled() {
		// The failure of the first comes while the second is being started
		CompletableFuture<Object> failing = new CompletableFuture<>();
		Work<Object> late = new Work<>();
		IllegalStateException failure = new IllegalStateException("meanwhile");
		assertThatIllegalStateException().isThrownBy(() -> this.runner.gather(() -> failing, () -> {
			failing.completeExceptionally(failure);
			return late;
		})).isSameAs(failure);
		Support.eventually().until(late::isCancelled);
		assertThat(late.cancellations()).containsExactly(true);
	}

	@Test
	void childThatCompletesTwiceCountsOnce() {
		List<CompletableFuture<String>> sources = List.of(new CompletableFuture<>(), new CompletableFuture<>());
		CompletableFuture<String> twice = new CompletableFuture<>() {

			@Override
			public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> action) {
				action.accept("first", null);
				action.accept("second", null);
				return this;
			}

			@Override
			public CompletableFuture<String> whenCompleteAsync(BiConsumer<? super String, ? super Throwable> action,
					Executor executor) {
				return whenComplete(action);
			}

		};
		Owner<List<String>> owner = Owner
			.parked(() -> this.runner.gather(() -> twice, () -> sources.get(0), () -> sources.get(1)));
		sources.get(0).complete("b");
		assertThat(owner.isDone()).isFalse();
		sources.get(1).complete("c");
		assertThat(owner.value()).containsExactly("first", "b", "c");
	}

	// Outcomes

	@Test
	void outcomesKeepTheirSlots() {
		// palitra for Python
		IOException failure = new IOException("checked");
		CompletableFuture<Object> cancelled = new CompletableFuture<>();
		cancelled.cancel(true);
		List<Outcome<Object>> outcomes = this.runner.gatherOutcomes(Support.later("a"),
				Support.failure(new CompletionException(failure)), Support.value(null), () -> {
					throw new IllegalStateException("thrown");
				}, () -> cancelled, Support.value("f"));
		assertThat(outcomes).hasSize(6);
		assertThat(outcomes.get(0)).isEqualTo(new Outcome.Success<>("a"));
		assertThat(outcomes.get(1)).isEqualTo(new Outcome.Failure<>(failure));
		assertThat(outcomes.get(2)).isEqualTo(new Outcome.Success<>(null));
		assertThatIllegalStateException().isThrownBy(outcomes.get(3)::orElseThrow).withMessage("thrown");
		assertThatExceptionOfType(CancellationException.class).isThrownBy(outcomes.get(4)::orElseThrow);
		assertThat(outcomes.get(5).orElseThrow()).isEqualTo("f");
	}

	@Test
	void outcomesWaitForAllAlthoughOneHasFailed() {
		CompletableFuture<Object> source = new CompletableFuture<>();
		Owner<List<Outcome<Object>>> owner = Owner
			.parked(() -> this.runner.gatherOutcomes(Support.failure(new IllegalStateException("no")), () -> source));
		assertThat(owner.isDone()).isFalse();
		source.complete("x");
		assertThat(owner.value().get(1).orElseThrow()).isEqualTo("x");
	}

	// Giving up

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void timeoutCancelsAllChildrenOnce(boolean outcomes) {
		// Python bridges
		List<Work<Object>> works = IntStream.range(0, 5).mapToObj((i) -> new Work<>()).toList();
		List<Work<Object>> called = new CopyOnWriteArrayList<>();
		List<AsyncCallable<Object>> tasks = new ArrayList<>();
		works.forEach((work) -> tasks.add(() -> {
			called.add(work);
			return work;
		}));
		// The time may have been up before all were called: then the rest never is.
		Support.eventually().until(() -> {
			Support.timeoutWhileRunning(this.runner, (limit) -> {
				RunOptions options = RunOptions.defaults().timeout(limit);
				if (outcomes) {
					this.runner.gatherOutcomes(tasks, options).forEach(Outcome::orElseThrow);
				}
				return this.runner.gather(tasks, options);
			});
			return !called.isEmpty();
		});
		Support.eventually().until(() -> called.stream().noneMatch((work) -> work.cancellations().isEmpty()));
		assertThat(called).allSatisfy((work) -> assertThat(work.cancellations()).containsExactly(true));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void interruptCancelsAllChildrenOnceAndStartsNoMore(boolean outcomes) {
		List<Work<Object>> works = IntStream.range(0, 5).mapToObj((i) -> new Work<>()).toList();
		AtomicInteger started = new AtomicInteger();
		List<AsyncCallable<Object>> tasks = new ArrayList<>();
		works.forEach((work) -> tasks.add(() -> {
			started.incrementAndGet();
			return work;
		}));
		RunOptions options = RunOptions.defaults().maxConcurrency(2);
		Owner<Object> owner = Owner
			.parked(() -> outcomes ? this.runner.gatherOutcomes(tasks, options) : this.runner.gather(tasks, options));
		works.subList(0, 2).forEach(Support::untilFollowed);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		this.runner.run(Support.value("later"));
		assertThat(started).hasValue(2);
		for (int i = 0; i < 5; i++) {
			assertThat(works.get(i).cancellations()).isEqualTo((i < 2) ? List.of(true) : List.of());
		}
	}

	// Bounds

	@ParameterizedTest
	@CsvSource({ "1, IMMEDIATE", "3, IMMEDIATE", "100, IMMEDIATE", "1, FOREIGN", "3, FOREIGN", "99, FOREIGN",
			"1000, FOREIGN", "1, LOOP", "3, LOOP", "2, MIXED", "7, MIXED" })
	void maxConcurrencyIsNeverExceededAndAllRun(int maxConcurrency, Completion completion) {
		// airlift TestAsyncSemaphore.testMultiThreadBoundedConcurrency,
		// testNoStackOverflow
		AtomicInteger running = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		int children = 100;
		List<AsyncCallable<Integer>> tasks = new ArrayList<>();
		for (int i = 0; i < children; i++) {
			int number = i;
			tasks.add(() -> {
				most.accumulateAndGet(running.incrementAndGet(), Math::max);
				return completion.of(this, number, running::decrementAndGet);
			});
		}
		List<Integer> results = this.runner.gather(tasks, RunOptions.defaults().maxConcurrency(maxConcurrency));
		assertThat(results).isEqualTo(IntStream.range(0, children).boxed().toList());
		assertThat(most.get()).isBetween(1, maxConcurrency);
	}

	@Test
	void maxConcurrencyIsUsed() {
		CountDownLatch both = new CountDownLatch(2);
		List<AsyncCallable<Integer>> tasks = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			int number = i;
			tasks.add(() -> CompletableFuture.supplyAsync(() -> {
				both.countDown();
				Support.await(both);
				return number;
			}, this.pool));
		}
		assertThat(this.runner.gather(tasks, RunOptions.defaults().maxConcurrency(2))).hasSize(10);
	}

	@Test
	void firstFailureStartsNoMore() {
		AtomicInteger started = new AtomicInteger();
		List<AsyncCallable<Object>> tasks = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			tasks.add(() -> {
				int number = started.incrementAndGet();
				return CompletableFuture.supplyAsync(() -> {
					if (number == 10) {
						throw new IllegalStateException("tenth");
					}
					return number;
				}, this.pool);
			});
		}
		assertThatIllegalStateException()
			.isThrownBy(() -> this.runner.gather(tasks, RunOptions.defaults().maxConcurrency(1)))
			.withMessage("tenth");
		this.runner.run(Support.value("later"));
		assertThat(started).hasValue(10);
	}

	@Test
	void outcomesGoOnAfterFailuresWithinTheBound() {
		List<AsyncCallable<Object>> tasks = new ArrayList<>(Collections.nCopies(50, () -> {
			throw new IllegalStateException("each");
		}));
		tasks.addAll(Collections.nCopies(50, () -> CompletableFuture.failedFuture(new IllegalStateException("each"))));
		List<Outcome<Object>> outcomes = this.runner.gatherOutcomes(tasks, RunOptions.defaults().maxConcurrency(3));
		assertThat(outcomes).hasSize(100).allMatch(Outcome.Failure.class::isInstance);
	}

	@Tag("slow")
	@ParameterizedTest
	@EnumSource(Completion.class)
	void tenThousandChildrenAreFine(Completion completion) {
		// palitra for Python; no recursion, whoever completes them
		int children = 10_000;
		List<AsyncCallable<Integer>> tasks = new ArrayList<>();
		for (int i = 0; i < children; i++) {
			int number = i;
			tasks.add(() -> completion.of(this, number, () -> {
			}));
		}
		List<Integer> expected = IntStream.range(0, children).boxed().toList();
		assertThat(this.runner.gather(tasks)).isEqualTo(expected);
		assertThat(this.runner.gather(tasks, RunOptions.defaults().maxConcurrency(1))).isEqualTo(expected);
		assertThat(this.runner.gatherOutcomes(tasks, RunOptions.defaults().maxConcurrency(10))).hasSize(children);
	}

	@Tag("slow")
	@Test
	void tenThousandChildrenAreCancelled() {
		Set<Work<Object>> works = ConcurrentHashMap.newKeySet();
		List<AsyncCallable<Object>> tasks = new ArrayList<>(Collections.nCopies(10_000, () -> {
			Work<Object> work = new Work<>();
			works.add(work);
			return work;
		}));
		tasks.add(Support.failure(new IllegalStateException("the last")));
		assertThatIllegalStateException().isThrownBy(() -> this.runner.gather(tasks));
		assertThat(works).hasSize(10_000);
		Support.eventually().until(() -> works.stream().allMatch(CompletableFuture::isCancelled));
		assertThat(works).allMatch((work) -> work.cancellations().size() == 1);
	}

	@Test
	void nameOfTheOptionsNamesTheCall() {
		assertThatIllegalStateException()
			.isThrownBy(() -> this.runner.gather(List.of(Support.failure(new IllegalStateException("no"))),
					RunOptions.defaults().name("load-users")))
			.satisfies((ex) -> assertThat(((RunCallSite) ex.getSuppressed()[0]).getTaskName()).isEqualTo("load-users"));
	}

	/**
	 * Who completes a child.
	 */
	enum Completion {

		IMMEDIATE {
			@Override
			<T> CompletableFuture<T> of(C14GatherTests tests, T value, Runnable before) {
				before.run();
				return CompletableFuture.completedFuture(value);
			}
		},

		FOREIGN {
			@Override
			<T> CompletableFuture<T> of(C14GatherTests tests, T value, Runnable before) {
				return CompletableFuture.supplyAsync(() -> {
					before.run();
					return value;
				}, tests.pool);
			}
		},

		LOOP {
			@Override
			<T> CompletableFuture<T> of(C14GatherTests tests, T value, Runnable before) {
				return CompletableFuture.supplyAsync(() -> {
					before.run();
					return value;
				}, tests.runner.getLoop());
			}
		},

		MIXED {
			@Override
			<T> CompletableFuture<T> of(C14GatherTests tests, T value, Runnable before) {
				return values()[Math.floorMod(value.hashCode(), 3)].of(tests, value, before);
			}
		};

		abstract <T> CompletableFuture<T> of(C14GatherTests tests, T value, Runnable before);

	}

	@Test
	void childrenOfDifferentKinds() {
		// palitra for Python; nulls keep their places
		CompletableFuture<Object> source = CompletableFuture.completedFuture("stage");
		assertThat(this.runner.<Object>gather(Support.value(1), Support.later("b"), Support.value(null),
				() -> Support.stageOnly(source), () -> source.thenApplyAsync((value) -> value, this.runner.getLoop())))
			.containsExactly(1, "b", null, "stage", "stage");
	}

}
