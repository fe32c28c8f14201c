package io.palitra;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What {@code fork} returns carries a cancellation to what the functions in its chain
 * return.
 */
@DisplayName("C5 Interrupt and cancel: work in a chain")
class C05ChainTests {

	private final List<Object> discarded = new CopyOnWriteArrayList<>();

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
		.name("chain")
		.maxInFlight(1)
		.hangThreshold(Support.LONG)
		.onDiscard(this.discarded::add)
		.build();

	private final EventLoopThreadRunner waiting = EventLoopThreadRunner.builder().name("waiting").build();

	@AfterEach
	void close() {
		this.waiting.close(Duration.ZERO);
		this.runner.close(Duration.ZERO);
	}

	static Stream<Arguments> everyChainAndCancellation() {
		return Stream.of(Chain.values())
			.flatMap((chain) -> Stream.of(CallEnd.values())
				.filter(CallEnd::isCancellation)
				.map((end) -> Arguments.of(chain, end)));
	}

	@Test
	void valueThatNoExecutorTakesToTheNextFutureIsDiscardedC11() {
		String value = this.runner.runScoped((scope) -> scope.fork(Support.value("lost"))
			.thenApplyAsync((lost) -> lost + " and found", (command) -> {
				throw new RejectedExecutionException("full");
			})
			.handle((none, failure) -> failure.getCause().getMessage()));
		assertThat(value).isEqualTo("full");
		assertThat(this.discarded).containsExactly("lost");
	}

	@ParameterizedTest
	@MethodSource("everyChainAndCancellation")
	void secondWorkIsCancelledOnceWithTheRun(Chain chain, CallEnd end) {
		Work<String> second = new Work<>();
		CountDownLatch running = new CountDownLatch(1);
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> chain.of(scope, (value) -> {
			running.countDown();
			return second;
		}), end.options()));
		Support.await(running);
		untilAdopted(second);
		end.bringAbout(this.runner, owner, new CompletableFuture<>());
		end.verify(owner);
		Support.eventually().until(second::isCancelled);
		assertThat(second.cancellations()).containsExactly(true);
	}

	@ParameterizedTest
	@EnumSource
	void secondWorkOfAChainThatNobodyWaitsForIsCancelledWithTheRun(Chain chain) {
		Work<String> second = new Work<>();
		CountDownLatch running = new CountDownLatch(1);
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			chain.of(scope, (value) -> {
				running.countDown();
				return second;
			});
			return new CompletableFuture<>();
		}));
		Support.await(running);
		untilAdopted(second);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		Support.eventually().until(second::isCancelled);
		assertThat(second.cancellations()).containsExactly(true);
	}

	@ParameterizedTest
	@EnumSource
	void secondWorkIsCancelledWithTheFutureOfTheChain(Chain chain) {
		Work<String> second = new Work<>();
		AtomicReference<CompletableFuture<String>> future = new AtomicReference<>();
		CountDownLatch running = new CountDownLatch(1);
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			future.set(chain.of(scope, (value) -> {
				running.countDown();
				return second;
			}));
			return new CompletableFuture<>();
		}));
		Support.await(running);
		untilAdopted(second);
		future.get().cancel(true);
		Support.eventually().until(second::isCancelled);
		assertThat(second.cancellations()).containsExactly(true);
		assertThat(owner.isDone()).isFalse();
	}

	@ParameterizedTest
	@EnumSource
	void thirdWorkIsCancelledToo(Chain chain) {
		Work<String> third = new Work<>();
		CountDownLatch running = new CountDownLatch(1);
		Owner<String> owner = Owner.start(() -> this.runner
			.runScoped((scope) -> chain.of(scope, (value) -> CompletableFuture.completedFuture("second"))
				.thenCompose((value) -> {
					running.countDown();
					return third;
				})
				.thenApply((value) -> value)));
		Support.await(running);
		untilAdopted(third);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		Support.eventually().until(third::isCancelled);
		assertThat(third.cancellations()).containsExactly(true);
	}

	@ParameterizedTest
	@EnumSource
	void firstWorkIsCancelledAndTheSecondNeverStarted(Chain chain) {
		Work<String> first = new Work<>();
		CountDownLatch started = new CountDownLatch(1);
		AtomicReference<Object> second = new AtomicReference<>();
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> chain.after(scope.fork(() -> {
			started.countDown();
			return first;
		}), (value) -> {
			second.set("started");
			return CompletableFuture.completedFuture("second");
		})));
		Support.await(started);
		Support.settle(this.runner);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		Support.eventually().until(first::isCancelled);
		Support.settle(this.runner);
		assertThat(first.cancellations()).containsExactly(true);
		if (chain.isForValues()) {
			assertThat(second.get()).isNull();
		}
	}

	@Test
	void secondWorkThatComesAfterTheCancellationIsCancelled() {
		Work<String> second = new Work<>();
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Owner<String> owner = Owner
			.start(() -> this.runner.runScoped((scope) -> scope.fork(Support.later("first")).thenCompose((value) -> {
				entered.countDown();
				Support.await(release);
				return second;
			})));
		Support.await(entered);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		release.countDown();
		Support.eventually().until(second::isCancelled);
		assertThat(second.cancellations()).containsExactly(true);
	}

	@Test
	void forkInsideAChainIsCancelledOnceToo() {
		Work<String> second = new Work<>();
		CountDownLatch running = new CountDownLatch(1);
		Owner<String> owner = Owner.start(() -> this.runner
			.runScoped((scope) -> scope.fork(Support.later("first")).thenCompose((value) -> scope.fork(() -> {
				running.countDown();
				return second;
			}))));
		Support.await(running);
		untilAdopted(second);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		Support.eventually().until(second::isCancelled);
		assertThat(second.cancellations()).containsExactly(true);
	}

	/**
	 * Waits until a stage that a function has returned is one of the works of its chain:
	 * before that, nobody knows it.
	 */
	private static void untilAdopted(CompletableFuture<?> stage) {
		Support.eventually().until(() -> stage.getNumberOfDependents() > 0);
	}

	// What runs on all the same

	@ParameterizedTest
	@EnumSource
	void secondWorkThatRunsOnIsCountedUntilItsEnd(Chain chain) {
		Work<String> second = Work.stubborn();
		CountDownLatch running = new CountDownLatch(1);
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> chain.of(scope, (value) -> {
			running.countDown();
			return second;
		})));
		Support.await(running);
		untilAdopted(second);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		Support.eventually().until(() -> !second.cancellations().isEmpty());
		assertThat(second.cancellations()).containsExactly(true);
		assertThat(this.runner.snapshot().abandoned()).isOne();
		second.complete("late");
		Support.eventually().until(() -> this.runner.snapshot().abandoned() == 0);
	}

	@Test
	void secondWorkThatRunsOnHoldsThePermit() {
		Work<String> second = Work.stubborn();
		CountDownLatch running = new CountDownLatch(1);
		Owner<String> owner = Owner
			.start(() -> this.runner.runScoped((scope) -> scope.fork(Support.later("first")).thenCompose((value) -> {
				running.countDown();
				return second;
			})));
		Support.await(running);
		untilAdopted(second);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		CompletableFuture<String> next = this.runner.submit(Support.value("next"));
		Support.settle(this.runner);
		assertThat(next).isNotDone();
		second.complete("late");
		assertThat(Support.get(next)).isEqualTo("next");
	}

	@Test
	void valueOfASecondWorkThatComesTooLateIsDiscarded() {
		Work<String> second = Work.stubborn();
		CountDownLatch running = new CountDownLatch(1);
		Owner<String> owner = Owner
			.start(() -> this.runner.runScoped((scope) -> scope.fork(Support.later("first")).thenCompose((value) -> {
				running.countDown();
				return second;
			})));
		Support.await(running);
		untilAdopted(second);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		second.complete("late");
		Support.eventually().until(() -> this.discarded.contains("late"));
		assertThat(this.discarded).containsExactly("late");
	}

	// What is on its way from one future of a chain to the next

	static Stream<Named<UnaryOperator<CompletableFuture<String>>>> everyNext() {
		return Stream.of(Named.of("thenApply", (first) -> first.thenApply((value) -> value)),
				Named.of("thenCompose", (first) -> first.thenCompose(CompletableFuture::completedFuture)),
				Named.of("whenComplete", (first) -> first.whenComplete((value, failure) -> {
				})), Named.of("handle", (first) -> first.handle((value, failure) -> value)),
				Named.of("exceptionally", (first) -> first.exceptionally((failure) -> "instead")),
				Named.of("exceptionallyCompose", (first) -> first
					.exceptionallyCompose((failure) -> CompletableFuture.completedFuture("instead"))));
	}

	@ParameterizedTest
	@MethodSource("everyNext")
	void valueOnItsWayWhenTheRunIsGivenUpIsDiscardedC11(UnaryOperator<CompletableFuture<String>> next) {
		Work<String> first = new Work<>();
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> next.apply(scope.fork(() -> first))));
		Support.untilActive(this.runner, 1);
		giveUpOnTheWay(owner, first, "first");
		assertDiscarded("first");
	}

	/**
	 * Gives the run up when a value is there and the loop has not come to it.
	 */
	private void giveUpOnTheWay(Owner<?> owner, Work<String> work, String value) {
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			work.complete(value);
			owner.interrupt();
			assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		}
	}

	private void assertDiscarded(String value) {
		Support.eventually().until(() -> this.discarded.contains(value));
		Support.settle(this.runner);
		assertThat(this.discarded).containsExactly(value);
	}

	static Stream<Named<Consumer<CompletableFuture<String>>>> everySide() {
		return Stream.of(Named.of("orTimeout", (fork) -> fork.orTimeout(1, TimeUnit.HOURS)),
				Named.of("completeOnTimeout", (fork) -> fork.completeOnTimeout("instead", 1, TimeUnit.HOURS)),
				Named.of("whenComplete", (fork) -> fork.whenComplete((value, failure) -> {
				})), Named.of("exceptionally", (fork) -> fork.exceptionally((failure) -> "instead")),
				Named.of("two steps", (fork) -> fork.exceptionally((failure) -> "instead")
					.exceptionallyCompose((failure) -> CompletableFuture.completedFuture("instead"))));
	}

	@ParameterizedTest
	@MethodSource("everySide")
	void valueOnItsWayIsDiscardedThoughOthersHaveSeenItC11(Consumer<CompletableFuture<String>> side) {
		Work<String> first = new Work<>();
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			CompletableFuture<String> fork = scope.fork(() -> first);
			side.accept(fork);
			return fork.thenApply((value) -> value);
		}));
		Support.untilActive(this.runner, 1);
		giveUpOnTheWay(owner, first, "first");
		assertDiscarded("first");
	}

	@Test
	void valueOnItsWayIsDiscardedThoughSomebodyHasAwaitedItInVainC11() {
		Work<String> first = new Work<>();
		AtomicReference<CompletableFuture<String>> fork = new AtomicReference<>();
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			fork.set(scope.fork(() -> first));
			return fork.get().thenApply((value) -> value);
		}));
		Support.untilActive(this.runner, 1);
		Owner<String> waiting = Owner.start(() -> this.runner.await(fork.get(), Duration.ofMillis(1)));
		assertThat(waiting.failure()).isInstanceOf(RunTimeoutException.class);
		giveUpOnTheWay(owner, first, "first");
		assertDiscarded("first");
	}

	@Test
	void valueThatComesWhenAnAwaitGivesUpIsTakenOrDiscardedC11() {
		ExecutorService threads = Executors.newFixedThreadPool(2, Support::daemon);
		for (int round = 0; round < 3_000; round++) {
			String value = "value " + round;
			AtomicReference<Object> taken = new AtomicReference<>();
			this.runner.runScoped((scope) -> {
				CompletableFuture<String> source = new CompletableFuture<>();
				CompletableFuture<String> fork = scope.fork(() -> source);
				fork.exceptionally((failure) -> "instead").completeExceptionally(new IllegalStateException("refused"));
				long since = System.nanoTime();
				CompletableFuture<Void> waits = CompletableFuture.runAsync(() -> {
					try {
						taken.set(this.waiting.await(fork, Duration.ofNanos(200_000)));
					}
					catch (RunTimeoutException ex) {
						// Then somebody else sees to it.
					}
				}, threads);
				long at = 150_000 + ThreadLocalRandom.current().nextLong(150_000);
				CompletableFuture<Void> comes = CompletableFuture.runAsync(() -> {
					while (System.nanoTime() - since < at) {
						Thread.onSpinWait();
					}
					source.complete(value);
				}, threads);
				return CompletableFuture.allOf(waits, comes);
			});
			Support.eventually().until(() -> taken.get() != null || this.discarded.contains(value));
			assertThat(this.discarded.contains(value)).isNotEqualTo(taken.get() != null);
			this.discarded.clear();
		}
		threads.shutdown();
	}

	@Test
	void valueThatAFunctionTwoStepsAwayIsYetToGetIsNotDiscardedC11() {
		Queue<Runnable> kept = new ConcurrentLinkedQueue<>();
		AtomicReference<String> taken = new AtomicReference<>();
		Owner<Object> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			CompletableFuture<String> fork = scope.fork(Support.value("first"));
			CompletableFuture<String> other = fork.exceptionally((failure) -> "instead");
			other.thenAcceptAsync(taken::set, kept::add);
			fork.exceptionally((failure) -> "instead").thenApply((value) -> value).cancel(true);
			return new CompletableFuture<>();
		}));
		Support.eventually().until(() -> !kept.isEmpty());
		Support.settle(this.runner);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		Support.settle(this.runner);
		assertThat(this.discarded).isEmpty();
		kept.remove().run();
		assertThat(taken).hasValue("first");
		Support.settle(this.runner);
		assertThat(this.discarded).isEmpty();
	}

	@Test
	void valueIsDiscardedThoughSomebodyAsksForTheFutureThatDoesNotTakeItC11() {
		CountDownLatch passing = new CountDownLatch(1);
		CountDownLatch cancelled = new CountDownLatch(1);
		CountDownLatch asked = new CountDownLatch(1);
		AtomicReference<CompletableFuture<String>> next = new AtomicReference<>();
		Owner<Object> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			next.set(scope.fork(Support.later("first")).whenComplete((value, failure) -> {
				passing.countDown();
				Support.await(cancelled);
			}));
			// The last that is told comes first. It keeps the others for who passes the
			// value on, and finds the future cancelled.
			next.get().whenCompleteAsync((value, failure) -> {
				next.get().toCompletableFuture();
				asked.countDown();
			}, Runnable::run);
			next.get().whenCompleteAsync((value, failure) -> {
				cancelled.countDown();
				Support.await(asked);
			}, Runnable::run);
			return new CompletableFuture<>();
		}));
		Support.await(passing);
		next.get().cancel(true);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		assertDiscarded("first");
	}

	@Test
	void valueThatTheRunReturnsIsNotDiscardedForACopyOfItsFutureC11() {
		String value = this.runner.runScoped((scope) -> {
			CompletableFuture<String> fork = scope.fork(Support.value("first"));
			fork.copy().thenApply((copy) -> copy).cancel(true);
			return scope.sleep(Duration.ofMillis(1)).thenCompose((none) -> fork);
		});
		assertThat(value).isEqualTo("first");
		Support.settle(this.runner);
		assertThat(this.discarded).isEmpty();
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_19)
	void valueThatIsTakenAtOnceIsNotDiscardedC11() throws Exception {
		Method resultNow = CompletableFuture.class.getMethod("resultNow");
		CountDownLatch forked = new CountDownLatch(1);
		AtomicReference<CompletableFuture<String>> fork = new AtomicReference<>();
		Work<Object> work = new Work<>();
		Owner<Object> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			fork.set(scope.fork(Support.value("first")));
			fork.get().thenApply((value) -> value).cancel(true);
			forked.countDown();
			return work;
		}));
		Support.await(forked);
		Support.eventually().until(() -> fork.get().isDone());
		assertThat(resultNow.invoke(fork.get())).isEqualTo("first");
		work.complete("end");
		assertThat(owner.value()).isEqualTo("end");
		Support.settle(this.runner);
		assertThat(this.discarded).isEmpty();
		assertThatExceptionOfType(InvocationTargetException.class)
			.isThrownBy(() -> resultNow.invoke(fork.get().thenCompose((value) -> new CompletableFuture<>())))
			.withCauseInstanceOf(IllegalStateException.class);
	}

	@Test
	void valueOfASecondWorkOnItsWayWhenTheRunIsGivenUpIsDiscardedC11() {
		Work<String> second = new Work<>();
		Owner<String> owner = Owner.start(() -> this.runner
			.runScoped((scope) -> scope.fork(Support.value("first")).thenCompose((value) -> second)));
		Support.untilActive(this.runner, 1);
		Support.settle(this.runner);
		giveUpOnTheWay(owner, second, "second");
		assertDiscarded("second");
	}

	@Test
	void valueThatAnotherFutureOfTheChainHasTakenIsNotDiscarded() {
		Work<String> first = new Work<>();
		AtomicReference<String> taken = new AtomicReference<>();
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			CompletableFuture<String> fork = scope.fork(() -> first);
			fork.thenAccept(taken::set);
			return fork.thenApply((value) -> value);
		}));
		Support.untilActive(this.runner, 1);
		giveUpOnTheWay(owner, first, "first");
		Support.settle(this.runner);
		assertThat(taken).hasValue("first");
		assertThat(this.discarded).isEmpty();
	}

	@Test
	void executorThatRefusesAFunctionFailsTheFutureAndLosesNoOwner() {
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> scope.fork(Support.later("first"))
			.thenComposeAsync(CompletableFuture::completedFuture, (command) -> {
				throw new RejectedExecutionException("full");
			})));
		assertThat(owner.failure()).isInstanceOf(RejectedExecutionException.class).hasMessage("full");
	}

	// What must not change

	@ParameterizedTest
	@EnumSource
	void chainThatEndsWellGivesItsValueAndCancelsNothing(Chain chain) {
		Work<String> second = new Work<>();
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> chain.of(scope, (value) -> {
			Support.daemon(() -> second.complete("second")).start();
			return second;
		})));
		assertThat(owner.value()).isEqualTo("second");
		assertThat(second.cancellations()).isEmpty();
		assertThat(this.discarded).isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void secondWorkThatFailsFailsTheRunWithTheSameInstance(Chain chain) {
		IllegalStateException failure = new IllegalStateException("second");
		Owner<String> owner = Owner.start(() -> this.runner
			.runScoped((scope) -> chain.of(scope, (value) -> CompletableFuture.failedFuture(failure))));
		assertThat(owner.failure()).isSameAs(failure);
	}

	/**
	 * How a second work is chained to a first one.
	 */
	enum Chain {

		THEN_COMPOSE {

			@Override
			CompletableFuture<String> after(CompletableFuture<String> first,
					Function<String, CompletableFuture<String>> second) {
				return first.thenCompose(second);
			}

		},

		THEN_COMPOSE_ASYNC {

			@Override
			CompletableFuture<String> after(CompletableFuture<String> first,
					Function<String, CompletableFuture<String>> second) {
				return first.thenComposeAsync(second);
			}

		},

		THEN_COMPOSE_ASYNC_ELSEWHERE {

			@Override
			CompletableFuture<String> after(CompletableFuture<String> first,
					Function<String, CompletableFuture<String>> second) {
				return first.thenComposeAsync(second, (command) -> Support.daemon(command).start());
			}

		},

		THEN_APPLY_AND_COMPOSE {

			@Override
			CompletableFuture<String> after(CompletableFuture<String> first,
					Function<String, CompletableFuture<String>> second) {
				return first.thenApply((value) -> value).thenCompose(second).thenApply((value) -> value);
			}

		},

		HANDLE_AND_COMPOSE {

			@Override
			CompletableFuture<String> after(CompletableFuture<String> first,
					Function<String, CompletableFuture<String>> second) {
				return first.handle((value, failure) -> second.apply(value)).thenCompose((stage) -> stage);
			}

			@Override
			boolean isForValues() {
				return false;
			}

		},

		WHEN_COMPLETE_AND_COMPOSE {

			@Override
			CompletableFuture<String> after(CompletableFuture<String> first,
					Function<String, CompletableFuture<String>> second) {
				return first.whenComplete((value, failure) -> {
				}).thenCompose(second).whenComplete((value, failure) -> {
				});
			}

		},

		COMBINE_AND_COMPOSE {

			@Override
			CompletableFuture<String> after(CompletableFuture<String> first,
					Function<String, CompletableFuture<String>> second) {
				return first.thenCombine(CompletableFuture.completedFuture("other"), String::concat)
					.thenCompose(second);
			}

		},

		EXCEPTIONALLY_COMPOSE {

			@Override
			CompletableFuture<String> after(CompletableFuture<String> first,
					Function<String, CompletableFuture<String>> second) {
				return first.<String>thenApply((value) -> {
					throw new IllegalStateException("first");
				}).exceptionallyCompose((failure) -> second.apply("failed"));
			}

			@Override
			boolean isForValues() {
				return false;
			}

		},

		EXCEPTIONALLY_COMPOSE_ASYNC {

			@Override
			CompletableFuture<String> after(CompletableFuture<String> first,
					Function<String, CompletableFuture<String>> second) {
				return first.<String>thenApply((value) -> {
					throw new IllegalStateException("first");
				}).exceptionallyComposeAsync((failure) -> second.apply("failed"));
			}

			@Override
			boolean isForValues() {
				return false;
			}

		};

		CompletableFuture<String> of(RunScope scope, Function<String, CompletableFuture<String>> second) {
			return after(scope.fork(Support.later("first")), second);
		}

		abstract CompletableFuture<String> after(CompletableFuture<String> first,
				Function<String, CompletableFuture<String>> second);

		/**
		 * Whether the second work is started only if the first one brings a value.
		 */
		boolean isForValues() {
			return true;
		}

	}

}
