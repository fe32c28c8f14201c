package io.palitra;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@DisplayName("C10 Shutdown: calls and closers")
class C10ShutdownTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder().name("closing").build();

	private final Thread thread = Support.threadOf(this.runner);

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	// An idle runner

	@Test
	void idleRunnerClosesWithoutUsingItsGrace() {
		// netty testShutdownGracefully takes 2 s; asyncio-thread-runner, asgiref
		this.runner.run(Support.value("used"));
		this.runner.close(Support.LONG);
		assertThat(this.runner.isAlive()).isFalse();
		assertThat(this.thread.isAlive()).isFalse();
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
		assertThat(this.runner).hasToString("EventLoopThreadRunner[name=closing, state=CLOSED]");
	}

	@Test
	void runnerThatWasNeverUsedCloses() {
		try (EventLoopThreadRunner unused = EventLoopThreadRunner.create()) {
			assertThat(unused.isAlive()).isTrue();
			unused.close(Support.LONG);
			assertThat(unused.isAlive()).isFalse();
		}
	}

	@Test
	void graceThatAStartHasTakenFromAStopIsThereForTheNext() {
		// start() in a call does not wait for a stop that waits for that call
		AtomicReference<EventLoopThreadRunner> restarted = new AtomicReference<>();
		Work<String> late = Work.stubborn();
		try (EventLoopThreadRunner graceful = EventLoopThreadRunner.builder()
			.shutdownGrace(Support.PATIENCE)
			.onDiscard((value) -> restarted.get().start())
			.build()) {
			restarted.set(graceful);
			Support.timeoutWhileRunning(graceful, (limit) -> graceful.run(() -> late, limit));
			graceful.stop();
			late.complete("discarded");
			assertThat(graceful.isAlive()).isTrue();
			CompletableFuture<String> work = new CompletableFuture<>();
			Owner<String> inFlight = Owner.parked(() -> graceful.run(() -> work));
			Thread stopper = Support.daemon(graceful::stop);
			stopper.start();
			Support.eventually().until(() -> LockSupport.getBlocker(stopper) != null || !stopper.isAlive());
			work.complete("in its grace");
			assertThat(inFlight.value()).isEqualTo("in its grace");
			Support.untilDead(stopper);
		}
	}

	@RepeatedTest(200)
	void commandThatIsAcceptedDuringACloseThatHasTimeRuns() {
		EventLoopThreadRunner busy = EventLoopThreadRunner.builder().shutdownGrace(Support.PATIENCE).build();
		AtomicInteger accepted = new AtomicInteger();
		AtomicInteger run = new AtomicInteger();
		Owner<Object> commander = Owner.start(() -> {
			while (true) {
				busy.getLoop().execute(run::incrementAndGet);
				accepted.incrementAndGet();
			}
		});
		Owner<Object> caller = Owner.start(() -> {
			while (true) {
				busy.run(Support.value("value"));
			}
		});
		Support.eventually().until(() -> accepted.get() > 0);
		busy.close();
		assertThat(commander.failure()).isInstanceOf(RunnerClosedException.class);
		assertThat(caller.failure()).isInstanceOf(RunnerClosedException.class);
		assertThat(run).hasValue(accepted.get());
	}

	@Test
	void closeThatIsHeldByADependentLeavesVirtualThreadsTheirProcessors() {
		ThreadFactory virtual = Support.virtualThreads();
		int starts = Runtime.getRuntime().availableProcessors();
		CountDownLatch starting = new CountDownLatch(starts);
		AtomicBoolean returned = new AtomicBoolean();
		CountDownLatch ran = new CountDownLatch(1);
		EventLoopThreadRunner busy = EventLoopThreadRunner.create();
		for (int i = 0; i < starts; i++) {
			busy.submit(() -> {
				starting.countDown();
				while (!returned.get()) {
					Thread.onSpinWait();
				}
				return new CompletableFuture<>();
			}, RunOptions.defaults().startOn(StartOn.virtualThreads()));
		}
		busy.submit(Support.never()).whenComplete((value, failure) -> {
			returned.set(true);
			virtual.newThread(ran::countDown).start();
			Support.await(ran);
		});
		Support.await(starting);
		busy.close(Duration.ZERO);
		assertThat(ran.getCount()).isZero();
	}

	@Test
	void interruptOfACloserThatWaitsForAnotherEndsTheGraceToo() {
		Owner<Object> call = Owner.parked(() -> this.runner.run(Support.never()));
		Thread first = Support.daemon(() -> this.runner.close(Support.LONG));
		first.start();
		Support.untilParked(first);
		Thread second = Support.daemon(() -> this.runner.close(Support.LONG));
		second.start();
		Support.untilParked(second);
		second.interrupt();
		assertThat(call.failure()).isInstanceOf(RunnerClosedException.class);
		Support.untilDead(first);
		Support.untilDead(second);
	}

	@Test
	void closeIsIdempotent() {
		// palitra for Python, asyncio-thread-runner
		this.runner.close();
		this.runner.close();
		this.runner.close(Duration.ZERO);
		this.runner.close(Support.LONG);
		this.runner.stop();
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
	}

	@Test
	void idleCloseWithoutGraceLogsNothing() {
		try (Logs logs = Logs.capture()) {
			this.runner.close(Duration.ZERO);
			assertThat(logs.messages()).isEmpty();
		}
	}

	// New calls

	@Test
	void newCallsAreRefusedBeforeTheTaskIsCalled() {
		// palitra for Python, anyio, asyncio-thread-runner; cats-effect "reject new
		// tasks"
		this.runner.close();
		AtomicInteger calls = new AtomicInteger();
		AsyncCallable<Integer> task = () -> CompletableFuture.completedFuture(calls.incrementAndGet());
		List<Callable<?>> refused = List.of(() -> this.runner.run(task), () -> this.runner.run(task, Support.LONG),
				() -> this.runner.runChecked(task, Exception.class), () -> this.runner.runInterruptibly(task),
				() -> this.runner.gather(task), () -> this.runner.gatherOutcomes(task), () -> this.runner.submit(task),
				() -> this.runner.await(new CompletableFuture<>()));
		for (Callable<?> call : refused) {
			assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(call::call)
				.withMessageContaining("Task \"")
				.withMessageContaining("runner \"closing\" is closed")
				.withNoCause();
		}
		assertThat(new RunnerClosedException("x", null)).isInstanceOf(RejectedExecutionException.class);
		assertThat(calls).hasValue(0);
		assertThat(this.runner.snapshot().calls()).isEmpty();
	}

	@Test
	void closingRunnerRefusesNewCallsWhileOldOnesEnd() {
		CompletableFuture<String> source = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> this.runner.run(() -> source));
		Owner<Object> closer = closer(Support.LONG);
		Support.eventually().until(() -> !this.runner.isAlive());
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.STOPPING);
		assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> this.runner.run(Support.value("x")))
			.withMessageContaining("runner \"closing\" is stopping");
		assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> this.runner.submit(Support.value("x")));
		source.complete("value");
		assertThat(owner.value()).isEqualTo("value");
		closer.value();
	}

	// Calls in flight

	@Test
	void callsInFlightMayEndWithinTheGrace() {
		// anyio; cats-effect "await work queue drain on shutdown"
		CompletableFuture<String> source = new CompletableFuture<>();
		List<Owner<String>> owners = List.of(Owner.parked(() -> this.runner.run(() -> source)),
				Owner.parked(() -> this.runner.await(source)),
				Owner.parked(() -> this.runner.<String>gather(() -> source, () -> source).get(1)));
		CompletableFuture<String> submitted = this.runner.submit(() -> source);
		Owner<Object> closer = closer(Support.LONG);
		Support.eventually().until(() -> !this.runner.isAlive());
		Support.untilParked(closer.thread());
		assertThat(closer.isDone()).isFalse();
		source.complete("value");
		owners.forEach((owner) -> assertThat(owner.value()).isEqualTo("value"));
		assertThat(Support.get(submitted)).isEqualTo("value");
		closer.value();
		assertThat(this.thread.isAlive()).isFalse();
	}

	@Test
	void callsInTheQueueMayStartWithinTheGrace() {
		Owner<String> owner;
		Owner<Object> closer;
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			owner = Owner.parked(() -> this.runner.run(Support.later("value")));
			closer = closer(Support.LONG);
			Support.eventually().until(() -> !this.runner.isAlive());
		}
		assertThat(owner.value()).isEqualTo("value");
		closer.value();
	}

	@Test
	void callsInFlightMayUseTheLoopDuringTheGrace() {
		// kotlinx RunBlockingTest.testDispatchOnShutdown
		CompletableFuture<String> source = new CompletableFuture<>();
		EventLoop loop = this.runner.getLoop();
		Owner<String> owner = Owner.parked(() -> this.runner
			.run(() -> source.thenCompose((value) -> CompletableFuture.supplyAsync(() -> value + "+task", loop))
				.thenCompose((value) -> {
					CompletableFuture<String> timed = new CompletableFuture<>();
					loop.schedule(() -> timed.complete(value + "+timer"), 1, TimeUnit.MILLISECONDS);
					return timed;
				})));
		Owner<Object> closer = closer(Support.LONG);
		Support.eventually().until(() -> !this.runner.isAlive());
		source.complete("value");
		assertThat(owner.value()).isEqualTo("value+task+timer");
		closer.value();
	}

	@Test
	void textSaysThatTheTaskWasNotStarted() {
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			Owner<Object> owner = Owner
				.parked(() -> this.runner.run(Support.never(), RunOptions.defaults().name("load-user")));
			this.runner.close(Duration.ZERO);
			assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class)
				.hasMessageStartingWith("Task \"load-user\" cannot be run: runner \"closing\" is ");
		}
	}

	@Test
	void whatDoesNotEndWithinTheGraceIsCancelledAndItsOwnerReleased() {
		// palitra for Python; anyio
		Work<Object> work = new Work<>();
		Work<Object> child = new Work<>();
		List<Owner<Object>> owners = List.of(Owner.parked(() -> this.runner.run(() -> work)),
				Owner.parked(() -> this.runner.run(Support.never(), Support.LONG)),
				Owner.parked(() -> this.runner.gather(() -> child, Support.never())),
				Owner.parked(() -> this.runner.gatherOutcomes(Support.never())),
				Owner.parked(() -> this.runner.runInterruptibly(Support.never())),
				Owner.parked(() -> this.runner.await(new CompletableFuture<>())),
				Owner.parked(() -> CompletableFuture.anyOf(this.runner.submit(Support.never())).get()));
		Support.untilActive(this.runner, 7);
		this.runner.close(Duration.ofMillis(10));
		for (Owner<Object> owner : owners) {
			Throwable failure = owner.failure();
			assertThat((failure instanceof ExecutionException) ? failure.getCause() : failure)
				.isInstanceOf(RunnerClosedException.class)
				.hasMessageContaining("Task \"")
				.hasMessageContaining("did not end: runner \"closing\" is ")
				.hasNoCause();
		}
		assertThat(work.cancellations()).containsExactly(true);
		assertThat(child.cancellations()).containsExactly(true);
		Support.untilDead(this.thread);
	}

	@Test
	void submittedFuturesAreCompletedByClose() {
		// netty: futures that never complete after shutdown; != Spring's
		// submitCompletableRunnableWithGetAfterShutdown, which asserts the hang
		List<CompletableFuture<Object>> futures = new ArrayList<>();
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			futures.add(this.runner.submit(Support.value("queued")));
			futures.add(this.runner.submit(Support.never(), RunOptions.defaults().timeout(Support.LONG)));
			Owner<Object> waiter = Owner.parked(() -> futures.get(0).get());
			this.runner.close(Duration.ZERO);
			assertThat(waiter.failure()).hasCauseInstanceOf(RunnerClosedException.class);
		}
		for (CompletableFuture<Object> future : futures) {
			assertThatExceptionOfType(CompletionException.class).isThrownBy(future::join)
				.withCauseInstanceOf(RunnerClosedException.class);
		}
	}

	@Test
	void callsInTheQueueOfAWedgedLoopAreReleasedAndNeverStarted() {
		// netty drainTasks drops them; Python bridges
		AtomicInteger calls = new AtomicInteger();
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			List<Owner<Integer>> owners = IntStream.range(0, 10)
				.mapToObj((i) -> Owner
					.parked(() -> this.runner.run(() -> CompletableFuture.completedFuture(calls.incrementAndGet()))))
				.toList();
			this.runner.close(Duration.ZERO);
			for (Owner<Integer> owner : owners) {
				assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class)
					.hasMessageContaining("runner \"closing\" is ");
			}
			assertThat(this.thread.isAlive()).isTrue();
			assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
		}
		// Left to itself, the thread ends when its task does
		Support.untilDead(this.thread);
		assertThat(calls).hasValue(0);
	}

	@Test
	void callThatWedgesTheLoopItselfIsReleased() {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Work<Object> late = new Work<>();
		Owner<Object> owner = Owner.start(() -> this.runner.run(() -> {
			entered.countDown();
			Support.await(release);
			return late;
		}));
		Support.await(entered);
		this.runner.close(Duration.ofMillis(1));
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		release.countDown();
		Support.untilDead(this.thread);
		assertThat(late.cancellations()).containsExactly(true);
	}

	@Tag("slow")
	@Test
	void thousandOwnersAreReleased() {
		// vert.x ContextTest.testVirtualThreadInterruptOnClose
		assertThousandOwnersAreReleased((runnable) -> new Thread(null, runnable, "owner", 64 * 1024));
	}

	@Test
	void thousandVirtualOwnersAreReleased() {
		assertThousandOwnersAreReleased(Support.virtualThreads());
	}

	private void assertThousandOwnersAreReleased(ThreadFactory threads) {
		List<Owner<Object>> owners = IntStream.range(0, 1_000)
			.mapToObj((i) -> Owner.start(threads, () -> this.runner.run(Support.never())))
			.toList();
		Support.untilActive(this.runner, 1_000);
		this.runner.close(Duration.ZERO);
		assertThat(owners).allSatisfy((owner) -> assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class));
	}

	@Test
	void ownersAreReleasedBeforeUserCodeRunsOnTheClosingThread() {
		// Dependents of submitted futures run on the thread that completes them
		CountDownLatch released = new CountDownLatch(1);
		List<CompletableFuture<Boolean>> dependents = IntStream.range(0, 20)
			.mapToObj((i) -> this.runner.submit(Support.never()).handle((value, ex) -> {
				try {
					return released.await(5, TimeUnit.SECONDS);
				}
				catch (InterruptedException interrupted) {
					return false;
				}
			}))
			.toList();
		Owner.parked(() -> {
			try {
				return this.runner.run(Support.never());
			}
			finally {
				released.countDown();
			}
		});
		Support.untilActive(this.runner, 21);
		this.runner.close(Duration.ZERO);
		assertThat(dependents).extracting(Support::<Boolean>get).doesNotContain(false);
	}

	@Test
	void ownersAreReleasedBeforeAWorkIsCancelled() {
		CountDownLatch released = new CountDownLatch(20);
		AtomicInteger late = new AtomicInteger();
		for (int i = 0; i < 20; i++) {
			Owner.parked(() -> {
				try {
					return this.runner.run(() -> new Work<>() {

						@Override
						protected boolean cancelled(boolean mayInterruptIfRunning) {
							try {
								late.addAndGet(released.await(5, TimeUnit.SECONDS) ? 0 : 1);
							}
							catch (InterruptedException ex) {
								late.incrementAndGet();
							}
							return false;
						}

					});
				}
				finally {
					released.countDown();
				}
			});
		}
		Support.untilActive(this.runner, 20);
		this.runner.close(Duration.ZERO);
		assertThat(late).hasValue(0);
	}

	@Test
	void cancelThatThrowsStopsNothing() {
		try (Logs logs = Logs.capture()) {
			List<Work<Object>> works = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				Work<Object> work = new Work<>() {

					@Override
					protected boolean cancelled(boolean mayInterruptIfRunning) {
						throw new AssertionError("cannot");
					}

				};
				works.add(work);
				this.runner.submit(() -> work);
			}
			Support.untilActive(this.runner, 5);
			this.runner.close(Duration.ZERO);
			assertThat(works).allSatisfy((work) -> assertThat(work.cancellations()).containsExactly(true));
			assertThat(logs.thrown()).hasSize(5);
			assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
		}
	}

	@Test
	void abandonedWorkDoesNotHoldUpTheClose() {
		Work<Object> work = Work.stubborn();
		Support.timeoutWhileRunning(this.runner, (limit) -> this.runner.run(() -> work, limit));
		this.runner.close(Support.LONG);
		assertThat(work.cancellations()).containsExactly(true);
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
	}

	@Test
	void cancellationStillReachesTheWorkDuringTheGrace() {
		// anyio: cancel during the drain
		Work<Object> work = new Work<>();
		CompletableFuture<Object> future = this.runner.submit(() -> work);
		Support.untilActive(this.runner, 1);
		Owner<Object> closer = closer(Support.LONG);
		Support.eventually().until(() -> !this.runner.isAlive());
		future.cancel(true);
		assertThat(work.cancellations()).containsExactly(true);
		closer.value();
	}

	@Tag("slow")
	@Test
	void timeoutAndInterruptStillEndACallDuringTheGrace() {
		Owner<Object> timed = Owner.start(() -> this.runner.run(Support.never(), Support.UNHURRIED));
		Owner<Object> interrupted = Owner.parked(() -> this.runner.run(Support.never()));
		Support.untilActive(this.runner, 2);
		Owner<Object> closer = closer(Support.LONG);
		Support.eventually().until(() -> !this.runner.isAlive());
		interrupted.interrupt();
		assertThat(interrupted.failure()).isInstanceOf(RunInterruptedException.class);
		assertThat(timed.failure()).isInstanceOf(RunTimeoutException.class);
		closer.value();
	}

	// Racing

	@RepeatedTest(30)
	void everyCallThatRacesTheCloseReturnsOrThrows() {
		// netty testTaskAddedAfterShutdownNotAbandoned; palitra for Python: none may hang
		int threads = 8;
		CyclicBarrier together = new CyclicBarrier(threads + 1);
		AtomicInteger started = new AtomicInteger();
		List<Owner<int[]>> owners = IntStream.range(0, threads).mapToObj((number) -> Owner.start(() -> {
			int[] counts = new int[3];
			Support.await(together);
			while (counts[1] == 0) {
				try {
					counts[2]++;
					if (number % 2 == 0) {
						this.runner.run(() -> {
							started.incrementAndGet();
							return CompletableFuture.completedFuture("x");
						});
					}
					else {
						Support.get(this.runner.submit(() -> {
							started.incrementAndGet();
							return CompletableFuture.completedFuture("x");
						}));
					}
					counts[0]++;
				}
				catch (RunnerClosedException ex) {
					counts[1]++;
				}
				catch (IllegalStateException ex) {
					assertThat(ex.getCause().getCause()).isInstanceOf(RunnerClosedException.class);
					counts[1]++;
				}
			}
			return counts;
		})).toList();
		Support.await(together);
		this.runner.close(Duration.ofMillis(System.nanoTime() & 1));
		int returned = 0;
		for (Owner<int[]> owner : owners) {
			int[] counts = owner.value();
			assertThat(counts[0] + counts[1]).isEqualTo(counts[2]);
			returned += counts[0];
		}
		assertThat(started.get()).isBetween(returned, returned + threads);
		// A loop that is held goes on to list what holds it.
		Support.untilDead(this.thread);
		assertThat(this.runner.snapshot().calls()).isEmpty();
	}

	// Closers

	@Test
	void closeOnTheLoopThreadInitiatesAndReturns() {
		// palitra for Python, asgiref
		Owner<Object> other = Owner.parked(() -> this.runner.run(Support.never()));
		String result = this.runner.run(() -> {
			this.runner.close(Support.LONG);
			return CompletableFuture.completedFuture(this.runner.isAlive() ? "alive" : "closing");
		});
		assertThat(result).isEqualTo("closing");
		this.runner.close(Duration.ZERO);
		assertThat(other.failure()).isInstanceOf(RunnerClosedException.class);
		Support.untilDead(this.thread);
		this.runner.close(Support.LONG);
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
	}

	@Tag("slow")
	@Test
	void closeShortensOneThatHasJustBegunWhateverRaces() {
		Support.rounds(1_000).forEach((round) -> {
			EventLoopThreadRunner closing = EventLoopThreadRunner.create();
			closing.submit(Support.never());
			closing.run(() -> {
				closing.close(Support.LONG);
				return CompletableFuture.completedFuture(null);
			});
			Owner<Object> second = Owner.start(() -> {
				closing.close(Duration.ZERO);
				return null;
			});
			// Would take the whole grace of the first, longer than anybody waits here.
			assertThat(second.value()).isNull();
			assertThat(closing.snapshot().state()).isEqualTo(RunnerState.CLOSED);
		});
	}

	@Test
	void closeOnTheLoopOfAnotherRunnerInitiatesAndReturns() {
		try (EventLoopThreadRunner other = EventLoopThreadRunner.create()) {
			Owner<Object> owner = Owner.parked(() -> this.runner.run(Support.never()));
			other.run(() -> {
				this.runner.close(Duration.ofMillis(10));
				return CompletableFuture.completedFuture(null);
			});
			assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
			Support.untilDead(this.thread);
			assertThat(other.isAlive()).isTrue();
		}
	}

	@Test
	void concurrentClosersAllReturnAfterItIsDone() {
		// Python bridges
		CompletableFuture<String> source = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> this.runner.run(() -> source));
		List<Owner<Boolean>> closers = IntStream.range(0, 8).mapToObj((i) -> Owner.start(() -> {
			this.runner.close(Support.LONG);
			return this.runner.snapshot().state() == RunnerState.CLOSED && !this.thread.isAlive();
		})).toList();
		Support.eventually().until(() -> !this.runner.isAlive());
		assertThat(closers).noneMatch(Owner::isDone);
		source.complete("value");
		assertThat(owner.value()).isEqualTo("value");
		assertThat(closers).allMatch(Owner::value);
	}

	static List<Duration> secondCloserWithAShorterGraceShortensThatOfTheFirst() {
		return List.of(Support.LONG, ChronoUnit.FOREVER.getDuration());
	}

	@ParameterizedTest
	@MethodSource
	void secondCloserWithAShorterGraceShortensThatOfTheFirst(Duration longer) {
		Owner<Object> owner = Owner.parked(() -> this.runner.run(Support.never()));
		Owner<Object> first = closer(longer);
		Support.eventually().until(() -> !this.runner.isAlive());
		Support.untilParked(first.thread());
		this.runner.close(Duration.ofMillis(1));
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		first.value();
	}

	@Tag("slow")
	@Test
	void secondCloserWithALongerGraceDoesNotProlongThatOfTheFirst() {
		Owner<Object> owner = Owner.parked(() -> this.runner.run(Support.never()));
		Owner<Object> first = closer(Duration.ofMillis(300));
		Support.eventually().until(() -> !this.runner.isAlive());
		Owner<Object> second = closer(Support.LONG);
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		first.value();
		second.value();
	}

	@Test
	void secondCloserShortensTheGraceWhileTheLoopIsHeld() {
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			Owner<Object> first = closer(Support.LONG);
			Support.eventually().until(() -> !this.runner.isAlive());
			Support.untilParked(first.thread());
			Owner<Object> second = closer(Duration.ZERO);
			second.value();
			first.value();
			assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
		}
	}

	@Test
	void interruptOfTheClosingThreadEndsTheGraceAndIsKept() {
		Owner<Object> owner = Owner.parked(() -> this.runner.run(Support.never()));
		Owner<Object> closer = closer(Support.LONG);
		Support.eventually().until(() -> !this.runner.isAlive());
		Support.untilParked(closer.thread());
		closer.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		closer.value();
		assertThat(closer.wasInterruptedAtEnd()).isTrue();
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
	}

	@Test
	void closingThreadThatIsInterruptedAlreadyCloses() {
		Owner<Object> owner = Owner.parked(() -> this.runner.run(Support.never()));
		Owner<Object> closer = Owner.start(() -> {
			Thread.currentThread().interrupt();
			this.runner.close(Support.LONG);
			return null;
		});
		closer.value();
		assertThat(closer.wasInterruptedAtEnd()).isTrue();
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		Support.untilDead(this.thread);
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "PT0S", "PT0.001S", "PT2562047788015H12M" })
	void anyGraceWillDo(Duration grace) {
		this.runner.run(Support.value("x"));
		this.runner.close(grace);
		Support.untilDead(this.thread);
	}

	@Test
	void closeUsesTheShutdownGraceOfTheSettings() {
		try (EventLoopThreadRunner hasty = EventLoopThreadRunner.builder().shutdownGrace(Duration.ZERO).build()) {
			Owner<Object> owner = Owner.parked(() -> hasty.run(Support.never()));
			hasty.close();
			assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		}
	}

	@Test
	void closeInsideADependentOfACallThatItEndsDoesNotDeadLock() {
		AtomicReference<Throwable> seen = new AtomicReference<>();
		CompletableFuture<Object> dependent = this.runner.submit(Support.never()).whenComplete((value, ex) -> {
			this.runner.close(Duration.ZERO);
			seen.set(ex);
		});
		Support.untilActive(this.runner, 1);
		Owner<Object> closer = closer(Duration.ZERO);
		closer.value();
		assertThat(dependent).isCompletedExceptionally();
		assertThat(seen.get()).isInstanceOf(RunnerClosedException.class);
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.CLOSED);
	}

	private Owner<Object> closer(Duration grace) {
		return Owner.start(() -> {
			this.runner.close(grace);
			return null;
		});
	}

	@Test
	void awaitOfADoneStageWorksAfterClose() {
		this.runner.close();
		assertThat(this.runner.await(CompletableFuture.completedFuture("value"))).isEqualTo("value");
	}

}
