package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
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
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

@DisplayName("C11 Late results")
@Tag("start-on")
class C11LateResultsTests {

	private final List<Object> late = new CopyOnWriteArrayList<>();

	private final EventLoopThreadRunner runner = Runners.builder().name("late").onDiscard(this.late::add).build();

	private final ExecutorService foreign = Executors.newFixedThreadPool(2, Support::daemon);

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
		this.foreign.shutdownNow();
	}

	// run

	@Tag("slow")
	@ParameterizedTest
	@EnumSource(value = CallEnd.class, names = { "TIMEOUT", "INTERRUPT", "CLOSE" })
	void valueThatComesAfterTheOwnerLeftIsDiscarded(CallEnd end) {
		CompletableFuture<String> work = endedCall(end);
		assertThat(this.late).isEmpty();
		work.complete("late");
		assertThat(this.late).containsExactly("late");
		assertThat(this.runner.snapshot().discarded()).isOne();
	}

	@ParameterizedTest
	@EnumSource(value = CallEnd.class, names = { "INTERRUPT", "CLOSE" })
	void failureThatComesAfterTheOwnerLeftIsCountedAndNotPassed(CallEnd end) {
		endedCall(end).completeExceptionally(new IllegalStateException("late"));
		assertThat(this.late).isEmpty();
		assertThat(this.runner.snapshot().discarded()).isOne();
	}

	@Test
	void failureThatComesAfterTheOwnerLeftIsLoggedAtDebugLevel() {
		IllegalStateException failure = new IllegalStateException("late");
		try (Logs logs = Logs.capture()) {
			Work<Object> work = Work.stubborn();
			Support.timeoutWhileRunning(this.runner, (limit) -> this.runner.run(() -> work, limit));
			work.completeExceptionally(failure);
			assertThat(logs.thrownAtDebugLevel()).contains(failure);
			assertThat(logs.messages()).isEmpty();
		}
	}

	@Test
	void nullThatComesAfterTheOwnerLeftIsCountedAndNotPassed() {
		endedCall(CallEnd.INTERRUPT).complete(null);
		assertThat(this.late).isEmpty();
		assertThat(this.runner.snapshot().discarded()).isOne();
	}

	@Test
	void cancellationThatComesAfterTheOwnerLeftIsNoNews() {
		Support.timeoutWhileRunning(this.runner, (limit) -> this.runner.run(Work::new, limit));
		endedCall(CallEnd.INTERRUPT).completeExceptionally(new java.util.concurrent.CancellationException());
		assertThat(this.late).isEmpty();
		assertThat(this.runner.snapshot().discarded()).isZero();
	}

	@OnLoop
	@Test
	void valueOfAStageThatArrivesAfterTheOwnerLeftIsDiscarded() {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Owner<Object> owner = Owner.start(() -> this.runner.run(() -> {
			entered.countDown();
			Support.await(release);
			return CompletableFuture.completedFuture("late");
		}));
		Support.await(entered);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		release.countDown();
		this.runner.run(Support.value("next"));
		assertThat(this.late).containsExactly("late");
	}

	@Test
	void handlerIsCalledByTheThreadThatBringsTheValue() {
		AtomicReference<Thread> called = new AtomicReference<>();
		try (EventLoopThreadRunner other = Runners.builder()
			.onDiscard((value) -> called.set(Thread.currentThread()))
			.build()) {
			Work<String> work = Work.stubborn();
			Support.timeoutWhileRunning(other, (limit) -> other.run(() -> work, limit));
			work.complete("late");
			assertThat(called.get()).isSameAs(Thread.currentThread());
		}
	}

	@Test
	void resultInTimeIsNeverDiscarded() {
		assertThat(this.runner.run(Support.later("run"))).isEqualTo("run");
		assertThat(Support.get(this.runner.submit(Support.later("submit")))).isEqualTo("submit");
		assertThat(this.runner.<String>gather(Support.later("a"), Support.value("b"), Support.value(null)))
			.containsExactly("a", "b", null);
		assertThat(this.runner.<String>gatherOutcomes(Support.later("a"), Support.failure(new IllegalStateException())))
			.hasSize(2);
		String scoped = this.runner.runScoped((scope) -> scope.fork(Support.later("fork"))
			.thenCombine(scope.fork(() -> CompletableFuture.completedFuture("adopted")), String::concat));
		assertThat(scoped).isEqualTo("forkadopted");
		assertThat(this.runner.await(CompletableFuture.completedFuture("await"))).isEqualTo("await");
		assertThatIllegalStateException()
			.isThrownBy(() -> this.runner.run(Support.failure(new IllegalStateException())));
		assertThat(this.late).isEmpty();
		assertThat(this.runner.snapshot().discarded()).isZero();
	}

	// await: what was handed in started is not ours

	@Test
	void valueOfAStageThatWasOnlyWaitedForIsLeftToItsOwners() {
		CompletableFuture<String> shared = new CompletableFuture<>();
		Support.eventually().until(() -> timesOut(() -> this.runner.await(shared, Duration.ofMillis(5))));
		Owner<String> interrupted = Owner.parked(() -> this.runner.await(shared));
		interrupted.interrupt();
		assertThat(interrupted.failure()).isInstanceOf(RunInterruptedException.class);
		Owner<String> other = Owner.parked(() -> this.runner.await(shared));
		shared.complete("shared");
		assertThat(other.value()).isEqualTo("shared");
		assertThat(this.late).isEmpty();
		assertThat(this.runner.snapshot().discarded()).isZero();
	}

	/**
	 * The time is up just when the stage completes.
	 */
	@Test
	void valueOfAStageThatWasOnlyWaitedForIsNeverDiscardedWhateverRaces() {
		AtomicReference<CompletableFuture<Object>> next = new AtomicReference<>();
		AtomicBoolean over = new AtomicBoolean();
		this.foreign.execute(() -> {
			while (!over.get()) {
				CompletableFuture<Object> shared = next.getAndSet(null);
				if (shared != null) {
					long until = System.nanoTime() + ThreadLocalRandom.current().nextInt(40_000);
					while (System.nanoTime() < until) {
						Thread.onSpinWait();
					}
					shared.complete("shared");
				}
			}
		});
		Support.rounds(20_000).forEach((round) -> {
			CompletableFuture<Object> shared = new CompletableFuture<>();
			next.set(shared);
			timesOut(() -> this.runner.await(shared, Duration.ofNanos(20_000)));
			shared.join();
		});
		over.set(true);
		assertThat(this.late).isEmpty();
		assertThat(this.runner.snapshot().discarded()).isZero();
	}

	private static boolean timesOut(Runnable call) {
		try {
			call.run();
			return false;
		}
		catch (RunTimeoutException ex) {
			return true;
		}
	}

	// submit

	@ParameterizedTest
	@MethodSource
	void valueOfASubmittedTaskWhoseFutureIsDoneIsDiscarded(Consumer<CompletableFuture<String>> done) {
		Work<String> work = Work.stubborn();
		CompletableFuture<String> future = this.runner.submit(() -> work);
		Support.untilActive(this.runner, 1);
		done.accept(future);
		work.complete("late");
		assertThat(this.late).containsExactly("late");
		assertThat(this.runner.snapshot().discarded()).isOne();
	}

	static Stream<Named<Consumer<CompletableFuture<String>>>> valueOfASubmittedTaskWhoseFutureIsDoneIsDiscarded() {
		return Stream.of(Named.of("cancelled", (future) -> future.cancel(true)),
				Named.of("completed", (future) -> future.complete("by the user")),
				Named.of("failed", (future) -> future.completeExceptionally(new IllegalStateException())),
				Named.of("timed out", (future) -> assertThat(
						future.orTimeout(1, java.util.concurrent.TimeUnit.MILLISECONDS).handle((value, ex) -> ex))
					.succeedsWithin(Support.PATIENCE)));
	}

	@Tag("slow")
	@Test
	void valueOfASubmittedTaskIsEitherTheFuturesOrDiscarded() {
		int rounds = 400;
		int discarded = 0;
		for (int i = 0; i < rounds; i++) {
			Work<String> work = Work.stubborn();
			CompletableFuture<String> future = this.runner.submit(() -> work);
			String value = "value " + i;
			CompletableFuture<Void> completion = CompletableFuture.runAsync(() -> work.complete(value), this.foreign);
			for (int spin = 0; spin < i % 200; spin++) {
				Thread.onSpinWait();
			}
			boolean won = future.complete("by the user");
			Support.get(completion);
			// The task may be called only after both, and then its stage is late.
			Support.eventually().until(() -> this.runner.snapshot().calls().isEmpty());
			Support.settle(this.runner);
			if (won && this.late.contains(value)) {
				discarded++;
			}
			else {
				// A task that was still queued is never called.
				assertThat(future.join()).isEqualTo(won ? "by the user" : value);
			}
		}
		assertThat(this.late).doesNotHaveDuplicates().hasSize(discarded);
		assertThat(this.runner.snapshot().discarded()).isEqualTo(discarded);
	}

	// gather

	@Test
	void valuesOfTheSiblingsOfAFailureAreDiscardedBeforeAndAfterIt() {
		Work<String> before = new Work<>();
		Work<String> failing = new Work<>();
		Work<String> after = Work.stubborn();
		Owner<List<String>> owner = Owner.parked(() -> this.runner.gather(() -> before, () -> failing, () -> after));
		Support.untilActive(this.runner, 1);
		before.complete("before");
		assertThat(this.late).isEmpty();
		failing.completeExceptionally(new IllegalStateException("first"));
		assertThat(owner.failure()).isInstanceOf(IllegalStateException.class).hasMessage("first");
		assertThat(this.late).containsExactly("before");
		after.complete("after");
		assertThat(this.late).containsExactly("before", "after");
		assertThat(this.runner.snapshot().discarded()).isEqualTo(2);
	}

	@OnLoop
	@Test
	void valueOfATaskDuringWhoseCallASiblingFailsIsDiscarded() {
		Work<String> failing = new Work<>();
		assertThatIllegalStateException().isThrownBy(() -> this.runner.gather(() -> failing, () -> {
			failElsewhere(failing, "first");
			return CompletableFuture.completedFuture("meanwhile");
		})).withMessage("first");
		Support.settle(this.runner);
		assertThat(this.late).containsExactly("meanwhile");
		assertThat(this.runner.snapshot().discarded()).isOne();
	}

	@OnLoop
	@Test
	void failureOfATaskDuringWhoseCallASiblingFailsIsCounted() {
		Work<String> failing = new Work<>();
		assertThatIllegalStateException().isThrownBy(() -> this.runner.gather(() -> failing, () -> {
			failElsewhere(failing, "first");
			throw new IllegalStateException("second");
		})).withMessage("first");
		assertThat(this.runner.snapshot().discarded()).isOne();
	}

	private void failElsewhere(CompletableFuture<?> work, String message) {
		Support.get(CompletableFuture.runAsync(() -> work.completeExceptionally(new IllegalStateException(message)),
				this.foreign));
	}

	@Test
	void nullIsCountedAndAnOutcomePassedLikeAnyValueOfASiblingOfAFailure() {
		Outcome<String> value = new Outcome.Success<>("inner");
		assertThatIllegalStateException().isThrownBy(() -> this.runner.gather(Support.value(null), Support.value(value),
				() -> CompletableFuture.failedFuture(new IllegalStateException("first"))))
			.withMessage("first");
		Support.settle(this.runner);
		assertThat(this.late).containsExactly(value);
		assertThat(this.runner.snapshot().discarded()).isEqualTo(2);
	}

	@Test
	void failureOfASiblingAfterTheFirstIsCounted() {
		Work<String> failing = new Work<>();
		Work<String> after = Work.stubborn();
		Owner<List<String>> owner = Owner.parked(() -> this.runner.gather(() -> failing, () -> after));
		Support.untilActive(this.runner, 1);
		failing.completeExceptionally(new IllegalStateException("first"));
		assertThat(owner.failure()).hasMessage("first");
		after.completeExceptionally(new IllegalStateException("second"));
		assertThat(this.late).isEmpty();
		assertThat(this.runner.snapshot().discarded()).isOne();
	}

	@ParameterizedTest
	@EnumSource(value = CallEnd.class, names = { "INTERRUPT", "CLOSE" })
	void valuesOfAGatherThatIsGivenUpAreDiscardedOneByOne(CallEnd end) {
		for (boolean outcomes : List.of(false, true)) {
			try (EventLoopThreadRunner other = Runners.builder().onDiscard(this.late::add).build()) {
				this.late.clear();
				Work<String> before = new Work<>();
				Work<String> after = Work.stubborn();
				List<AsyncCallable<String>> tasks = List.of(() -> before, () -> after);
				Owner<String> owner = Owner.parked(() -> String.valueOf(
						outcomes ? other.gatherOutcomes(tasks, end.options()) : other.gather(tasks, end.options())));
				Support.untilActive(other, 1);
				before.complete("before");
				end.bringAbout(other, owner, new CompletableFuture<>());
				end.verify(owner);
				Support.eventually().until(() -> !after.cancellations().isEmpty());
				assertThat(this.late).containsExactly("before");
				after.complete("after");
				assertThat(this.late).containsExactly("before", "after");
				assertThat(other.snapshot().discarded()).isEqualTo(2);
			}
		}
	}

	@OnLoop
	@Test
	void valuesOfAGatherThatIsGivenUpWhileItStartsAreDiscardedOneByOne() {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		AtomicInteger calls = new AtomicInteger();
		Owner<List<Outcome<Object>>> owner = Owner.start(() -> this.runner.gatherOutcomes(() -> {
			entered.countDown();
			Support.await(release);
			return CompletableFuture.completedFuture("late");
		}, () -> CompletableFuture.completedFuture(calls.incrementAndGet())));
		Support.await(entered);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		release.countDown();
		this.runner.run(Support.value("next"));
		assertThat(this.late).containsExactly("late");
		assertThat(calls).hasValue(0);
		assertThat(this.runner.snapshot().discarded()).isOne();
	}

	@OnLoop
	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void valuesOfAGatherThatEndsWhileTheRunnerIsClosedAreDiscardedOneByOne(boolean outcomes) {
		// The closing thread is held by another's code between the owner's release and
		// the cancellation of the work.
		CountDownLatch held = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		this.runner.submit(Support.never()).whenComplete((value, ex) -> {
			held.countDown();
			Support.await(release);
		});
		Work<String> first = Work.stubborn();
		Work<String> second = Work.stubborn();
		List<AsyncCallable<String>> tasks = List.of(() -> first, () -> second);
		Owner<List<?>> owner = Owner
			.parked(() -> outcomes ? this.runner.gatherOutcomes(tasks) : this.runner.gather(tasks));
		Support.untilActive(this.runner, 2);
		Owner<Object> closer = Owner.start(() -> {
			this.runner.close(Duration.ZERO);
			return null;
		});
		Support.await(held);
		first.complete("first");
		second.complete("second");
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		release.countDown();
		assertThat(closer.value()).isNull();
		assertThat(this.late).containsExactlyInAnyOrder("first", "second");
	}

	@Test
	void everyValueIsEitherReturnedOrDiscardedOnce() {
		AtomicInteger created = new AtomicInteger();
		AtomicInteger returned = new AtomicInteger();
		List<Owner<Object>> owners = IntStream.range(0, 4).mapToObj((thread) -> Owner.start(() -> {
			for (int i = 0; i < 250; i++) {
				// Now and then all values, a failure, or neither in time; the last one in
				// place.
				List<AsyncCallable<Resource>> tasks = List.of(creating(created, 0), creating(created, i % 7),
						creating(created, 0), () -> {
							created.incrementAndGet();
							return CompletableFuture.completedFuture(new Resource());
						});
				Duration limit = Duration.ofNanos(1 + ThreadLocalRandom.current().nextInt(400_000));
				try {
					RunOptions options = RunOptions.defaults().timeout(limit);
					List<Resource> resources = switch (i % 3) {
						case 0 -> List.of(this.runner.run(tasks.get(0), options));
						case 1 -> this.runner.gather(tasks, options);
						default -> this.runner.gatherOutcomes(tasks, options)
							.stream()
							.filter(Outcome.Success.class::isInstance)
							.map(Outcome::orElseThrow)
							.toList();
					};
					resources.forEach(Resource::use);
					returned.addAndGet(resources.size());
				}
				catch (RunTimeoutException | IllegalStateException ex) {
					assertThat(ex.getMessage()).isNotEmpty();
				}
			}
			return null;
		})).toList();
		owners.forEach((owner) -> assertThat(owner.value()).isNull());
		Support.eventually()
			.untilAsserted(
					() -> assertThat(returned.get() + this.late.size()).as("returned %s, late %s", returned, this.late)
						.isEqualTo(created.get()));
		assertThat(this.late).doesNotHaveDuplicates().allSatisfy((value) -> ((Resource) value).use());
		assertThat(this.late).isNotEmpty();
		assertThat(created.get()).isPositive();
	}

	private AsyncCallable<Resource> creating(AtomicInteger created, int failing) {
		return () -> {
			Work<Resource> work = Work.stubborn();
			this.foreign.execute(() -> {
				if (failing == 3) {
					work.completeExceptionally(new IllegalStateException("failing"));
				}
				else {
					created.incrementAndGet();
					work.complete(new Resource());
				}
			});
			return work;
		};
	}

	// Forks and adopted stages

	@ParameterizedTest
	@EnumSource(value = CallEnd.class, mode = EnumSource.Mode.EXCLUDE, names = "TIMEOUT")
	void valueOfAForkThatComesAfterTheEndOfTheRunIsDiscarded(CallEnd end) {
		Work<String> child = Work.stubborn();
		CompletableFuture<String> work = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> this.runner.runScoped((scope) -> {
			scope.fork(() -> child);
			return work;
		}, end.options()));
		Support.untilActive(this.runner, 1);
		Support.untilFollowed(child);
		end.bringAbout(this.runner, owner, work);
		end.verify(owner);
		Support.eventually().until(() -> !child.cancellations().isEmpty());
		child.complete("late");
		assertThat(this.late).containsExactly("late");
		assertThat(this.runner.snapshot().discarded()).isOne();
	}

	@ParameterizedTest
	@EnumSource(value = CallEnd.class, names = { "INTERRUPT", "CLOSE" })
	void valueOfAnAdoptedStageThatComesAfterTheRunWasCancelledIsDiscarded(CallEnd end) {
		Work<String> stage = Work.stubborn();
		Owner<String> owner = Owner
			.parked(() -> this.runner.runScoped((scope) -> scope.fork(() -> stage), end.options()));
		Support.untilActive(this.runner, 1);
		Support.untilFollowed(stage);
		end.bringAbout(this.runner, owner, stage);
		end.verify(owner);
		Support.eventually().until(() -> !stage.cancellations().isEmpty());
		stage.complete("late");
		assertThat(this.late).containsExactly("late");
		assertThat(this.runner.snapshot().discarded()).isOne();
	}

	// Streams

	@Test
	void elementsOfAStreamThatIsClosedEarlyAreDiscarded() {
		AtomicReference<Flow.Subscriber<? super String>> subscriber = new AtomicReference<>();
		Flow.Publisher<String> stubborn = (subscribing) -> {
			subscriber.set(subscribing);
			subscribing.onSubscribe(new Flow.Subscription() {

				@Override
				public void request(long n) {
				}

				@Override
				public void cancel() {
				}

			});
			Stream.of("read", "buffered", "buffered too").forEach(subscribing::onNext);
		};
		try (Stream<String> stream = this.runner.stream(stubborn)) {
			assertThat(stream.iterator().next()).isEqualTo("read");
			// Behind the subscription on the loop: all has been sent
			Support.settle(this.runner);
			assertThat(this.late).isEmpty();
		}
		assertThat(this.late).containsExactly("buffered", "buffered too");
		subscriber.get().onNext("late");
		assertThat(this.late).containsExactly("buffered", "buffered too", "late");
		assertThat(this.runner.snapshot().discarded()).isEqualTo(3);
	}

	@Test
	void streamThatTimesOutLosesNothingAndCountsNothing() {
		try (Stream<String> stream = this.runner.stream((subscriber) -> {
		}, RunOptions.defaults().timeout(Duration.ofMillis(20)))) {
			assertThat(timesOut(() -> stream.forEach((element) -> assertThat(element).isNull()))).isTrue();
		}
		assertThat(this.late).isEmpty();
		assertThat(this.runner.snapshot().discarded()).isZero();
	}

	// Handlers

	@Test
	void handlerThatThrowsIsLoggedAndTheOthersAreCalled() {
		IllegalStateException failure = new IllegalStateException("handler");
		List<Object> others = new ArrayList<>();
		try (Logs logs = Logs.capture();
				EventLoopThreadRunner other = Runners.builder().name("handled").onDiscard((value) -> {
					throw failure;
				}).onDiscard((value) -> {
					throw new AssertionError("another");
				}).onDiscard(others::add).build()) {
			Work<String> work = Work.stubborn();
			Support.timeoutWhileRunning(other, (limit) -> other.run(() -> work, limit));
			work.complete("late");
			assertThat(others).containsExactly("late");
			assertThat(other.snapshot().discarded()).isOne();
			assertThat(logs.thrown()).contains(failure);
			assertThat(logs.messages()).hasSize(2)
				.allMatch((message) -> message.contains("\"handled\"") && message.contains("java.lang.String"));
			assertThat(other.run(Support.value("next"))).isEqualTo("next");
		}
	}

	// Futures of a run

	@ParameterizedTest
	@MethodSource
	void valueThatSomebodyTakesIsNotDiscardedBecauseOthersDoNot(ScopedAsyncCallable<Object> task) {
		assertThat(this.runner.runScoped(task)).isEqualTo("value");
		Support.settle(this.runner);
		assertThat(this.late).isEmpty();
	}

	static Stream<Named<ScopedAsyncCallable<Object>>> valueThatSomebodyTakesIsNotDiscardedBecauseOthersDoNot() {
		Executor full = (command) -> {
			throw new RejectedExecutionException("full");
		};
		return Stream.of(Named.of("the run, and not an executor", (scope) -> {
			CompletableFuture<Object> fork = scope.fork(Support.value("value"));
			fork.thenAcceptAsync((value) -> {
			}, full);
			return fork;
		}), Named.of("the run, and not a future that others have completed", (scope) -> {
			CompletableFuture<Object> fork = scope.fork(Support.later("value"));
			fork.thenAccept((value) -> {
			}).complete(null);
			return fork;
		}), Named.of("who joins it, and not an executor", (scope) -> {
			CompletableFuture<Object> fork = scope.fork(Support.later("value"));
			fork.thenAcceptAsync((value) -> {
			}, full);
			return CompletableFuture.allOf(fork).thenApply((none) -> fork.join());
		}), Named.of("another chain, and not an executor", (scope) -> {
			CompletableFuture<Object> fork = scope.fork(Support.value("value"));
			fork.thenAcceptAsync((value) -> {
			}, full);
			return CompletableFuture.completedFuture("first").thenCompose((first) -> fork);
		}), Named.of("another chain later, and not a future that others have completed", (scope) -> {
			CompletableFuture<Object> fork = scope.fork(Support.value("value"));
			fork.thenAccept((value) -> {
			}).complete(null);
			return scope.fork(Support.later("later")).thenCompose((later) -> fork);
		}), Named.of("the run, and not a branch that fails", (scope) -> {
			CompletableFuture<Object> fork = scope.fork(Support.later("value"));
			for (int branch = 0; branch < 2; branch++) {
				fork.whenComplete((value, failure) -> {
					throw new IllegalStateException("of the branch");
				});
			}
			return fork;
		}), Named.of("the run, and not what follows a branch and fails", (scope) -> {
			CompletableFuture<Object> fork = scope.fork(Support.later("value"));
			CompletableFuture<?>[] branches = new CompletableFuture<?>[2];
			for (int branch = 0; branch < branches.length; branch++) {
				branches[branch] = fork.whenComplete((value, failure) -> {
				}).whenComplete((value, failure) -> {
					throw new IllegalStateException("of the branch");
				});
			}
			return CompletableFuture.allOf(branches).handle((none, failure) -> fork.join());
		}), Named.of("a combination, and not a branch that fails", (scope) -> {
			CompletableFuture<Object> fork = scope.fork(Support.later("value"));
			CompletableFuture<Object> branch = fork.whenComplete((value, failure) -> {
				throw new IllegalStateException("of the branch");
			});
			return branch.handle((none, failure) -> "ended").thenCombine(fork, (ended, value) -> value);
		}), Named.of("a combination of its own, and not a branch that fails", (scope) -> {
			CompletableFuture<Object> fork = scope.fork(Support.later("value"));
			CompletableFuture<Object> branch = fork.whenComplete((value, failure) -> {
				throw new IllegalStateException("of the branch");
			});
			return fork.thenCombine(branch.handle((none, failure) -> "ended"), (value, ended) -> value);
		}), Named.of("the run, and not a branch that is completed meanwhile", (scope) -> {
			CompletableFuture<Object> fork = scope.fork(Support.later("value"));
			AtomicReference<CompletableFuture<Object>> branch = new AtomicReference<>();
			branch.set(fork.whenComplete((value, failure) -> branch.get().complete("other")));
			return fork;
		}));
	}

	@Test
	void valueOfABranchThatFailsIsDiscardedAtTheEndOnce() {
		String taken = this.runner.runScoped((scope) -> {
			CompletableFuture<String> unwanted = scope.fork(Support.value("unwanted"));
			CompletableFuture<?>[] branches = new CompletableFuture<?>[2];
			for (int branch = 0; branch < branches.length; branch++) {
				branches[branch] = unwanted.whenComplete((value, failure) -> {
					throw new IllegalStateException("of the branch");
				});
			}
			return CompletableFuture.allOf(branches).handle((none, failure) -> "value");
		});
		assertThat(taken).isEqualTo("value");
		Support.eventually().until(() -> !this.late.isEmpty());
		Support.settle(this.runner);
		assertThat(this.late).containsExactly("unwanted");
	}

	@Test
	void valueOfAGatherIsDiscardedIfAnErrorTearsItsOwnerOutOfIt() {
		AtomicInteger threads = new AtomicInteger();
		// Cannot have another thread for the one that waits
		ForkJoinPool pool = new ForkJoinPool(1, (home) -> {
			if (threads.incrementAndGet() > 1) {
				throw new OutOfMemoryError("no thread");
			}
			return ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(home);
		}, null, false);
		CountDownLatch called = new CountDownLatch(1);
		AsyncCallable<String> task = () -> {
			called.countDown();
			return CompletableFuture.completedFuture("value");
		};
		Throwable failure = Support
			.get(pool.submit(() -> catchThrowable(() -> this.runner.gather(task, Support.<String>never()))));
		assertThat(failure).hasMessage("no thread");
		// Before that, whoever looks ends the call, and there is no value.
		Support.await(called);
		Support.eventually().until(() -> this.runner.snapshot().calls().isEmpty() && this.late.contains("value"));
		assertThat(this.late).containsExactly("value");
		pool.shutdown();
	}

	@Test
	void handlerIsNotInterruptedForTheTaskWhoseValueItGets() {
		RunOptions options = RunOptions.defaults()
			.timeout(Duration.ofMillis(5))
			.startOn((command) -> Support.daemon(command).start());
		List<Boolean> interrupts = new CopyOnWriteArrayList<>();
		AtomicInteger called = new AtomicInteger();
		CountDownLatch over = new CountDownLatch(1);
		try (EventLoopThreadRunner discarding = EventLoopThreadRunner.builder().name("handler").onDiscard((value) -> {
			try {
				over.await();
				interrupts.add(false);
			}
			catch (InterruptedException ex) {
				interrupts.add(true);
			}
		}).build()) {
			List<CompletableFuture<String>> futures = new ArrayList<>();
			// More calls for those whose time was up before their task was called
			Support.eventually().until(() -> {
				CompletableFuture<Future<String>> own = new CompletableFuture<>();
				CompletableFuture<String> future = discarding.submit(() -> {
					called.incrementAndGet();
					// Heeds no interrupt, and returns just when its time is up
					while (!own.isDone() || !own.join().isDone()) {
						Thread.yield();
					}
					return CompletableFuture.completedFuture("value");
				}, options);
				own.complete(future);
				futures.add(future);
				return called.get() >= 20;
			});
			Support.eventually().until(() -> futures.stream().allMatch(CompletableFuture::isDone));
			over.countDown();
			Support.eventually().until(() -> interrupts.size() == called.get());
			assertThat(interrupts).doesNotContain(true);
		}
	}

	@Test
	void valueThatExecutorsDoNotTakeIsDiscardedAtTheEndOnce() {
		Executor full = (command) -> {
			throw new RejectedExecutionException("full");
		};
		String taken = this.runner.runScoped((scope) -> {
			CompletableFuture<String> unwanted = scope.fork(Support.value("unwanted"));
			unwanted.thenAcceptAsync((value) -> {
			}, full);
			unwanted.thenAcceptAsync((value) -> {
			}, full);
			// Elsewhere than on the loop the run would end before the fork has begun
			Support.eventually().until(unwanted::isDone);
			return CompletableFuture.completedFuture("value");
		});
		assertThat(taken).isEqualTo("value");
		Support.eventually().until(() -> !this.late.isEmpty());
		assertThat(this.late).containsExactly("unwanted");
	}

	@Test
	@OnLoop
	void valueIsDiscardedIfTheLastCommandForItsOwnerEndsInAnError() {
		StackOverflowError error = new StackOverflowError("of the command");
		assertThatExceptionOfType(StackOverflowError.class).isThrownBy(() -> this.runner.runScoped((scope) -> {
			scope.caller().execute(() -> {
				throw error;
			});
			return CompletableFuture.completedFuture("value");
		})).isSameAs(error);
		Support.eventually().until(() -> {
			// Whoever looks has what was torn mended.
			RunnerSnapshot seen = this.runner.snapshot();
			return seen.calls().isEmpty() && this.late.contains("value");
		});
		assertThat(this.late).containsExactly("value");
	}

	@Test
	void withoutAHandlerLateValuesAreCounted() {
		try (EventLoopThreadRunner plain = Runners.create()) {
			Work<String> work = Work.stubborn();
			Support.timeoutWhileRunning(plain, (limit) -> plain.run(() -> work, limit));
			work.complete("late");
			assertThat(plain.snapshot().discarded()).isOne();
		}
	}

	/**
	 * Returns the work of a call that has ended without it.
	 */
	private CompletableFuture<String> endedCall(CallEnd end) {
		Work<String> work = Work.stubborn();
		Owner<String> owner = Owner.parked(() -> this.runner.run(() -> work, end.options()));
		Support.untilActive(this.runner, 1);
		end.bringAbout(this.runner, owner, work);
		end.verify(owner);
		return work;
	}

	/**
	 * Something that must be used once.
	 */
	private static final class Resource {

		private final AtomicInteger uses = new AtomicInteger();

		void use() {
			assertThat(this.uses.incrementAndGet()).isOne();
		}

	}

}
