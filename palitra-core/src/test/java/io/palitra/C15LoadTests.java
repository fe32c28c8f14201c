package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.palitra.Runners.OnLoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

@DisplayName("C15 Load")
@Tag("start-on")
class C15LoadTests {

	private final EventLoopThreadRunner runner = runner(1, OverloadPolicy.WAIT);

	private final ExecutorService foreign = Executors.newFixedThreadPool(3, Support::daemon);

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
		this.foreign.shutdownNow();
	}

	private static EventLoopThreadRunner runner(int maxInFlight, OverloadPolicy policy) {
		return Runners.builder()
			.name("loaded")
			.maxInFlight(maxInFlight)
			.overloadPolicy(policy)
			.shutdownGrace(Duration.ZERO)
			.build();
	}

	// The bound

	@ParameterizedTest
	@ValueSource(ints = { 1, 3 })
	void boundIsNeverExceededUnderManyThreads(int maxInFlight) {
		// airlift TestAsyncSemaphore.testMultiThreadBoundedConcurrency
		AtomicInteger inFlight = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		try (EventLoopThreadRunner bounded = runner(maxInFlight, OverloadPolicy.WAIT)) {
			List<Owner<Object>> owners = IntStream.range(0, 64).mapToObj((thread) -> Owner.start(() -> {
				for (int i = 0; i < 10; i++) {
					int result = i;
					assertThat(bounded.run(() -> {
						most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
						return CompletableFuture.supplyAsync(() -> {
							inFlight.decrementAndGet();
							return result;
						}, this.foreign);
					})).isEqualTo(result);
				}
				return null;
			})).toList();
			owners.forEach((owner) -> assertThat(owner.value()).isNull());
		}
		assertThat(most).hasValue(maxInFlight);
	}

	@Test
	void exactlyAsManyCallsAsAdmittedRunAtOnce() {
		try (EventLoopThreadRunner bounded = runner(3, OverloadPolicy.WAIT)) {
			assertAdmits(bounded, 3);
		}
	}

	/**
	 * Fails unless this many calls run at once, and no more.
	 */
	private static void assertAdmits(EventLoopThreadRunner bounded, int maxInFlight) {
		List<Work<String>> works = new CopyOnWriteArrayList<>();
		List<CompletableFuture<String>> futures = IntStream.rangeClosed(0, maxInFlight)
			.mapToObj((i) -> bounded.submit(() -> {
				Work<String> work = new Work<>();
				works.add(work);
				return work;
			}))
			.toList();
		Support.eventually().until(() -> works.size() == maxInFlight);
		assertThat(Support.get(bounded.getLoop().submit(works::size))).isEqualTo(maxInFlight);
		assertThat(bounded.snapshot().pending()).isOne();
		works.get(0).complete("done");
		Support.eventually().until(() -> works.size() == maxInFlight + 1);
		works.forEach((work) -> work.complete("done"));
		futures.forEach((future) -> assertThat(Support.get(future)).isEqualTo("done"));
	}

	@Test
	void invalidBoundIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Runners.builder().maxInFlight(0))
			.withMessageContaining("maxInFlight")
			.withMessageContaining("0");
		assertThatNullPointerException().isThrownBy(() -> Runners.builder().overloadPolicy(null))
			.withMessage("overloadPolicy");
	}

	@OnLoop
	@Test
	void taskThatHasWaitedRunsOnTheLoopAndNotOnTheThreadThatMadeWay() {
		Work<String> first = new Work<>();
		CompletableFuture<String> running = running(first);
		Owner<Boolean> waiting = Owner.parked(
				() -> this.runner.run(() -> CompletableFuture.completedFuture(this.runner.getLoop().inEventLoop())));
		first.complete("done");
		assertThat(waiting.value()).isTrue();
		assertThat(running).isCompletedWithValue("done");
	}

	// A permit belongs to the work

	@Tag("slow")
	@ParameterizedTest
	@MethodSource
	void workThatIsGivenUpAndGoesOnStillCounts(GivingUp givingUp) {
		Work<String> work = Work.stubborn();
		givingUp.giveUp(this.runner, work);
		assertThat(this.runner.snapshot().abandoned()).isOne();
		AtomicInteger calls = new AtomicInteger();
		assertThat(timeoutOf(() -> this.runner.run(() -> CompletableFuture.completedFuture(calls.incrementAndGet()),
				Duration.ofMillis(20)))
			.getPhase()).isEqualTo(RunPhase.WAITING_FOR_PERMIT);
		assertThat(calls).hasValue(0);
		Owner<String> waiting = Owner.parked(() -> this.runner.run(Support.value("next")));
		work.complete("late");
		assertThat(waiting.value()).isEqualTo("next");
		assertAdmits(this.runner, 1);
	}

	static Stream<Named<GivingUp>> workThatIsGivenUpAndGoesOnStillCounts() {
		return Stream.of(
				Named
					.of("timeout",
							(runner, work) -> Support.timeoutWhileRunning(runner,
									(limit) -> runner.run(() -> work, limit))),
				Named.of("interrupt", (runner, work) -> {
					Owner<String> owner = Owner.parked(() -> runner.run(() -> work));
					Support.untilActive(runner, 1);
					owner.interrupt();
					assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
				}), Named.of("cancelled future", (runner, work) -> {
					CompletableFuture<String> future = runner.submit(() -> work);
					Support.untilActive(runner, 1);
					future.cancel(true);
				}), Named.of("timed out future", (runner, work) -> {
					CompletableFuture<String> future = runner.submit(() -> work,
							RunOptions.defaults().timeout(Support.UNHURRIED));
					Support.untilActive(runner, 1);
					assertThat(future).failsWithin(Support.PATIENCE);
				}));
	}

	@Test
	void workThatIsGivenUpAndHeedsTheCancellationMakesWayAtOnce() {
		Support.timeoutWhileRunning(this.runner, (limit) -> this.runner.run(Work::new, limit));
		assertAdmits(this.runner, 1);
	}

	@OnLoop
	@Test
	void stageThatArrivesAfterTheCallWasGivenUpCountsUntilItEnds() {
		Work<String> work = Work.stubborn();
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Owner<String> owner = Owner.start(() -> this.runner.run(() -> {
			entered.countDown();
			Support.await(release);
			return work;
		}));
		Support.await(entered);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		release.countDown();
		assertThatTheNextWaitsFor(work);
	}

	@OnLoop
	@Test
	void childOfAGatherThatWasBeingCalledWhenItWasGivenUpCountsUntilItEnds() {
		Work<String> work = Work.stubborn();
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		// One after the other: the second is called when the gather's own task has
		// returned
		Owner<List<String>> owner = Owner.start(() -> this.runner.gather(List.of(Support.later("first"), () -> {
			entered.countDown();
			Support.await(release);
			return work;
		}), RunOptions.defaults().maxConcurrency(1)));
		Support.await(entered);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		release.countDown();
		assertThat(this.runner.snapshot().abandoned()).isOne();
		assertThatTheNextWaitsFor(work);
	}

	@Test
	void siblingsOfAFailureCountUntilTheirWorkEnds() {
		Work<String> work = Work.stubborn();
		assertThatIllegalStateException().isThrownBy(() -> this.runner.<String>gather(List.of(() -> work, () -> {
			Support.untilFollowed(work);
			return CompletableFuture.failedFuture(new IllegalStateException("sibling"));
		})));
		assertThat(this.runner.snapshot().permits()).hasValue(0);
		assertThatTheNextWaitsFor(work);
	}

	@Test
	void forkOfARunThatHasEndedCountsUntilItsWorkEnds() {
		Work<String> work = Work.stubborn();
		String value = this.runner.runScoped((scope) -> {
			scope.fork(() -> work);
			Support.untilFollowed(work);
			return CompletableFuture.completedFuture("value");
		});
		assertThat(value).isEqualTo("value");
		assertThatTheNextWaitsFor(work);
	}

	private void assertThatTheNextWaitsFor(Work<String> work) {
		Owner<String> waiting = Owner.parked(() -> this.runner.run(Support.value("next")));
		assertThat(this.runner.snapshot().pending()).isOne();
		work.complete("late");
		assertThat(waiting.value()).isEqualTo("next");
		assertAdmits(this.runner, 1);
	}

	@Test
	void everyWayToEndGivesThePermitBackOnce() {
		assertThat(this.runner.run(Support.later("value"))).isEqualTo("value");
		assertThatIllegalStateException()
			.isThrownBy(() -> this.runner.run(Support.failure(new IllegalStateException())));
		assertThatIllegalStateException().isThrownBy(() -> this.runner.run(() -> {
			throw new IllegalStateException();
		}));
		assertThatNullPointerException().isThrownBy(() -> this.runner.run(() -> null));
		assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> this.runner.run(() -> {
			CompletableFuture<String> cancelled = new CompletableFuture<>();
			cancelled.cancel(false);
			return cancelled;
		}));
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(RunInterruptedException.class)
			.isThrownBy(() -> this.runner.run(Support.value("never")));
		assertThat(Thread.interrupted()).isTrue();
		this.runner.submit(Support.never()).cancel(true);
		this.runner.runScoped((scope) -> scope.fork(Support.later("x")));
		assertAdmits(this.runner, 1);
	}

	@Test
	void stageThatCompletesTwiceGivesThePermitBackOnce() {
		try (EventLoopThreadRunner bounded = runner(2, OverloadPolicy.WAIT)) {
			CompletableFuture<String> twice = new CompletableFuture<>() {

				@Override
				public CompletableFuture<String> whenComplete(
						java.util.function.BiConsumer<? super String, ? super Throwable> action) {
					action.accept("once", null);
					action.accept("twice", null);
					return this;
				}

			};
			assertThat(bounded.run(() -> twice)).isEqualTo("once");
			assertAdmits(bounded, 2);
		}
	}

	@OnLoop
	@ParameterizedTest
	@ValueSource(strings = { "timeout", "interrupt", "cancelled future" })
	void taskDroppedFromTheQueueGivesThePermitBack(String reason) {
		AtomicInteger calls = new AtomicInteger();
		AsyncCallable<Integer> task = () -> CompletableFuture.completedFuture(calls.incrementAndGet());
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			switch (reason) {
				case "timeout" -> assertThat(timeoutOf(() -> this.runner.run(task, Duration.ofMillis(10))).getPhase())
					.isEqualTo(RunPhase.QUEUED);
				case "interrupt" -> {
					Owner<Integer> owner = Owner.parked(() -> this.runner.run(task));
					owner.interrupt();
					assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
				}
				default -> this.runner.submit(task).cancel(true);
			}
		}
		assertAdmits(this.runner, 1);
		assertThat(calls).hasValue(0);
	}

	@Test
	void gatherCountsOnce() {
		List<String> all = this.runner
			.gather(IntStream.range(0, 10).<AsyncCallable<String>>mapToObj((i) -> Support.later("" + i)).toList());
		assertThat(all).hasSize(10);
		Work<String> child = new Work<>();
		Owner<List<String>> gathering = Owner.parked(() -> this.runner.gather(Support.value("a"), () -> child));
		Support.untilActive(this.runner, 1);
		Owner<String> waiting = Owner.parked(() -> this.runner.run(Support.value("next")));
		assertThat(this.runner.snapshot().calls()).extracting(RunnerSnapshot.Call::phase)
			.containsExactly(RunPhase.RUNNING, RunPhase.WAITING_FOR_PERMIT);
		child.complete("b");
		assertThat(gathering.value()).containsExactly("a", "b");
		assertThat(waiting.value()).isEqualTo("next");
	}

	@Test
	void awaitAndStreamAndTheLoopItselfTakeNoPermit() {
		try (EventLoopThreadRunner full = runner(1, OverloadPolicy.REJECT)) {
			CompletableFuture<Object> running = full.submit(Support.never());
			assertThat(full.await(CompletableFuture.supplyAsync(() -> "x", this.foreign))).isEqualTo("x");
			assertThat(Support.get(full.getLoop().submit(() -> "y"))).isEqualTo("y");
			java.util.concurrent.SubmissionPublisher<String> publisher = new java.util.concurrent.SubmissionPublisher<>(
					this.foreign, 8);
			this.foreign.execute(() -> {
				Support.eventually().until(publisher::hasSubscribers);
				publisher.submit("z");
				publisher.close();
			});
			try (Stream<String> stream = full.stream(publisher)) {
				assertThat(stream.toList()).containsExactly("z");
			}
			assertThat(running).isNotDone();
		}
	}

	// Waiting for a permit

	@Test
	void waitCountsTowardsTheDeadlineAndIsToldAsSuch() {
		this.runner.submit(Support.never());
		RunTimeoutException timeout = timeoutOf(() -> this.runner.run(Support.value("never"),
				RunOptions.defaults().name("patient").timeout(Duration.ofMillis(20))));
		assertThat(timeout.getPhase()).isEqualTo(RunPhase.WAITING_FOR_PERMIT);
		assertThat(timeout).hasMessageContaining("\"patient\"")
			.hasMessageContaining("20 ms")
			.hasMessageContaining("WAITING_FOR_PERMIT (waiting for a permit ");
	}

	@Tag("slow")
	@Test
	void timeSpentWaitingForAPermitIsToldByALaterTimeoutToo() {
		Work<String> first = new Work<>();
		CompletableFuture<String> running = running(first);
		Owner<String> owner = Owner
			.parked(() -> this.runner.run(Support.never(), RunOptions.defaults().timeout(Duration.ofMillis(700))));
		first.complete("done");
		assertThat(running).isCompletedWithValue("done");
		assertThat(owner.failure()).isInstanceOf(RunTimeoutException.class)
			.hasMessageContaining("RUNNING (waiting for a permit ")
			.hasMessageContaining(", queued ")
			.hasMessageContaining(", running ");
	}

	@Test
	void longestWaitingCallComesFirst() {
		Work<String> first = new Work<>();
		running(first);
		List<Integer> started = Collections.synchronizedList(new ArrayList<>());
		List<Owner<Integer>> owners = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			int number = i;
			owners.add(Owner.parked(() -> this.runner.run(() -> {
				started.add(number);
				return CompletableFuture.completedFuture(number);
			})));
			assertThat(this.runner.snapshot().pending()).isEqualTo(i + 1);
		}
		first.complete("done");
		owners.forEach(Owner::value);
		assertThat(started).containsExactly(0, 1, 2, 3, 4, 5);
	}

	@OnLoop
	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 4 })
	void callsOfOneThreadStartInTheirOrderWhateverThreadMakesWay(int maxInFlight) {
		// C12 holds with permits too
		int calls = 4_000;
		List<Integer> started = new ArrayList<>();
		try (EventLoopThreadRunner bounded = runner(maxInFlight, OverloadPolicy.WAIT)) {
			List<CompletableFuture<Integer>> futures = IntStream.range(0, calls).mapToObj((i) -> bounded.submit(() -> {
				started.add(i);
				return CompletableFuture.supplyAsync(() -> i, this.foreign);
			})).toList();
			Support.get(CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)));
			assertThat(started).hasSize(calls);
			for (int i = 0; i < calls; i++) {
				assertThat(started.get(i)).isEqualTo(i);
			}
		}
	}

	@Test
	void submitWaitsForAPermitWithoutBlocking() {
		Work<String> first = new Work<>();
		running(first);
		CompletableFuture<String> second = this.runner.submit(Support.value("second"));
		assertThat(second).isNotDone();
		assertThat(this.runner.snapshot().calls()).extracting(RunnerSnapshot.Call::phase)
			.containsExactly(RunPhase.RUNNING, RunPhase.WAITING_FOR_PERMIT);
		first.complete("first");
		assertThat(Support.get(second)).isEqualTo("second");
	}

	@Test
	void submitMayBeUsedOnTheLoopOfAFullRunner() {
		CompletableFuture<String> inner = this.runner
			.run(() -> CompletableFuture.completedFuture(this.runner.submit(Support.value("inner"))));
		assertThat(Support.get(inner)).isEqualTo("inner");
	}

	@Test
	void submittedCallTimesOutWhileItWaits() {
		this.runner.submit(Support.never());
		CompletableFuture<String> second = this.runner.submit(Support.value("never"),
				RunOptions.defaults().timeout(Duration.ofMillis(20)));
		assertThat(second).failsWithin(Support.PATIENCE)
			.withThrowableThat()
			.withCauseInstanceOf(RunTimeoutException.class)
			.withMessageContaining("WAITING_FOR_PERMIT");
		assertThat(this.runner.snapshot().pending()).isZero();
	}

	@Test
	void interruptWhileWaitingGivesUpThePlace() {
		Work<String> first = new Work<>();
		running(first);
		AtomicInteger calls = new AtomicInteger();
		Owner<Integer> interrupted = Owner
			.parked(() -> this.runner.run(() -> CompletableFuture.completedFuture(calls.incrementAndGet())));
		Owner<String> next = Owner.parked(() -> this.runner.run(Support.value("next")));
		interrupted.interrupt();
		assertThat(interrupted.failure()).isInstanceOf(RunInterruptedException.class);
		first.complete("first");
		assertThat(next.value()).isEqualTo("next");
		assertThat(calls).hasValue(0);
		assertAdmits(this.runner, 1);
	}

	@Test
	void cancelledFutureGivesUpThePlace() {
		Work<String> first = new Work<>();
		running(first);
		AtomicInteger calls = new AtomicInteger();
		CompletableFuture<Integer> cancelled = this.runner
			.submit(() -> CompletableFuture.completedFuture(calls.incrementAndGet()));
		CompletableFuture<String> next = this.runner.submit(Support.value("next"));
		assertThat(this.runner.snapshot().pending()).isEqualTo(2);
		cancelled.cancel(false);
		assertThat(this.runner.snapshot().pending()).isOne();
		first.complete("first");
		assertThat(Support.get(next)).isEqualTo("next");
		assertThat(calls).hasValue(0);
		assertAdmits(this.runner, 1);
	}

	@Test
	void closeReleasesWhoWaitsAndTheTaskIsNeverCalled() {
		this.runner.submit(Support.never());
		AtomicInteger calls = new AtomicInteger();
		AsyncCallable<Integer> task = () -> CompletableFuture.completedFuture(calls.incrementAndGet());
		Owner<Integer> owner = Owner.parked(() -> this.runner.run(task));
		CompletableFuture<Integer> future = this.runner.submit(task);
		this.runner.close(Duration.ZERO);
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class).hasMessageContaining("\"loaded\"");
		assertThat(future).isCompletedExceptionally();
		assertThat(calls).hasValue(0);
		assertThat(this.runner.snapshot().pending()).isZero();
	}

	@Test
	void callThatWaitsMayStillRunInsideTheGraceOfAClose() {
		Work<String> first = new Work<>();
		running(first);
		Owner<String> owner = Owner.parked(() -> this.runner.run(Support.later("in the grace")));
		Owner<Object> closer = Owner.parked(() -> {
			this.runner.close(Support.LONG);
			return null;
		});
		first.complete("first");
		assertThat(owner.value()).isEqualTo("in the grace");
		assertThat(closer.value()).isNull();
	}

	@Test
	void restartedRunnerAdmitsAsManyAsBefore() {
		try (EventLoopThreadRunner restarted = runner(2, OverloadPolicy.WAIT)) {
			Work<String> outliving = Work.stubborn();
			restarted.submit(() -> outliving);
			restarted.submit(Support.never());
			CompletableFuture<Object> queued = restarted.submit(Support.never());
			Support.untilActive(restarted, 2);
			restarted.stop();
			assertThat(queued).isCompletedExceptionally();
			restarted.start();
			// The one that goes on still counts.
			assertAdmits(restarted, 1);
			outliving.complete("late");
			assertAdmits(restarted, 2);
		}
	}

	@Test
	void thousandsThatWaitNeedNoStack() {
		// airlift TestAsyncSemaphore.testNoStackOverflow
		Work<String> first = new Work<>();
		running(first);
		List<CompletableFuture<Integer>> futures = IntStream.range(0, 10_000)
			.mapToObj((i) -> this.runner.submit(() -> CompletableFuture.completedFuture(i)))
			.toList();
		futures.subList(2_000, 8_000).forEach((future) -> future.cancel(true));
		first.complete("done");
		assertThat(Support.get(futures.get(9_999))).isEqualTo(9_999);
		assertThat(futures.subList(0, 2_000)).allMatch(CompletableFuture::isDone);
		assertAdmits(this.runner, 1);
	}

	// Refusing

	@ParameterizedTest
	@EnumSource
	void fullRunnerThatRejectsSaysSo(Way way) throws Exception {
		try (EventLoopThreadRunner full = runner(2, OverloadPolicy.REJECT)) {
			Work<String> first = new Work<>();
			full.submit(() -> first);
			full.submit(Support.never());
			Support.untilActive(full, 2);
			AtomicInteger calls = new AtomicInteger();
			assertThatExceptionOfType(RunnerOverloadedException.class)
				.isThrownBy(() -> way.call(full, () -> CompletableFuture.completedFuture(calls.incrementAndGet()),
						RunOptions.defaults().name("too-much")))
				.withMessageContaining("\"too-much\"")
				.withMessageContaining("\"loaded\"")
				.withMessageContaining("maxInFlight 2");
			assertThat(full.snapshot()).satisfies((snapshot) -> {
				assertThat(snapshot.rejected()).isOne();
				assertThat(snapshot.calls()).hasSize(2);
				assertThat(snapshot.pending() + snapshot.active()).isEqualTo(2);
			});
			first.complete("done");
			way.call(full, () -> CompletableFuture.completedFuture(calls.incrementAndGet()), RunOptions.defaults());
			Support.eventually().until(() -> calls.get() == 1);
		}
	}

	@Test
	void fullRunnerThatRejectsNeverLetsACallWait() {
		try (EventLoopThreadRunner full = runner(1, OverloadPolicy.REJECT)) {
			Support.rounds(10).forEach((round) -> callWithOnePermit(full, 100));
		}
	}

	/**
	 * Two callers and one permit: whoever comes second is refused.
	 */
	private static void callWithOnePermit(EventLoopThreadRunner full, int rounds) {
		AtomicInteger arrived = new AtomicInteger();
		AtomicInteger refused = new AtomicInteger();
		List<Owner<Object>> callers = Stream.of(1, 2).map((caller) -> Owner.start(() -> {
			for (int round = 1; round <= rounds; round++) {
				meet(arrived, 4 * round - 2);
				CompletableFuture<Object> accepted = null;
				try {
					accepted = full.submit(Support.never());
				}
				catch (RunnerOverloadedException ex) {
					refused.incrementAndGet();
				}
				meet(arrived, 4 * round);
				if (accepted != null) {
					accepted.cancel(true);
					// The permit is the work's, which may still be starting.
					Support.eventually().until(() -> full.snapshot().permits().equals(OptionalInt.of(1)));
				}
			}
			return null;
		})).toList();
		callers.forEach((caller) -> assertThat(caller.value()).isNull());
		assertThat(refused).hasValue(rounds);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void permitOfAGatherIsFreeWhenItsOwnerIsBack(boolean fails) {
		try (EventLoopThreadRunner full = runner(1, OverloadPolicy.REJECT)) {
			// The last one ends while the loop starts it
			List<AsyncCallable<String>> tasks = List.of(() -> {
				CompletableFuture<String> soon = new CompletableFuture<>();
				full.getLoop().execute(() -> soon.complete("soon"));
				return soon;
			}, fails ? Support.failure(new IllegalStateException("no")) : Support.value("now"));
			for (int round = 0; round < 2_000; round++) {
				// Whoever is too early is refused
				Throwable end = catchThrowable(() -> full.gather(tasks, RunOptions.defaults().maxConcurrency(1)));
				assertThat(end).as("round " + round)
					.satisfiesAnyOf((none) -> assertThat(none).isNull(),
							(failure) -> assertThat(failure).isExactlyInstanceOf(IllegalStateException.class));
			}
		}
	}

	@Test
	void permitOfAGatherIsFreeWhenItsOwnerIsBackWhicheverThreadStartsTheNextTask() {
		ExecutorService pool = Executors.newFixedThreadPool(2, Support::daemon);
		try (EventLoopThreadRunner full = runner(1, OverloadPolicy.REJECT)) {
			// The first thread starts the second task, which fails on the other
			List<AsyncCallable<String>> tasks = List.of(Support.value("now"),
					Support.failure(new IllegalStateException("no")));
			RunOptions options = RunOptions.defaults().maxConcurrency(1).startOn(pool);
			for (int round = 0; round < 5_000; round++) {
				assertThat(catchThrowable(() -> full.gather(tasks, options))).as("round " + round)
					.isExactlyInstanceOf(IllegalStateException.class);
			}
		}
		finally {
			pool.shutdownNow();
		}
	}

	@Test
	@OnLoop
	void permitStaysWithChildrenThatRunWhoeverEndsTheirRunFirst() {
		// The owner is interrupted just when the stage completes
		AtomicReference<CompletableFuture<String>> next = new AtomicReference<>();
		AtomicBoolean over = new AtomicBoolean();
		Thread completer = Support.daemon(() -> {
			while (!over.get()) {
				CompletableFuture<String> stage = next.getAndSet(null);
				if (stage != null) {
					spin();
					stage.complete("value");
				}
				else {
					Thread.yield();
				}
			}
		});
		completer.start();
		Owner<Object> owner = Owner.start(() -> {
			Support.rounds(2_000).forEach((round) -> {
				CompletableFuture<String> child = Work.stubborn();
				CompletableFuture<String> stage = new CompletableFuture<>();
				interruptWhileItCompletes(child, stage, next);
				assertThat(this.runner.snapshot(0).permits()).as("round " + round).hasValue(0);
				child.complete("x");
				Support.eventually().until(() -> this.runner.snapshot(0).permits().equals(OptionalInt.of(1)));
			});
			return null;
		});
		assertThat(owner.value()).isNull();
		over.set(true);
	}

	private void interruptWhileItCompletes(CompletableFuture<String> child, CompletableFuture<String> stage,
			AtomicReference<CompletableFuture<String>> next) {
		Thread owner = Thread.currentThread();
		try {
			this.runner.runScoped((scope) -> {
				scope.fork(() -> child);
				this.runner.getLoop().execute(() -> {
					next.set(stage);
					spin();
					owner.interrupt();
				});
				return stage;
			});
		}
		catch (RunInterruptedException ex) {
			// One of two outcomes
			assertThat(Thread.interrupted()).isTrue();
		}
		// The loop's command may still be about to interrupt
		CountDownLatch interrupted = new CountDownLatch(1);
		this.runner.getLoop().execute(interrupted::countDown);
		while (interrupted.getCount() > 0 || !stage.isDone()) {
			Thread.yield();
		}
		Thread.interrupted();
	}

	private static void spin() {
		for (int i = ThreadLocalRandom.current().nextInt(200); i > 0; i--) {
			Thread.onSpinWait();
		}
	}

	/**
	 * Returns when so many have come, without a detour through a parked thread.
	 */
	private static void meet(AtomicInteger arrived, int count) {
		arrived.incrementAndGet();
		for (int looks = 1; arrived.get() < count; looks++) {
			Thread.onSpinWait();
			if (looks % 1_000 == 0) {
				// The other one may need this processor.
				Thread.yield();
			}
		}
	}

	/**
	 * The calls that take a permit.
	 */
	enum Way {

		RUN {

			@Override
			void call(EventLoopThreadRunner runner, AsyncCallable<Integer> task, RunOptions options) {
				runner.run(task, options);
			}

		},

		RUN_SCOPED {

			@Override
			void call(EventLoopThreadRunner runner, AsyncCallable<Integer> task, RunOptions options) {
				runner.runScoped((scope) -> task.call(), options);
			}

		},

		RUN_CHECKED {

			@Override
			void call(EventLoopThreadRunner runner, AsyncCallable<Integer> task, RunOptions options) throws Exception {
				runner.runChecked(task, Exception.class, options);
			}

		},

		RUN_INTERRUPTIBLY {

			@Override
			void call(EventLoopThreadRunner runner, AsyncCallable<Integer> task, RunOptions options) throws Exception {
				runner.runInterruptibly(task, options);
			}

		},

		GATHER {

			@Override
			void call(EventLoopThreadRunner runner, AsyncCallable<Integer> task, RunOptions options) {
				runner.gather(List.of(task), options);
			}

		},

		GATHER_OUTCOMES {

			@Override
			void call(EventLoopThreadRunner runner, AsyncCallable<Integer> task, RunOptions options) {
				runner.gatherOutcomes(List.of(task), options);
			}

		},

		SUBMIT {

			@Override
			void call(EventLoopThreadRunner runner, AsyncCallable<Integer> task, RunOptions options) {
				runner.submit(task, options);
			}

		};

		abstract void call(EventLoopThreadRunner runner, AsyncCallable<Integer> task, RunOptions options)
				throws Exception;

	}

	// Whatever happens

	@ParameterizedTest
	@EnumSource(OverloadPolicy.class)
	void permitsNeverLeak(OverloadPolicy policy) {
		int maxInFlight = 4;
		AtomicInteger inFlight = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		try (EventLoopThreadRunner bounded = runner(maxInFlight, policy)) {
			List<Owner<Object>> owners = IntStream.range(0, 8).mapToObj((thread) -> Owner.start(() -> {
				ThreadLocalRandom random = ThreadLocalRandom.current();
				for (int i = 0; i < 250; i++) {
					abuse(bounded, inFlight, most, random);
				}
				Thread.interrupted();
				return null;
			})).toList();
			owners.forEach((owner) -> assertThat(owner.value()).isNull());
			Support.eventually().until(() -> bounded.snapshot().calls().isEmpty());
			assertThat(most.get()).isBetween(1, maxInFlight);
			if (policy == OverloadPolicy.WAIT) {
				assertAdmits(bounded, maxInFlight);
			}
			else {
				// The last permits come back with the end of work that was given up.
				List<CompletableFuture<Object>> futures = new ArrayList<>();
				Support.eventually().ignoreExceptionsInstanceOf(RunnerOverloadedException.class).until(() -> {
					while (futures.size() < maxInFlight) {
						futures.add(bounded.submit(Support.never()));
					}
					return true;
				});
				assertThat(futures).noneMatch(CompletableFuture::isDone);
			}
		}
	}

	private void abuse(EventLoopThreadRunner bounded, AtomicInteger inFlight, AtomicInteger most,
			ThreadLocalRandom random) {
		int kind = random.nextInt(6);
		AsyncCallable<String> task = () -> {
			if (kind == 0) {
				throw new IllegalStateException("task");
			}
			if (kind == 1) {
				return null;
			}
			// Ignores cancellation, so that it counts until it ends.
			Work<String> work = Work.stubborn();
			most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
			this.foreign.execute(() -> {
				inFlight.decrementAndGet();
				if (kind == 2) {
					work.completeExceptionally(new IllegalStateException("work"));
				}
				else {
					work.complete("x");
				}
			});
			return work;
		};
		try {
			switch (random.nextInt(5)) {
				case 0 -> bounded.run(task);
				case 1 -> bounded.run(task, Duration.ofNanos(1 + random.nextInt(300_000)));
				case 2 -> bounded.submit(task).cancel(true);
				case 3 ->
					bounded.submit(task, RunOptions.defaults().timeout(Duration.ofNanos(1 + random.nextInt(300_000))));
				default -> {
					Thread owner = Thread.currentThread();
					this.foreign.execute(owner::interrupt);
					bounded.run(task);
				}
			}
		}
		catch (IllegalStateException | NullPointerException | RunTimeoutException | RunInterruptedException
				| RejectedExecutionException ex) {
			Thread.interrupted();
		}
	}

	private CompletableFuture<String> running(Work<String> work) {
		CompletableFuture<String> running = this.runner.submit(() -> work);
		Support.untilActive(this.runner, 1);
		return running;
	}

	private static RunTimeoutException timeoutOf(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
		RunTimeoutException timeout = catchThrowableOfType(RunTimeoutException.class, call);
		assertThat(timeout).isNotNull();
		return timeout;
	}

	/**
	 * Makes a call of this work and gives it up while it runs.
	 */
	interface GivingUp {

		void giveUp(EventLoopThreadRunner runner, Work<String> work);

	}

}
