package io.palitra;

import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

@DisplayName("C18 Stuck work shows itself")
class C18StuckWorkTests {

	private static final Duration NEVER = Support.LONG;

	private final Logs logs = Logs.capture();

	private final SlowReports slow = SlowReports.capture();

	private EventLoopThreadRunner runner;

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
		this.slow.close();
		this.logs.close();
	}

	private EventLoopThreadRunner runner(Duration slowTaskThreshold, Duration hangThreshold) {
		this.runner = EventLoopThreadRunner.builder()
			.name("stuck")
			.slowTaskThreshold(slowTaskThreshold)
			.hangThreshold(hangThreshold)
			.maxInFlight(10)
			.shutdownGrace(Duration.ZERO)
			.build();
		return this.runner;
	}

	// Callbacks that hold the loop

	@ParameterizedTest
	@MethodSource
	void slowCallbackIsLoggedOnceWhileItRunsWithTheStackOfTheLoop(Holding holding) {
		// vert.x BlockedThreadCheckerTest.testBlockCheckExceptionTimeLimit
		EventLoopThreadRunner slow = runner(Duration.ofMillis(75), NEVER);
		CountDownLatch release = new CountDownLatch(1);
		holding.hold(slow, () -> holdTheLoopForAWhile(release));
		Support.eventually().until(() -> !this.slow.of("stuck").isEmpty());
		// Another loop's report shows that loops have been looked at again since.
		try (EventLoopThreadRunner clock = EventLoopThreadRunner.builder()
			.name("clock")
			.slowTaskThreshold(Duration.ofMillis(30))
			.build(); HeldLoop held = HeldLoop.of(clock)) {
			Support.eventually().until(() -> !this.slow.of("clock").isEmpty());
		}
		// Logged first, then counted
		Support.eventually().until(() -> slow.snapshot().slow() > 0);
		assertThat(slow.snapshot().slow()).isOne();
		release.countDown();
		Support.eventually().until(() -> slow.snapshot().heldFor().isZero());
		assertThat(this.slow.of("stuck")).singleElement()
			.asString()
			.contains("\"palitra-stuck\"", "runner \"stuck\"", "\n\tat ", "holdTheLoopForAWhile");
	}

	private void holdTheLoopForAWhile(CountDownLatch release) {
		Support.await(release);
	}

	static Stream<Named<Holding>> slowCallbackIsLoggedOnceWhileItRunsWithTheStackOfTheLoop() {
		return Stream.of(Named.of("command", (runner, callback) -> runner.getLoop().execute(callback)),
				Named.of("timer", (runner, callback) -> runner.getLoop().schedule(callback, 1, TimeUnit.MILLISECONDS)),
				Named.of("task", (runner, callback) -> runner.submit(() -> {
					callback.run();
					return CompletableFuture.completedFuture("x");
				})), Named.of("dependent", (runner, callback) -> {
					CompletableFuture<String> stage = new CompletableFuture<>();
					stage.thenRunAsync(callback, runner.getLoop());
					stage.complete("x");
				}), Named.of("child of a gather", (runner, callback) -> Owner.start(() -> runner.gather(() -> {
					callback.run();
					return CompletableFuture.completedFuture("x");
				}))));
	}

	@Tag("slow")
	@Test
	void reportsAreLimitedAndTellHowManyWereLeftOut() {
		EventLoopThreadRunner slow = runner(Duration.ofMillis(5), NEVER);
		long since = System.nanoTime();
		int held = 0;
		while (this.slow.of("stuck").size() < 2) {
			long before = slow.snapshot().slow();
			try (HeldLoop holding = HeldLoop.of(slow)) {
				Support.eventually().until(() -> slow.snapshot().slow() > before);
			}
			held++;
		}
		assertThat(held).isGreaterThan(2);
		assertThat(System.nanoTime() - since).isGreaterThanOrEqualTo(1_000_000_000);
		List<String> reports = this.slow.of("stuck");
		assertThat(reports).hasSize(2);
		Matcher more = Pattern.compile("and (\\d+) others have since").matcher(reports.get(1));
		assertThat(more.find()).isTrue();
		// Others may have been slow too on a busy machine, after the second report
		// included
		assertThat(Long.parseLong(more.group(1))).isBetween((long) held - 2, slow.snapshot().slow() - 2);
	}

	@Test
	void callbackThatGoesOnIsReportedAgainAndWhenItEnds() {
		EventLoopThreadRunner slow = runner(Duration.ofMillis(50), NEVER);
		AtomicReference<Duration> heldForAtTheEnd = new AtomicReference<>();
		this.logs.onMessage("has ended, after", () -> heldForAtTheEnd.set(slow.snapshot().heldFor()));
		CountDownLatch release = new CountDownLatch(1);
		slow.getLoop().execute(() -> holdTheLoopForAWhile(release));
		Support.eventually().until(() -> this.logs.ofSlowCallbacks().anyMatch((record) -> isStill(record)));
		release.countDown();
		Support.eventually().until(() -> heldForAtTheEnd.get() != null);
		assertThat(this.logs.ofSlowCallbacks().filter(C18StuckWorkTests::isStill)).allSatisfy((record) -> {
			assertThat(record.getLevel()).isEqualTo(Level.WARNING);
			assertThat(record.getThrown().getStackTrace()).extracting(StackTraceElement::getMethodName)
				.contains("holdTheLoopForAWhile");
		});
		// The report of its end is nothing that the callback does
		assertThat(heldForAtTheEnd.get()).isZero();
		assertThat(slow.snapshot().slow()).isOne();
	}

	private static boolean isStill(LogRecord record) {
		return record.getMessage().contains("runner \"stuck\", still, for ");
	}

	@Test
	void loadingOfClassesIsLoggedForWhoeverLooksForIt() {
		EventLoopThreadRunner slow = runner(Duration.ofMillis(20), NEVER);
		// On a busy machine one may hold the loop so long that everybody has to know
		Support.eventually().until(() -> {
			CountDownLatch release = new CountDownLatch(1);
			long before = slow.snapshot().slow();
			slow.getLoop().execute(() -> loadClass(release));
			Support.eventually().until(() -> slow.snapshot().slow() > before);
			release.countDown();
			Support.eventually().until(() -> slow.snapshot().heldFor().isZero());
			return this.logs.ofSlowCallbacks()
				.anyMatch((record) -> record.getLevel() == Level.FINE
						&& record.getMessage().endsWith(", loading classes"));
		});
	}

	/**
	 * Is named like what is on the stack while a class is loaded.
	 */
	private void loadClass(CountDownLatch release) {
		Support.await(release);
	}

	@Test
	void callbackTooShortToBeSeenIsCountedWhenItHasEnded() {
		EventLoopThreadRunner slow = runner(Duration.ofNanos(1), NEVER);
		for (int i = 0; i < 100; i++) {
			slow.run(Support.value("x"));
		}
		Support.eventually().until(() -> slow.snapshot().slow() >= 100);
		assertThat(this.slow.of("stuck")).isNotEmpty();
	}

	@Tag("slow")
	@Test
	void idleLoopIsNeitherSlowNorWatched() {
		EventLoopThreadRunner idle = runner(Duration.ofMillis(900), NEVER);
		idle.run(Support.value("x"));
		Support.eventually().until(() -> Support.isWatched(idle));
		// Idle for longer than the threshold
		Support.eventually().until(() -> !Support.isWatched(idle));
		idle.run(Support.value("y"));
		Support.eventually().until(() -> idle.snapshot().heldFor().isZero());
		assertThat(idle.snapshot().slow()).isZero();
		Support.eventually().until(() -> !Support.isWatched(idle));
		// It is watched again when it has work again
		try (HeldLoop held = HeldLoop.of(idle)) {
			assertThat(Support.isWatched(idle)).isTrue();
			Support.eventually().until(() -> idle.snapshot().slow() == 1);
		}
	}

	@Test
	void reportKeepsNeitherTheProcessNorAnApplicationsClasses() {
		AtomicReference<Thread> reporter = new AtomicReference<>();
		AtomicReference<ClassLoader> contextClassLoader = new AtomicReference<>(new URLClassLoader(new URL[0]));
		Handler handler = new Handler() {

			@Override
			public void publish(LogRecord record) {
				contextClassLoader.set(Thread.currentThread().getContextClassLoader());
				reporter.set(Thread.currentThread());
			}

			@Override
			public void flush() {
			}

			@Override
			public void close() {
			}

		};
		Logger logger = Logger.getLogger("io.palitra");
		logger.addHandler(handler);
		try (HeldLoop held = HeldLoop.of(runner(Duration.ofMillis(50), NEVER))) {
			Support.eventually().until(() -> reporter.get() != null);
			assertThat(reporter.get().getName()).isEqualTo("palitra-clock-worker");
			assertThat(reporter.get().isDaemon()).isTrue();
			assertThat(contextClassLoader).hasValue(EventLoopThreadRunner.class.getClassLoader());
			Support.untilDead(reporter.get());
		}
		finally {
			logger.removeHandler(handler);
		}
	}

	@Test
	void allLoopsAreWatchedAtTheSameTime() {
		runner(Duration.ofMillis(10), NEVER);
		List<EventLoopThreadRunner> runners = IntStream.range(0, 5)
			.mapToObj((i) -> EventLoopThreadRunner.builder()
				.name("loop-" + i)
				.slowTaskThreshold(Duration.ofMillis(10 + i))
				.build())
			.toList();
		List<HeldLoop> held = runners.stream().map(HeldLoop::of).toList();
		try {
			Support.eventually()
				.until(() -> IntStream.range(0, 5).allMatch((i) -> this.slow.of("loop-" + i).size() == 1));
		}
		finally {
			held.forEach(HeldLoop::close);
			runners.forEach(EventLoopThreadRunner::close);
		}
	}

	@Test
	void brokenLogEndsNeitherLoopNorWatch() {
		EventLoopThreadRunner slow = runner(Duration.ofMillis(5), Duration.ofMillis(5));
		try (Logs broken = Logs.broken(new AssertionError("log")); HeldLoop held = HeldLoop.of(slow)) {
			Support.eventually().until(() -> slow.snapshot().slow() >= 1);
			assertThat(Support.timeoutWhileRunning((limit) -> {
				held.close();
				return slow.run(Support.never(), limit);
			})).isNotNull();
		}
		long before = slow.snapshot().slow();
		try (HeldLoop held = HeldLoop.of(slow)) {
			Support.eventually().until(() -> slow.snapshot().slow() > before);
		}
		assertThat(slow.run(Support.value("next"))).isEqualTo("next");
	}

	@Test
	void snapshotShowsWhatHoldsTheLoop() {
		EventLoopThreadRunner slow = runner(NEVER, NEVER);
		assertThat(slow.snapshot()).satisfies((snapshot) -> {
			assertThat(snapshot.heldFor()).isZero();
			assertThat(snapshot.stack()).isEmpty();
		});
		try (HeldLoop held = HeldLoop.of(slow)) {
			assertThat(slow.snapshot().heldFor()).isPositive();
			Support.eventually().until(() -> !slow.snapshot().stack().isEmpty());
			assertThat(slow.snapshot().stack()).extracting(StackTraceElement::getMethodName).contains("holdTheLoop");
			assertThat(slow.snapshot().heldFor()).isGreaterThanOrEqualTo(Duration.ofMillis(100));
		}
		Support.eventually().until(() -> slow.snapshot().heldFor().isZero());
		assertThat(slow.snapshot().stack()).isEmpty();
		assertThat(slow.snapshot().slow()).isZero();
		assertThat(this.logs.messages()).isEmpty();
	}

	// Owners that wait for long

	@ParameterizedTest
	@MethodSource
	void ownerThatWaitsIsReportedAgainAndAgain(Waiting waiting) {
		// vs-threading 65: same task, growing age
		EventLoopThreadRunner hanging = runner(NEVER, Duration.ofMillis(15));
		Owner<?> owner = Owner.start(() -> waiting.start(hanging));
		// On a busy machine the first reports may come before the loop has the call.
		Support.eventually()
			.until(() -> hangReports().size() >= 4
					&& hangReports().stream().anyMatch((report) -> report.phase().equals("RUNNING")));
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		List<Hang> reports = hangReports();
		assertThat(reports).allSatisfy((report) -> {
			assertThat(report.thread()).isEqualTo("test");
			assertThat(report.runner()).isEqualTo("stuck");
		});
		assertThat(reports).extracting(Hang::task).containsOnly(waiting.task());
		assertThat(reports).last().extracting(Hang::phase).isEqualTo("RUNNING");
		assertThat(reports).extracting(Hang::millis).isSorted().doesNotHaveDuplicates();
		assertThat(reports.get(0).millis()).isGreaterThanOrEqualTo(15);
	}

	static Stream<Named<Waiting>> ownerThatWaitsIsReportedAgainAndAgain() {
		RunOptions named = RunOptions.defaults().name("named");
		return Stream.of(waiting("run", "named", (runner) -> runner.run(Support.never(), named)),
				waiting("run with a limit", "named",
						(runner) -> runner.run(Support.never(), named.timeout(Support.LONG))),
				waiting("runScoped", "named",
						(runner) -> runner.runScoped((scope) -> new CompletableFuture<>(), named)),
				waiting("gather", "named", (runner) -> runner.gather(List.of(Support.never()), named)),
				waiting("await", "C18StuckWorkTests.ownerThatWaitsIsReportedAgainAndAgain",
						(runner) -> runner.await(new CompletableFuture<>())),
				waiting("stream", "named", (runner) -> runner.stream((subscriber) -> {
				}, named).toList()));
	}

	private static Named<Waiting> waiting(String name, String task, Consumer<EventLoopThreadRunner> call) {
		return Named.of(name, new Waiting(task, call));
	}

	@Test
	void virtualOwnerIsReportedToo() {
		EventLoopThreadRunner hanging = runner(NEVER, Duration.ofMillis(15));
		Owner<?> owner = Owner.start(Support.virtualThreads(), () -> hanging.run(Support.never()));
		Support.eventually().until(() -> hangReports().size() >= 2);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
	}

	@Test
	void nestedRunIsReportedTooAndEndsAtItsDeadline() {
		this.runner = EventLoopThreadRunner.builder()
			.name("stuck")
			.nestedRuns(NestedRuns.PUMP)
			.hangThreshold(Duration.ofMillis(15))
			.build();
		CompletableFuture<Object> nested = this.runner.submit(() -> this.runner.run(Support.never(),
				RunOptions.defaults().name("nested").timeout(Support.UNHURRIED)));
		Support.eventually().until(() -> hangReports().size() >= 2);
		assertThat(hangReports()).extracting(Hang::task).containsOnly("nested");
		assertThat(nested).failsWithin(Support.PATIENCE)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(RunTimeoutException.class);
	}

	@Test
	void reportTellsWhatTheOwnerWaitsFor() {
		EventLoopThreadRunner hanging = runner(NEVER, Duration.ofMillis(15));
		try (HeldLoop held = HeldLoop.of(hanging)) {
			Owner<Object> queued = Owner
				.start(() -> hanging.run(Support.never(), RunOptions.defaults().name("queued")));
			Support.eventually().until(() -> reported("queued", "QUEUED"));
			IntStream.range(0, 9).forEach((i) -> hanging.submit(Support.never()));
			Owner<Object> waiting = Owner
				.start(() -> hanging.run(Support.never(), RunOptions.defaults().name("waiting")));
			Support.eventually().until(() -> reported("waiting", "WAITING_FOR_PERMIT"));
			queued.interrupt();
			waiting.interrupt();
			assertThat(queued.failure()).isInstanceOf(RunInterruptedException.class);
			assertThat(waiting.failure()).isInstanceOf(RunInterruptedException.class);
		}
	}

	private boolean reported(String task, String phase) {
		return hangReports().stream().anyMatch((report) -> report.task().equals(task) && report.phase().equals(phase));
	}

	@ParameterizedTest
	@ValueSource(strings = { "run", "gather", "stream" })
	void longRunningSilencesItsOwnCallOnly(String call) {
		EventLoopThreadRunner hanging = runner(NEVER, Duration.ofMillis(15));
		RunOptions silent = RunOptions.defaults().name("silent").longRunning();
		Owner<Object> quiet = Owner.parked(() -> switch (call) {
			case "run" -> hanging.run(Support.never(), silent);
			case "gather" -> hanging.gather(List.of(Support.never()), silent);
			default -> hanging.stream((subscriber) -> {
			}, silent).toList();
		});
		Owner<Object> loud = Owner.parked(() -> hanging.run(Support.never(), RunOptions.defaults().name("loud")));
		Support.eventually().until(() -> hangReports().size() >= 3);
		assertThat(hangReports()).extracting(Hang::task).containsOnly("loud");
		quiet.interrupt();
		loud.interrupt();
		assertThat(quiet.failure()).isInstanceOf(RunInterruptedException.class);
		assertThat(loud.failure()).isInstanceOf(RunInterruptedException.class);
	}

	@Test
	void submittedCallHasNobodyToReportIt() {
		EventLoopThreadRunner hanging = runner(NEVER, Duration.ofMillis(15));
		hanging.submit(Support.never(), RunOptions.defaults().name("submitted"));
		Owner<Object> owner = Owner.start(() -> hanging.run(Support.never(), RunOptions.defaults().name("owned")));
		Support.eventually().until(() -> hangReports().size() >= 3);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		assertThat(hangReports()).extracting(Hang::task).containsOnly("owned");
	}

	@Test
	void reportAfterALongCommandOnTheCallerTellsTheTrueAge() {
		EventLoopThreadRunner hanging = runner(NEVER, Duration.ofMillis(15));
		// None counts before the loop has come to the task.
		AtomicInteger reportedBefore = new AtomicInteger(Integer.MAX_VALUE / 2);
		Owner<Object> owner = Owner.start(() -> hanging.runScoped((scope) -> {
			scope.caller().execute(() -> {
				long since = System.nanoTime();
				Support.eventually().until(() -> System.nanoTime() - since > 150_000_000);
				reportedBefore.set(hangReports().size());
			});
			return new CompletableFuture<>();
		}));
		Support.eventually().until(() -> hangReports().size() > reportedBefore.get() + 2);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		assertThat(hangReports().get(reportedBefore.get()).millis()).isGreaterThanOrEqualTo(150);
	}

	@Test
	void callThatEndsInTimeIsNotReported() {
		EventLoopThreadRunner quick = runner(NEVER, NEVER);
		IntStream.range(0, 100).forEach((i) -> quick.run(Support.later("x")));
		assertThat(this.logs.messages()).isEmpty();
	}

	// Snapshots

	@Test
	void snapshotKeepsTheOrderOfCallsThatCameAtOnce() {
		this.runner = EventLoopThreadRunner.builder().shutdownGrace(Duration.ZERO).build();
		List<String> names = IntStream.range(0, 1_000).mapToObj(Integer::toString).toList();
		names.forEach((name) -> this.runner.submit(Support.never(), RunOptions.defaults().name(name)));
		Support.untilActive(this.runner, names.size());
		assertThat(this.runner.snapshot().calls()).extracting(RunnerSnapshot.Call::taskName).isEqualTo(names);
	}

	@Test
	void snapshotListsEveryCallTheOldestFirst() {
		EventLoopThreadRunner busy = runner(NEVER, NEVER);
		Owner<Object> running = Owner
			.parked(() -> busy.run(Support.never(), RunOptions.defaults().name("running").timeout(Support.LONG)));
		Support.untilActive(busy, 1);
		Owner<Object> awaiting = Owner.parked(() -> busy.await(new CompletableFuture<>()));
		Work<Object> stubborn = Work.stubborn();
		CompletableFuture<Object> abandoned = busy.submit(() -> stubborn, RunOptions.defaults().name("abandoned"));
		Support.untilActive(busy, 3);
		abandoned.cancel(true);
		List<CompletableFuture<Object>> submitted = IntStream.range(0, 7)
			.mapToObj((i) -> busy.submit(Support.never(), RunOptions.defaults().name("submitted")))
			.toList();
		Support.untilActive(busy, 10);
		try (HeldLoop held = HeldLoop.of(busy)) {
			busy.submit(Support.never(), RunOptions.defaults().name("queued"));
			Owner<Object> waiting = Owner
				.parked(() -> busy.run(Support.never(), RunOptions.defaults().name("waiting")));
			RunnerSnapshot snapshot = busy.snapshot();
			assertThat(snapshot.calls())
				.extracting(RunnerSnapshot.Call::taskName, RunnerSnapshot.Call::phase,
						RunnerSnapshot.Call::ownerThreadName)
				.startsWith(tuple("running", RunPhase.RUNNING, "test"),
						tuple("C18StuckWorkTests.snapshotListsEveryCallTheOldestFirst", RunPhase.RUNNING, "test"),
						tuple("abandoned", RunPhase.RUNNING, null), tuple("submitted", RunPhase.RUNNING, null))
				.endsWith(tuple("submitted", RunPhase.RUNNING, null), tuple("queued", RunPhase.QUEUED, null),
						tuple("waiting", RunPhase.WAITING_FOR_PERMIT, "test"))
				.hasSize(12);
			assertThat(snapshot.calls()).extracting(RunnerSnapshot.Call::age)
				.isSortedAccordingTo(Comparator.reverseOrder())
				.allMatch((age) -> age.compareTo(Duration.ZERO) > 0);
			assertThat(snapshot.calls().get(0).remaining()).isBetween(Duration.ofMinutes(1), Support.LONG);
			assertThat(snapshot.calls().subList(1, 12)).extracting(RunnerSnapshot.Call::remaining).containsOnlyNulls();
			assertThat(List.of(snapshot.pending(), snapshot.active(), snapshot.waiting(), snapshot.abandoned()))
				.containsExactly(2, 10, 3, 1);
			waiting.interrupt();
			assertThat(waiting.failure()).isInstanceOf(RunInterruptedException.class);
		}
		submitted.forEach((future) -> future.cancel(true));
		stubborn.complete("late");
		running.interrupt();
		awaiting.interrupt();
		assertThat(running.failure()).isInstanceOf(RunInterruptedException.class);
		assertThat(awaiting.failure()).isInstanceOf(RunInterruptedException.class);
		Support.eventually()
			.untilAsserted(() -> assertThat(busy.snapshot().calls()).extracting(RunnerSnapshot.Call::taskName)
				.containsExactly("queued"));
	}

	private List<Hang> hangReports() {
		Pattern text = Pattern.compile(
				"Thread \"(.*)\" has waited ([0-9.]+) (ms|s) for task \"(.*)\" on runner \"(.*)\": ([A-Z_]+).*",
				Pattern.DOTALL);
		return this.logs.messages().stream().map(text::matcher).filter(Matcher::matches).map(Hang::of).toList();
	}

	/**
	 * One report.
	 */
	private record Hang(String thread, double millis, String task, String runner, String phase) {

		static Hang of(MatchResult match) {
			double number = Double.parseDouble(match.group(2));
			return new Hang(match.group(1), match.group(3).equals("s") ? number * 1_000 : number, match.group(4),
					match.group(5), match.group(6));
		}

	}

	/**
	 * A way to have the loop held by a callback.
	 */
	private interface Holding {

		void hold(EventLoopThreadRunner runner, Runnable callback);

	}

	/**
	 * A call that waits until it is interrupted.
	 */
	private record Waiting(String task, Consumer<EventLoopThreadRunner> call) {

		Object start(EventLoopThreadRunner runner) {
			this.call.accept(runner);
			return null;
		}

	}

}
