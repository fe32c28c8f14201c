package io.palitra;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.palitra.Runners.NotInPlace;
import io.palitra.Runners.OnLoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

@DisplayName("C4 Timeout")
@Tag("start-on")
class C04TimeoutTests {

	private static final Duration SHORT = Duration.ofMillis(20);

	private final EventLoopThreadRunner runner = Runners.builder().name("timeouts").build();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	// What is thrown

	@Test
	void textSaysTaskRunnerLimitPhaseAndTimes() {
		RunTimeoutException timeout = Support.timeoutWhileRunning(this.runner,
				(limit) -> this.runner.run(Support.never(), RunOptions.defaults().name("load-user").timeout(limit)));
		assertThat(timeout.getMessage())
			.matches("Task \"load-user\" on runner \"timeouts\" did not end within [0-9.]+ (ms|s): "
					+ "RUNNING \\(queued [0-9.]+ (ns|us|ms|s), running [0-9.]+ (us|ms|s)\\)"
					// If the machine has held the loop in the call
					+ "(?s)(; thread .*)?");
		assertThat(timeout.getPhase()).isEqualTo(RunPhase.RUNNING);
	}

	@OnLoop
	@ParameterizedTest
	@EnumSource(value = RunPhase.class, names = { "WAITING_FOR_PERMIT", "QUEUED", "RUNNING" })
	void timesInTheTextAreThoseOfTheCall(RunPhase phase) {
		long since = System.nanoTime();
		try (EventLoopThreadRunner narrow = Runners.builder().maxInFlight(1).shutdownGrace(Duration.ZERO).build()) {
			RunTimeoutException timeout = timeoutIn(phase, narrow);
			Duration most = Duration.ofNanos(System.nanoTime() - since);
			assertThat(timeout.getPhase()).isEqualTo(phase);
			assertThat(Support.timesIn(timeout.getMessage())).as(timeout.getMessage())
				.isBetween(Duration.ofMillis(1), most);
		}
	}

	private static RunTimeoutException timeoutIn(RunPhase phase, EventLoopThreadRunner narrow) {
		if (phase == RunPhase.RUNNING) {
			return Support.timeoutWhileRunning((limit) -> narrow.run(Support.never(), limit));
		}
		if (phase == RunPhase.WAITING_FOR_PERMIT) {
			narrow.submit(Support.never());
			return timeoutOf(() -> narrow.run(Support.never(), SHORT));
		}
		try (HeldLoop held = HeldLoop.of(narrow)) {
			return timeoutOf(() -> narrow.run(Support.never(), SHORT));
		}
	}

	@Test
	void isUncheckedAndCausedByATimeoutException() {
		// reactor BlockingTests.blockingFirstTimeout; palitra for Python
		RunTimeoutException timeout = timeoutOf(() -> this.runner.run(Support.never(), SHORT));
		assertThat(timeout).isInstanceOf(RuntimeException.class).hasCauseExactlyInstanceOf(TimeoutException.class);
		assertThat(timeout.getCause()).hasMessageContaining("PT0.02S");
	}

	@OnLoop
	@Test
	void queuedCallSaysThatItIsQueuedAndByWhat() {
		// palitra for Python: fires on time although another task holds the loop,
		// and says
		// which
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			RunTimeoutException timeout = timeoutOf(() -> this.runner.run(Support.value("x"), Duration.ofMillis(50)));
			assertThat(timeout.getPhase()).isEqualTo(RunPhase.QUEUED);
			assertThat(timeout.getMessage()).containsPattern("50 ms: QUEUED \\(queued [0-9.]+ (ms|s)\\); "
					+ "thread \"palitra-timeouts\" has been held for [0-9.]+ (ms|s)$");
			assertThat(stackOfTheLoop(timeout)).contains(HeldLoop.class.getName() + ".holdTheLoop");
		}
	}

	@Tag("slow")
	@Test
	void runningCallThatHoldsTheLoopItselfShowsItsOwnStack() {
		CountDownLatch release = new CountDownLatch(1);
		RunTimeoutException timeout = timeoutOf(() -> this.runner.run(() -> blockTheLoop(release), Support.UNHURRIED));
		release.countDown();
		assertThat(timeout.getPhase()).isEqualTo(RunPhase.RUNNING);
		assertThat(timeout.getMessage()).contains("has been held for");
		assertThat(stackOfTheLoop(timeout)).contains(C04TimeoutTests.class.getName() + ".blockTheLoop");
	}

	/**
	 * The stack of the loop's thread, which is no part of the message.
	 */
	private static List<String> stackOfTheLoop(RunTimeoutException timeout) {
		assertThat(timeout.getSuppressed()).hasSize(1);
		return Arrays.stream(timeout.getSuppressed()[0].getStackTrace())
			.map((frame) -> frame.getClassName() + "." + frame.getMethodName())
			.toList();
	}

	private static CompletableFuture<Object> blockTheLoop(CountDownLatch release) {
		Support.await(release);
		return CompletableFuture.completedFuture(null);
	}

	@Tag("slow")
	@Test
	void loopThatIsNotHeldIsNotBlamed() {
		RunTimeoutException timeout = timeoutOf(() -> this.runner.run(Support.never(), Duration.ofMillis(300)));
		assertThat(timeout.getMessage()).doesNotContain("held");
	}

	@Test
	void unnamedTaskIsCalledAfterThePlaceOfTheCall() {
		String name = "Task \"C04TimeoutTests.unnamedTaskIsCalledAfterThePlaceOfTheCall\" on runner";
		assertThat(timeoutOf(() -> this.runner.run(Support.never(), SHORT)).getMessage()).startsWith(name);
		assertThat(timeoutOf(() -> this.runner.run(() -> new CompletableFuture<>(), SHORT)).getMessage())
			.startsWith(name);
		assertThat(timeoutOf(() -> this.runner.gather(List.<AsyncCallable<Object>>of(Support.never()),
				RunOptions.defaults().timeout(SHORT)))
			.getMessage()).startsWith(name);
		assertThat(timeoutOf(() -> this.runner.await(new CompletableFuture<>(), SHORT)).getMessage()).startsWith(name);
	}

	@Test
	void timeoutOfTheWorkIsAnOrdinaryFailure() {
		// vert.x; palitra for Python
		TimeoutException failure = new TimeoutException("the work's own");
		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> this.runner.run(Support.failure(failure), Support.LONG))
			.satisfies((thrown) -> assertThat(thrown.getCause()).isSameAs(failure));
		assertThatExceptionOfType(TimeoutException.class)
			.isThrownBy(() -> this.runner.runChecked(Support.failure(failure), TimeoutException.class))
			.isSameAs(failure);
		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> this.runner.run(() -> new CompletableFuture<>().orTimeout(1, TimeUnit.MILLISECONDS),
					Support.LONG))
			.withCauseExactlyInstanceOf(TimeoutException.class);
	}

	@Test
	void timeoutOfANestedRunnerIsAnOrdinaryFailureToo() {
		RunTimeoutException inner = new RunTimeoutException("from elsewhere", SHORT, RunPhase.RUNNING);
		assertThatExceptionOfType(RunTimeoutException.class)
			.isThrownBy(() -> this.runner.run(Support.failure(inner), Support.LONG))
			.isSameAs(inner);
	}

	// Which limit

	@Test
	void limitOfTheCallBeatsThatOfTheRunner() {
		try (EventLoopThreadRunner impatient = Runners.builder().timeout(SHORT).build()) {
			CompletableFuture<String> source = new CompletableFuture<>();
			Owner<String> patient = Owner.parked(() -> impatient.run(() -> source, Support.LONG));
			Owner<String> forever = Owner.parked(
					() -> impatient.run(() -> source, RunOptions.defaults().timeout(ChronoUnit.FOREVER.getDuration())));
			Owner<String> awaiting = Owner.parked(() -> impatient.await(source, Support.LONG));
			CompletableFuture<String> submitted = impatient.submit(() -> source,
					RunOptions.defaults().timeout(Support.LONG));
			// A call that starts later and has the runner's limit is over first
			assertThat(timeoutOf(() -> impatient.run(Support.never())).getLimit()).isEqualTo(SHORT);
			assertThat(submitted).isNotDone();
			source.complete("value");
			assertThat(List.of(patient.value(), forever.value(), awaiting.value(), Support.get(submitted)))
				.containsOnly("value");
		}
		try (EventLoopThreadRunner patient = Runners.builder().timeout(Support.LONG).build()) {
			assertThat(timeoutOf(() -> patient.run(Support.never(), SHORT)).getLimit()).isEqualTo(SHORT);
		}
	}

	@Test
	void limitOfTheRunnerHoldsForEveryKindOfCall() {
		try (EventLoopThreadRunner impatient = Runners.builder().timeout(SHORT).build()) {
			AsyncCallable<Object> never = Support.never();
			assertThat(timeoutOf(() -> impatient.run(never)).getLimit()).isEqualTo(SHORT);
			assertThat(timeoutOf(() -> impatient.run(never, RunOptions.defaults().name("n"))).getLimit())
				.isEqualTo(SHORT);
			assertThat(timeoutOf(() -> impatient.runChecked(never, Exception.class)).getLimit()).isEqualTo(SHORT);
			assertThat(timeoutOf(() -> impatient.runInterruptibly(never)).getLimit()).isEqualTo(SHORT);
			assertThat(timeoutOf(() -> impatient.await(new CompletableFuture<>())).getLimit()).isEqualTo(SHORT);
			assertThat(timeoutOf(() -> impatient.gather(never, Support.value("x"))).getLimit()).isEqualTo(SHORT);
			assertThat(impatient.gatherOutcomes(never)).singleElement()
				.isInstanceOfSatisfying(Outcome.Failure.class,
						(late) -> assertThat(late.exception()).isInstanceOfSatisfying(RunTimeoutException.class,
								(timeout) -> assertThat(timeout.getLimit()).isEqualTo(SHORT)));
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> impatient.submit(never).get())
				.withCauseExactlyInstanceOf(RunTimeoutException.class);
		}
	}

	@Test
	void valueThatIsThereBeatsATimeoutThatIsOver() {
		// Python bridges
		assertThat(this.runner.await(CompletableFuture.completedFuture("value"), Duration.ofNanos(1)))
			.isEqualTo("value");
	}

	// Precision

	@ParameterizedTest
	@CsvSource({ "PT0.000000001S, 1 ns", "PT0.000009S, 9 us", "PT0.0009S, 900 us", "PT0.001234567S, 1.234 ms",
			"PT0.012S, 12 ms" })
	void smallLimitsAreExact(Duration limit, String text) {
		// reactor BlockingTests.monoBlockSupportsNanos; mutiny and vert.x make 0 of 0.9
		// ms
		RunTimeoutException timeout = timeoutOf(() -> this.runner.run(Support.never(), limit));
		assertThat(timeout.getLimit()).isEqualTo(limit);
		assertThat(timeout.getMessage()).contains("did not end within " + text + ": ");
	}

	@Test
	void limitBelowAMillisecondIsNotZero() {
		// A limit that were truncated to zero could not be met even by a stage that is
		// there at once
		int met = 0;
		for (int i = 0; i < 2_000 && met == 0; i++) {
			try {
				met += this.runner.run(Support.value(1), Duration.ofNanos(900_000));
			}
			catch (RunTimeoutException ex) {
				assertThat(ex.getLimit()).isEqualTo(Duration.ofNanos(900_000));
			}
		}
		assertThat(met).isPositive();
	}

	@ParameterizedTest
	@MethodSource
	void hugeLimitsNeverOverflow(Duration limit) {
		// reactor block(Duration.ofSeconds(Long.MAX_VALUE)) throws ArithmeticException
		// after it has subscribed
		try (EventLoopThreadRunner patient = Runners.builder().timeout(limit).build()) {
			CompletableFuture<String> source = new CompletableFuture<>();
			List<Owner<String>> owners = List.of(Owner.parked(() -> patient.run(() -> source)),
					Owner.parked(() -> this.runner.run(() -> source, limit)),
					Owner.parked(() -> this.runner.await(source, limit)));
			CompletableFuture<String> submitted = this.runner.submit(() -> source,
					RunOptions.defaults().timeout(limit));
			source.complete("value");
			owners.forEach((owner) -> assertThat(owner.value()).isEqualTo("value"));
			assertThat(Support.get(submitted)).isEqualTo("value");
		}
	}

	static Stream<Duration> hugeLimitsNeverOverflow() {
		return Stream.of(Duration.ofSeconds(Long.MAX_VALUE), Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
				ChronoUnit.FOREVER.getDuration(), Duration.ofNanos(Long.MAX_VALUE),
				Duration.ofNanos(Long.MAX_VALUE - 1), Duration.ofNanos(Long.MAX_VALUE / 2 + 1),
				Duration.ofDays(365 * 293));
	}

	// What becomes of the work

	@Test
	void workSeesCancelTrueExactlyOnce() {
		// reactor MonoCompletionStageTest.propagateCancellationToCompletionFuture; python
		// asyncio
		Work<Object> work = new Work<>();
		Support.timeoutWhileRunning(this.runner, (limit) -> this.runner.run(() -> work, limit));
		assertThat(work.cancellations()).containsExactly(true);
		assertThat(work).isCancelled();
	}

	@Test
	void workOfASubmittedCallSeesCancelTrueExactlyOnce() {
		Work<Object> work = new Work<>();
		Support.timeoutWhileRunning(this.runner, (limit) -> {
			CompletableFuture<Object> future = this.runner.submit(() -> work, RunOptions.defaults().timeout(limit));
			return this.runner.await(future);
		});
		Support.eventually().until(() -> !work.cancellations().isEmpty());
		this.runner.close(Duration.ZERO);
		assertThat(work.cancellations()).containsExactly(true);
	}

	@OnLoop
	@Test
	void submittedCallTimesOutWhileTheLoopIsHeld() {
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			AtomicInteger calls = new AtomicInteger();
			CompletableFuture<Object> future = this.runner.submit(() -> {
				calls.incrementAndGet();
				return new CompletableFuture<>();
			}, RunOptions.defaults().timeout(SHORT));
			assertThatExceptionOfType(CompletionException.class).isThrownBy(future::join)
				.withCauseExactlyInstanceOf(RunTimeoutException.class)
				.withMessageContaining("QUEUED");
			held.close();
			this.runner.run(Support.value("later"));
			assertThat(calls).hasValue(0);
		}
	}

	@Test
	void deadlineOfASubmittedCallCountsFromTheCallWhereverItsTaskIsCalled() {
		RunOptions options = RunOptions.defaults().startOn(StartOn.caller()).timeout(Duration.ofSeconds(1));
		// Whose time is up before the task returns its stage
		CompletableFuture<Object> late = this.runner.submit(() -> {
			Support.eventually().until(() -> this.runner.snapshot().calls().get(0).remaining().isNegative());
			return new CompletableFuture<>();
		}, options);
		Throwable timeout = Support.get(late.handle((value, failure) -> failure));
		assertThat(timeout).isInstanceOf(RunTimeoutException.class);
		assertThat(Support.timesIn(timeout.getMessage())).isLessThan(Duration.ofMillis(1_900));
	}

	@OnLoop
	@Test
	void timedOutTaskInTheQueueIsNeverCalled() {
		AtomicInteger calls = new AtomicInteger();
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			for (int i = 0; i < 3; i++) {
				timeoutOf(() -> this.runner.run(() -> CompletableFuture.completedFuture(calls.incrementAndGet()),
						Duration.ofMillis(2)));
			}
		}
		this.runner.run(Support.value("later"));
		assertThat(calls).hasValue(0);
	}

	@OnLoop
	@Test
	void stageThatArrivesAfterTheTimeoutIsCancelled() {
		// reactor: onSubscribe after dispose() is never cancelled
		Work<Object> work = new Work<>();
		CountDownLatch release = new CountDownLatch(1);
		Support.timeoutWhileRunning((limit) -> this.runner.run(() -> {
			Support.await(release);
			return work;
		}, limit));
		assertThat(work.cancellations()).isEmpty();
		release.countDown();
		this.runner.run(Support.value("later"));
		assertThat(work.cancellations()).containsExactly(true);
	}

	@NotInPlace
	@Test
	void taskThatFailsAfterTheTimeoutHarmsNobody() {
		CountDownLatch release = new CountDownLatch(1);
		Support.timeoutWhileRunning((limit) -> this.runner.run(() -> {
			Support.await(release);
			throw new IllegalStateException("late");
		}, limit));
		release.countDown();
		assertThat(this.runner.run(Support.value("later"))).isEqualTo("later");
		Support.untilActive(this.runner, 0);
	}

	@Test
	void ownerLeavesAlthoughTheWorkIgnoresTheCancellation() {
		// palitra for Python: and a late value is never returned
		Work<String> work = Work.stubborn();
		Support.timeoutWhileRunning(this.runner, (limit) -> this.runner.run(() -> work, limit));
		assertThat(work.cancellations()).containsExactly(true);
		assertThat(this.runner.snapshot().abandoned()).isOne();
		work.complete("late");
		assertThat(this.runner.snapshot().abandoned()).isZero();
	}

	@Test
	void stageThatCannotBeCancelled() {
		CompletableFuture<Object> source = new CompletableFuture<>();
		Support.timeoutWhileRunning(this.runner, (limit) -> this.runner.run(() -> Support.stageOnly(source), limit));
		Support.timeoutWhileRunning(this.runner, (limit) -> this.runner.run(source::minimalCompletionStage, limit));
		assertThat(source).isNotDone();
		assertThat(this.runner.snapshot().abandoned()).isEqualTo(2);
		source.complete("late");
		assertThat(this.runner.snapshot().abandoned()).isZero();
	}

	@Test
	void stageThatIsNoFutureIsCancelledThroughTheFutureItTurnsInto() {
		Work<Object> work = new Work<>();
		Support.timeoutWhileRunning(this.runner, (limit) -> this.runner.run(() -> Support.stage(work), limit));
		assertThat(work.cancellations()).containsExactly(true);
	}

	@Test
	void cancelThatThrowsIsLoggedAndTheOwnerSeesTheTimeout() {
		try (Logs logs = Logs.capture()) {
			IllegalStateException failure = new IllegalStateException("cannot");
			Support.timeoutWhileRunning(this.runner, (limit) -> this.runner.run(() -> new Work<>() {

				@Override
				protected boolean cancelled(boolean mayInterruptIfRunning) {
					throw failure;
				}

			}, limit));
			assertThat(logs.thrown()).containsExactly(failure);
			assertThat(logs.messages()).singleElement().asString().contains("failed when it was cancelled");
		}
	}

	@Test
	void successCancelsNothing() {
		// reactor BlockingTests.monoBlockDoesntCancel
		Work<String> work = new Work<>();
		Owner<String> owner = Owner.parked(() -> this.runner.run(() -> work, Support.LONG));
		work.complete("value");
		assertThat(owner.value()).isEqualTo("value");
		assertThat(this.runner.run(() -> work, Support.LONG)).isEqualTo("value");
		CompletableFuture<String> future = this.runner.submit(() -> work, RunOptions.defaults().timeout(Support.LONG));
		assertThat(Support.get(future)).isEqualTo("value");
		this.runner.close();
		assertThat(work.cancellations()).isEmpty();
	}

	@Test
	void failureCancelsNothing() {
		Work<String> work = new Work<>();
		work.completeExceptionally(new IllegalStateException("no"));
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.runner.run(() -> work, Support.LONG));
		assertThat(work.cancellations()).isEmpty();
	}

	@Test
	void timeoutRacingTheResultHasOneWinner() {
		ExecutorService completer = Executors.newSingleThreadExecutor(Support::daemon);
		for (int round = 0; round < 1_000; round++) {
			Work<String> work = new Work<>();
			try {
				assertThat(this.runner.run(() -> {
					completer.execute(() -> work.complete("value"));
					return work;
				}, Duration.ofNanos(20_000 + round * 100))).isEqualTo("value");
				assertThat(work.cancellations()).isEmpty();
			}
			catch (RunTimeoutException ex) {
				assertThat(work.cancellations()).hasSizeLessThanOrEqualTo(1);
			}
		}
		completer.shutdown();
		assertThat(this.runner.run(Support.value("alive"))).isEqualTo("alive");
		Support.eventually().until(() -> this.runner.snapshot().calls().isEmpty());
	}

	private static RunTimeoutException timeoutOf(ThrowingCallable call) {
		RunTimeoutException timeout = catchThrowableOfType(RunTimeoutException.class, call);
		assertThat(timeout).isNotNull();
		return timeout;
	}

}
