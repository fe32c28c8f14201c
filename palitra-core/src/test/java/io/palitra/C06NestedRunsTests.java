package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

@DisplayName("C6 Nested runs")
class C06NestedRunsTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
		.name("nesting")
		.nestedRuns(NestedRuns.PUMP)
		.slowTaskThreshold(Duration.ofMillis(500))
		.build();

	private final ExecutorService foreign = Executors.newCachedThreadPool(Support::daemon);

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
		this.foreign.shutdownNow();
	}

	// What is allowed

	@Test
	void callInADependentOfOneThatHasEndedLeavesNothingCounted() {
		try (EventLoopThreadRunner nesting = EventLoopThreadRunner.builder()
			.name("dependent")
			.nestedRuns(NestedRuns.PUMP)
			.build()) {
			CompletableFuture<Object> nested = new CompletableFuture<>();
			// Held, so that the dependent is there before the outcome
			try (HeldLoop held = HeldLoop.of(nesting)) {
				nesting.submit(Support.value("x"))
					.whenComplete((value, failure) -> nested.complete(nesting.run(Support.later("y"))));
			}
			assertThat(Support.get(nested)).isEqualTo("y");
			Support.eventually().until(() -> nesting.snapshot().calls().isEmpty());
			Support.settle(nesting);
			assertThat(nesting.snapshot().active()).isZero();
		}
	}

	@Test
	void rejectIsTheDefault() {
		try (EventLoopThreadRunner rejecting = EventLoopThreadRunner.builder().name("strict").build()) {
			AtomicInteger calls = new AtomicInteger();
			assertThatExceptionOfType(BlockingNotAllowedException.class)
				.isThrownBy(() -> rejecting.run(() -> rejecting.run(() -> {
					calls.incrementAndGet();
					return CompletableFuture.completedFuture(CompletableFuture.completedFuture("x"));
				}, RunOptions.defaults().name("inner"))))
				.withMessageContaining("\"inner\"")
				.withMessageContaining("\"palitra-strict\"")
				.withMessageContaining("\"strict\"");
			assertThat(calls).hasValue(0);
			// A done stage needs no waiting
			assertThat(rejecting.<String>run(() -> CompletableFuture
				.completedFuture(rejecting.await(CompletableFuture.completedFuture("done"))))).isEqualTo("done");
		}
		assertThatNullPointerException().isThrownBy(() -> EventLoopThreadRunner.builder().nestedRuns(null))
			.withMessage("nestedRuns");
	}

	@ParameterizedTest
	@MethodSource
	void everyCallMayBeNested(Nested nested) {
		// nest_asyncio; kotlinx EventLoopsTest.testNestedRunBlocking
		assertThat(onTheLoop(() -> nested.call(this))).isEqualTo("nested");
		assertThat(this.runner.run(Support.value("next"))).isEqualTo("next");
	}

	static Stream<Named<Nested>> everyCallMayBeNested() {
		return Stream.of(Named.of("run", (test) -> test.runner.run(Support.value("nested"))),
				Named.of("run of another thread's work", (test) -> test.runner.run(Support.later("nested"))),
				Named.of("run with a limit", (test) -> test.runner.run(Support.later("nested"), Support.LONG)),
				Named.of("runChecked", (test) -> test.runner.runChecked(Support.later("nested"), Exception.class)),
				Named.of("runInterruptibly", (test) -> test.runner.runInterruptibly(Support.later("nested"))),
				Named.of("runScoped", (test) -> test.runner.runScoped((scope) -> scope.fork(Support.later("nested")))),
				Named.of("gather",
						(test) -> String.join("",
								test.runner.<String>gather(Support.later("nes"), Support.value("ted")))),
				Named.of("gatherOutcomes",
						(test) -> test.runner.<String>gatherOutcomes(Support.failure(new IllegalStateException()),
								Support.later("nested"))
							.get(1)
							.orElseThrow()),
				Named.of("await",
						(test) -> test.runner.await(CompletableFuture.supplyAsync(() -> "nested", test.foreign))),
				Named.of("submit and await", (test) -> test.runner.await(test.runner.submit(Support.later("nested")))),
				Named.of("stream", C06NestedRunsTests::streamed), Named.of("blocking face", (test) -> {
					interface Face {

						String get();

					}
					interface AsyncFace {

						CompletableFuture<String> get();

					}
					AsyncFace target = () -> CompletableFuture.supplyAsync(() -> "nested", test.foreign);
					return test.runner.blocking(Face.class, target).get();
				}), Named.of("what depends on a queued task", (test) -> {
					CompletableFuture<String> queued = new CompletableFuture<>();
					test.runner.getLoop().execute(() -> queued.complete("nested"));
					return test.runner.run(() -> queued);
				}), Named.of("what depends on a timer", (test) -> {
					CompletableFuture<String> timed = new CompletableFuture<>();
					test.runner.getLoop().schedule(() -> timed.complete("nested"), 5, TimeUnit.MILLISECONDS);
					return test.runner.await(timed);
				}),
				Named.of("what depends on sleep",
						(test) -> test.runner
							.runScoped((scope) -> scope.sleep(Duration.ofMillis(5)).thenApply((none) -> "nested"))),
				Named.of("what depends on another call", (test) -> {
					CompletableFuture<String> other = CompletableFuture
						.supplyAsync(() -> test.runner.run(Support.later("nested")), test.foreign);
					return test.runner.await(other);
				}));
	}

	private static String streamed(C06NestedRunsTests test) {
		SubmissionPublisher<String> publisher = new SubmissionPublisher<>(test.foreign, 8);
		test.foreign.execute(() -> {
			Support.eventually().until(publisher::hasSubscribers);
			publisher.submit("nes");
			publisher.submit("ted");
			publisher.close();
		});
		try (Stream<String> stream = test.runner.stream(publisher)) {
			return stream.reduce("", String::concat);
		}
	}

	@Test
	void tasksOfTheSameBatchRunInsideTheNestedCall() {
		List<String> order = new CopyOnWriteArrayList<>();
		CompletableFuture<String> ofTheLast = new CompletableFuture<>();
		CountDownLatch done = new CountDownLatch(1);
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			this.runner.getLoop().execute(() -> {
				order.add("first begins");
				order.add(this.runner.await(ofTheLast));
				order.add("first ends");
				done.countDown();
			});
			this.runner.getLoop().execute(() -> order.add("second"));
			this.runner.getLoop().execute(() -> ofTheLast.complete("third"));
			this.runner.getLoop().execute(() -> order.add("fourth"));
		}
		Support.await(done);
		Support.eventually().until(() -> order.size() == 5);
		assertThat(order).startsWith("first begins", "second").contains("third", "fourth");
		assertThat(order.indexOf("first ends")).isEqualTo(order.indexOf("third") + 1);
	}

	@Test
	void nestedCallsMayNestAgainAndEndInReverse() {
		List<String> order = new CopyOnWriteArrayList<>();
		String result = onTheLoop(() -> this.runner.run(() -> {
			order.add("one");
			String inner = this.runner.run(() -> {
				order.add("two");
				String innermost = this.runner.runScoped((scope) -> {
					order.add("three");
					return scope.sleep(Duration.ofMillis(1)).thenApply((none) -> "three");
				});
				order.add("end of two");
				return CompletableFuture.completedFuture("two " + innermost);
			});
			order.add("end of one");
			return CompletableFuture.completedFuture("one " + inner);
		}));
		assertThat(result).isEqualTo("one two three");
		assertThat(order).containsExactly("one", "two", "three", "end of two", "end of one");
	}

	@Test
	void timersAndTasksGoOnWhileACallIsNested() {
		AtomicInteger ticks = new AtomicInteger();
		ScheduledFuture<?> ticking = this.runner.getLoop()
			.scheduleAtFixedRate(ticks::incrementAndGet, 0, 1, TimeUnit.MILLISECONDS);
		CompletableFuture<String> release = new CompletableFuture<>();
		Owner<String> nested = Owner.start(() -> onTheLoop(() -> this.runner.await(release)));
		Support.eventually().until(() -> this.runner.snapshot().waiting() == 2);
		int before = ticks.get();
		Support.eventually().until(() -> ticks.get() > before + 5);
		assertThat(this.runner.run(Support.later("another call"))).isEqualTo("another call");
		assertThat(nested.isDone()).isFalse();
		release.complete("released");
		assertThat(nested.value()).isEqualTo("released");
		ticking.cancel(false);
	}

	@Test
	void periodicTimerMayNestAndGoesOn() {
		AtomicInteger ticks = new AtomicInteger();
		ScheduledFuture<?> ticking = this.runner.getLoop().scheduleAtFixedRate(() -> {
			this.runner.run(Support.later("x"));
			ticks.incrementAndGet();
		}, 0, 1, TimeUnit.MILLISECONDS);
		Support.eventually().until(() -> ticks.get() > 5);
		assertThat(ticking.cancel(false)).isTrue();
	}

	@Test
	void commandsForTheCallerOfANestedCallRunOnTheLoop() {
		Thread loop = Support.threadOf(this.runner);
		Thread ran = onTheLoop(
				() -> this.runner.runScoped((scope) -> CompletableFuture.supplyAsync(() -> "x", this.foreign)
					.thenApplyAsync((value) -> Thread.currentThread(), scope.caller())));
		assertThat(ran).isSameAs(loop);
	}

	@Test
	void contextOfTheTaskIsThereAgainAfterANestedCall() {
		ThreadLocal<String> local = new ThreadLocal<>();
		try (EventLoopThreadRunner carrying = EventLoopThreadRunner.builder()
			.nestedRuns(NestedRuns.PUMP)
			.contextCarrier(() -> {
				String captured = local.get();
				return () -> {
					String before = local.get();
					local.set(captured);
					return () -> local.set(before);
				};
			})
			.build()) {
			local.set("outer");
			CompletableFuture<String> other = new CompletableFuture<>();
			List<String> seen = carrying.<List<String>>run(() -> {
				this.foreign.execute(() -> {
					local.set("other");
					other.complete(carrying.run(() -> CompletableFuture.completedFuture(local.get())));
				});
				List<String> values = new ArrayList<>();
				values.add(carrying.await(other));
				values.add(carrying.run(() -> CompletableFuture.completedFuture(local.get())));
				values.add(local.get());
				return CompletableFuture.completedFuture(values);
			});
			assertThat(seen).containsExactly("other", "outer", "outer");
		}
	}

	// What is not

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void depthIsLimitedAndTheLoopWorksAfterwards(boolean gather) {
		AtomicInteger deepest = new AtomicInteger();
		assertThatExceptionOfType(BlockingNotAllowedException.class)
			.isThrownBy(() -> this.runner.run(() -> deeper(deepest, gather)))
			.withMessageContaining("\"nesting\"")
			.withMessageContaining("\"palitra-nesting\"")
			.withMessageContaining("nested " + (deepest.get() - 1) + " deep");
		assertThat(deepest.get()).isGreaterThan(30);
		assertThat(this.runner.run(Support.later("next"))).isEqualTo("next");
		assertThat(onTheLoop(() -> this.runner.run(Support.later("nested")))).isEqualTo("nested");
		assertThat(this.runner.snapshot().calls()).isEmpty();
	}

	private CompletableFuture<String> deeper(AtomicInteger deepest, boolean gather) {
		deepest.incrementAndGet();
		AsyncCallable<String> next = () -> deeper(deepest, gather);
		return CompletableFuture
			.completedFuture(gather ? this.runner.<String>gather(next).get(0) : this.runner.run(next));
	}

	@Test
	void otherRunnersLoopIsStillRefused() {
		try (EventLoopThreadRunner other = EventLoopThreadRunner.builder()
			.name("other")
			.nestedRuns(NestedRuns.PUMP)
			.build()) {
			AtomicInteger calls = new AtomicInteger();
			assertThatExceptionOfType(BlockingNotAllowedException.class)
				.isThrownBy(() -> this.runner.run(() -> CompletableFuture
					.completedFuture(other.run(() -> CompletableFuture.completedFuture(calls.incrementAndGet())))))
				.withMessageContaining("\"palitra-nesting\"")
				.withMessageContaining("\"other\"");
			assertThat(calls).hasValue(0);
			// Nor through a nested call
			assertThatExceptionOfType(BlockingNotAllowedException.class)
				.isThrownBy(() -> onTheLoop(() -> this.runner.run(() -> {
					other.run(Support.value("x"));
					return CompletableFuture.completedFuture("never");
				})));
		}
	}

	@Test
	void waitingOnTheLoopForOneOfItsFuturesIsStillRefused() {
		assertThatExceptionOfType(BlockingNotAllowedException.class)
			.isThrownBy(() -> onTheLoop(() -> this.runner.submit(Support.never()).join()));
	}

	// How nested calls end

	@Test
	void failureOfANestedCallIsThrownInTheTask() {
		IllegalStateException failure = new IllegalStateException("nested");
		assertThatIllegalStateException().isThrownBy(() -> onTheLoop(() -> this.runner.run(Support.failure(failure))))
			.isSameAs(failure);
		String recovered = onTheLoop(() -> {
			try {
				return this.runner.run(Support.failure(failure));
			}
			catch (IllegalStateException ex) {
				return "recovered";
			}
		});
		assertThat(recovered).isEqualTo("recovered");
	}

	@Test
	void whatATaskThrowsInsideANestedCallDoesNotTouchIt() {
		List<Throwable> uncaught = new CopyOnWriteArrayList<>();
		Support.threadOf(this.runner).setUncaughtExceptionHandler((thread, ex) -> uncaught.add(ex));
		Error error = new AssertionError("of another task");
		String result = onTheLoop(() -> {
			this.runner.getLoop().execute(() -> {
				throw error;
			});
			return this.runner.run(Support.later("untouched"));
		});
		assertThat(result).isEqualTo("untouched");
		assertThat(uncaught).containsExactly(error);
	}

	@Test
	void nestedCallTimesOutAndItsWorkIsCancelled() {
		Work<String> work = new Work<>();
		RunTimeoutException timeout = Support
			.timeoutWhileRunning((limit) -> onTheLoop(() -> this.runner.run(() -> work, limit)));
		assertThat(timeout.getPhase()).isEqualTo(RunPhase.RUNNING);
		assertThat(work.cancellations()).containsExactly(true);
	}

	@Test
	void deadlineOfTheOuterCallHoldsWhileTheNestedOneWaits() {
		CompletableFuture<String> release = new CompletableFuture<>();
		RunTimeoutException timeout = Support.timeoutWhileRunning(this.runner,
				(limit) -> this.runner.run(() -> CompletableFuture.completedFuture(this.runner.await(release)), limit));
		assertThat(timeout.getPhase()).isEqualTo(RunPhase.RUNNING);
		release.complete("late");
		assertThat(this.runner.run(Support.value("next"))).isEqualTo("next");
	}

	@Test
	void closeWhileACallIsNestedReleasesBoth() {
		AtomicReference<Throwable> inner = new AtomicReference<>();
		Owner<String> outer = Owner.start(() -> onTheLoop(() -> {
			try {
				return this.runner.run(Support.never());
			}
			catch (RunnerClosedException ex) {
				inner.set(ex);
				throw ex;
			}
		}));
		Support.untilActive(this.runner, 2);
		Thread loop = Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("palitra-nesting"))
			.findAny()
			.orElseThrow();
		this.runner.close(Duration.ZERO);
		assertThat(outer.failure()).isInstanceOf(RunnerClosedException.class);
		Support.eventually().until(() -> inner.get() != null);
		Support.untilDead(loop);
	}

	@Test
	void nestedCallMayEndInsideTheGraceOfAClose() {
		CompletableFuture<String> work = new CompletableFuture<>();
		Owner<String> outer = Owner.start(() -> onTheLoop(() -> this.runner.run(() -> work)));
		Support.untilActive(this.runner, 2);
		Owner<Object> closer = Owner.parked(() -> {
			this.runner.close(Support.LONG);
			return null;
		});
		work.complete("in the grace");
		assertThat(outer.value()).isEqualTo("in the grace");
		assertThat(closer.value()).isNull();
	}

	@Test
	void closeFromInsideANestedCallReleasesIt() {
		Owner<String> outer = Owner.start(() -> onTheLoop(() -> this.runner.run(() -> {
			this.runner.close(Duration.ZERO);
			return new CompletableFuture<>();
		})));
		assertThat(outer.failure()).isInstanceOf(RunnerClosedException.class);
		Support.eventually().until(() -> this.runner.getLoop().isTerminated());
	}

	@Test
	void interruptedTaskIsRefusedANestedCall() {
		AtomicInteger calls = new AtomicInteger();
		assertThatExceptionOfType(RunInterruptedException.class).isThrownBy(() -> onTheLoop(() -> {
			Thread.currentThread().interrupt();
			return this.runner.run(() -> CompletableFuture.completedFuture(calls.incrementAndGet()));
		}));
		assertThat(calls).hasValue(0);
		assertThat(this.runner.run(Support.value("next"))).isEqualTo("next");
	}

	// C18: what holds the loop

	@Test
	void taskThatWaitsInsideANestedCallDoesNotHoldTheLoop() {
		try (SlowReports reports = SlowReports.capture();
				EventLoopThreadRunner clock = EventLoopThreadRunner.builder()
					.name("clock")
					.slowTaskThreshold(Duration.ofSeconds(1))
					.build()) {
			CompletableFuture<String> release = new CompletableFuture<>();
			Owner<String> nested = Owner.start(() -> onTheLoop(() -> this.runner.await(release)));
			Support.eventually().until(() -> this.runner.snapshot().waiting() == 2);
			Support.eventually().until(() -> this.runner.snapshot().heldFor().isZero());
			// For longer than the threshold, and looked at meanwhile
			try (HeldLoop held = HeldLoop.of(clock)) {
				Support.eventually().until(() -> clock.snapshot().slow() == 1);
			}
			assertThat(this.runner.snapshot().heldFor()).isZero();
			assertThat(this.runner.snapshot().stack()).isEmpty();
			release.complete("released");
			assertThat(nested.value()).isEqualTo("released");
			assertThat(this.runner.snapshot().slow()).isZero();
			assertThat(reports.of("nesting")).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "before", "inside", "after" })
	void callbackThatHoldsTheLoopAroundANestedCallIsReported(String when) {
		try (Logs logs = Logs.capture(); SlowReports reports = SlowReports.capture()) {
			CountDownLatch release = new CountDownLatch(1);
			// Who starts a thread waits until it has had a processor, which holds the
			// loop too
			Support.get(CompletableFuture.runAsync(() -> {
			}, this.foreign));
			Owner<String> owner = Owner.start(() -> onTheLoop(() -> {
				if (when.equals("before")) {
					holdTheLoopForAWhile(release);
				}
				String result = this.runner.run(() -> {
					if (when.equals("inside")) {
						holdTheLoopForAWhile(release);
					}
					return CompletableFuture.supplyAsync(() -> {
						// The loop is asleep by then
						Support.eventually().until(() -> this.runner.snapshot().heldFor().isZero());
						return "result";
					}, this.foreign);
				});
				if (when.equals("after")) {
					holdTheLoopForAWhile(release);
				}
				return result;
			}));
			Support.eventually().until(() -> this.runner.snapshot().slow() > 0);
			Support.eventually().until(() -> !reports.of("nesting").isEmpty());
			release.countDown();
			assertThat(owner.value()).isEqualTo("result");
			assertThat(reports.of("nesting")).singleElement().asString().contains("holdTheLoopForAWhile");
			assertThat(logs.messages()).isEmpty();
			assertThat(this.runner.snapshot().slow()).isOne();
		}
	}

	private void holdTheLoopForAWhile(CountDownLatch release) {
		Support.await(release);
	}

	@Test
	void manyCallersMayNestAtOnce() {
		Collection<Owner<Integer>> owners = IntStream.range(0, 4).mapToObj((thread) -> Owner.start(() -> {
			int sum = 0;
			for (int i = 0; i < 50; i++) {
				sum += onTheLoop(() -> this.runner.<Integer>gather(Support.later(1), Support.value(2))
					.stream()
					.mapToInt(Integer::intValue)
					.sum());
			}
			return sum;
		})).toList();
		owners.forEach((owner) -> assertThat(owner.value()).isEqualTo(150));
	}

	private <T> T onTheLoop(Callable<T> action) {
		return this.runner.run(() -> {
			if (!this.runner.getLoop().inEventLoop()) {
				throw new AssertionError("not on the loop");
			}
			return CompletableFuture.completedFuture(action.call());
		});
	}

	/**
	 * A call that is made on the loop.
	 */
	private interface Nested {

		String call(C06NestedRunsTests test) throws Exception;

	}

}
