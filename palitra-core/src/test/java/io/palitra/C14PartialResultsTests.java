package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

@DisplayName("C14 gather: what there is when the time is up")
@Tag("start-on")
class C14PartialResultsTests {

	private final List<Object> discarded = new CopyOnWriteArrayList<>();

	private final EventLoopThreadRunner runner = Runners.builder()
		.name("partial")
		.onDiscard(this.discarded::add)
		.shutdownGrace(Duration.ZERO)
		.build();

	private final RunOptions options = RunOptions.defaults().name("offers").timeout(Support.UNHURRIED);

	@AfterEach
	void close() {
		this.runner.close();
	}

	// gatherOutcomes

	@Test
	void outcomesThatAreThereAreReturnedAtTheDeadline() {
		IllegalStateException failure = new IllegalStateException("third");
		List<Outcome<String>> outcomes = this.runner.gatherOutcomes(List.of(Support.later("first"),
				Support.<String>never(), Support.<String>failure(failure), Support.value("fourth")), this.options);
		assertThat(outcomes).hasSize(4);
		assertThat(outcomes.get(0)).isEqualTo(new Outcome.Success<>("first"));
		assertThat(outcomes.get(2)).isEqualTo(new Outcome.Failure<>(failure));
		assertThat(outcomes.get(3)).isEqualTo(new Outcome.Success<>("fourth"));
		assertThat(failureOf(outcomes.get(1))).isInstanceOfSatisfying(RunTimeoutException.class,
				(ex) -> assertThat(ex.getLimit()).isEqualTo(Support.UNHURRIED));
	}

	@Test
	void allHaveFailedIfNoneIsThere() {
		List<Outcome<String>> outcomes = this.runner
			.gatherOutcomes(List.of(Support.<String>never(), Support.<String>never()), this.options);
		assertThat(outcomes).hasSize(2)
			.allSatisfy((outcome) -> assertThat(failureOf(outcome)).isInstanceOf(RunTimeoutException.class));
	}

	@Test
	void nullIsAValueThatIsThere() {
		List<Outcome<String>> outcomes = this.runner
			.gatherOutcomes(List.of(Support.<String>value(null), Support.<String>never()), this.options);
		assertThat(outcomes.get(0)).isEqualTo(new Outcome.Success<>(null));
	}

	@Test
	void whatHasNotEndedIsCancelledOnceAndItsLateValueDiscarded() {
		Work<String> work = new Work<>();
		Work<String> stubborn = Work.stubborn();
		List<Outcome<String>> outcomes = this.runner
			.gatherOutcomes(List.of(Support.value("first"), () -> work, () -> stubborn), this.options);
		assertThat(outcomes).hasSize(3);
		Support.eventually().until(() -> stubborn.cancellations().size() == 1);
		Support.eventually().until(work::isCancelled);
		assertThat(work.cancellations()).containsExactly(true);
		assertThat(stubborn.cancellations()).containsExactly(true);
		assertThat(this.runner.snapshot().abandoned()).isOne();
		stubborn.complete("late");
		Support.eventually().until(() -> this.discarded.contains("late"));
		// What was returned is nobody else's
		assertThat(this.discarded).containsExactly("late");
		assertThat(outcomes.get(2)).isInstanceOf(Outcome.Failure.class);
		Support.eventually().until(() -> this.runner.snapshot().active() == 0);
	}

	/**
	 * The loop starts one child after the other, each of which ends at once, while the
	 * time of the owner runs out.
	 */
	@Test
	void valuesThatComeWhileTheDeadlineStrikesAreReturnedOrDiscarded() {
		int size = 2_000;
		for (int round = 0; round < 100; round++) {
			AtomicInteger called = new AtomicInteger();
			List<AsyncCallable<Integer>> tasks = IntStream.range(0, size).<AsyncCallable<Integer>>mapToObj((number) -> {
				return () -> {
					called.incrementAndGet();
					if (number % 20 == 0) {
						// Makes the start last about as long as the time.
						LockSupport.parkNanos(10_000);
					}
					return CompletableFuture.completedFuture(number);
				};
			}).toList();
			List<Outcome<Integer>> outcomes = this.runner.gatherOutcomes(tasks,
					this.options.timeout(Duration.ofMillis(1 + round % 10)));
			List<Object> values = new ArrayList<>();
			for (Outcome<Integer> outcome : outcomes) {
				if (outcome instanceof Outcome.Success<Integer> success) {
					values.add(success.value());
				}
			}
			// A task that has begun has been counted then, on whatever thread
			Support.eventually().until(() -> this.runner.snapshot().abandoned() == 0);
			this.runner.run(Support.value("the loop is done with the round before"));
			Support.eventually().until(() -> values.size() + this.discarded.size() == called.get());
			values.addAll(this.discarded);
			assertThat(values).doesNotHaveDuplicates();
			this.discarded.clear();
		}
	}

	@Test
	void whatWasNotStartedHasFailedTooAndIsNeverCalled() {
		AtomicInteger called = new AtomicInteger();
		List<AsyncCallable<String>> tasks = IntStream.range(0, 5).<AsyncCallable<String>>mapToObj((number) -> () -> {
			called.incrementAndGet();
			return (number == 0) ? CompletableFuture.completedFuture("first") : new CompletableFuture<>();
		}).toList();
		List<Outcome<String>> outcomes = this.runner.gatherOutcomes(tasks, this.options.maxConcurrency(1));
		assertThat(outcomes.get(0)).isEqualTo(new Outcome.Success<>("first"));
		assertThat(outcomes.subList(1, 5))
			.allSatisfy((outcome) -> assertThat(failureOf(outcome)).isInstanceOf(RunTimeoutException.class));
		Support.settle(this.runner);
		assertThat(called).hasValue(2);
	}

	@Test
	void resultsThatRaceTheDeadlineAreReturnedOrDiscardedOnce() {
		for (int round = 0; round < 100; round++) {
			this.discarded.clear();
			int children = 4;
			CountDownLatch completed = new CountDownLatch(children);
			List<AsyncCallable<String>> tasks = IntStream.range(0, children)
				.<AsyncCallable<String>>mapToObj((number) -> () -> {
					Work<String> work = Work.stubborn();
					CompletableFuture.runAsync(() -> {
						work.complete("value " + number);
						completed.countDown();
					});
					return work;
				})
				.toList();
			List<Outcome<String>> outcomes;
			try {
				outcomes = this.runner.gatherOutcomes(tasks, RunOptions.defaults().timeout(Duration.ofNanos(150_000L)));
			}
			catch (RunTimeoutException ex) {
				// There is nothing before the tasks have been called
				assertThat(ex.getPhase()).isEqualTo(RunPhase.QUEUED);
				continue;
			}
			long there = outcomes.stream().filter((outcome) -> outcome instanceof Outcome.Success).count();
			// Those that were never called bring nothing
			Support.eventually().until(() -> this.runner.snapshot().active() == 0);
			Support.settle(this.runner);
			long called = children - completed.getCount();
			Support.eventually().until(() -> there + this.discarded.size() >= called);
			assertThat(outcomes).hasSize(children);
		}
	}

	@Test
	void interruptAndCloseAreStillThrown() {
		Owner<List<Outcome<String>>> interrupted = Owner
			.parked(() -> this.runner.gatherOutcomes(Support.value("x"), Support.never()));
		Owner<List<Outcome<String>>> closed = Owner
			.parked(() -> this.runner.gatherOutcomes(Support.value("x"), Support.never()));
		Support.untilActive(this.runner, 2);
		interrupted.interrupt();
		assertThat(interrupted.failure()).isInstanceOf(RunInterruptedException.class);
		this.runner.close();
		assertThat(closed.failure()).isInstanceOf(RunnerClosedException.class);
	}

	// gather

	@Test
	void gatherThatTimesOutNamesTheTasksThatAreMissing() {
		RunTimeoutException timeout = catchThrowableOfType(RunTimeoutException.class, () -> this.runner.gather(
				List.of(Support.value("0"), Support.<String>never(), Support.value("2"), Support.<String>never()),
				this.options));
		assertThat(timeout).hasMessageContaining("offers").hasMessageContaining("[1]").hasMessageContaining("[3]");
		assertThat(timeout.getMessage()).doesNotContain("[0]").doesNotContain("[2]");
	}

	@Test
	void gatherOfManyThatTimesOutNamesSome() {
		List<AsyncCallable<String>> tasks = IntStream.range(0, 10_000)
			.<AsyncCallable<String>>mapToObj((number) -> Support.never())
			.toList();
		RunTimeoutException timeout = catchThrowableOfType(RunTimeoutException.class,
				() -> this.runner.gather(tasks, this.options));
		assertThat(timeout).hasMessageContaining("[0]");
		// Bounded, or nobody could read it
		assertThat(timeout.getMessage().lines().findFirst().orElseThrow()).hasSizeLessThan(2_000);
	}

	private static Throwable failureOf(Outcome<?> outcome) {
		assertThat(outcome).isInstanceOf(Outcome.Failure.class);
		return ((Outcome.Failure<?>) outcome).exception();
	}

}
