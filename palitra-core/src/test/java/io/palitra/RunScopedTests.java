package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
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

@DisplayName("runScoped and RunScope")
@Tag("start-on")
class RunScopedTests {

	private final EventLoopThreadRunner runner = Runners.builder().name("scoped").build();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	// The call itself

	@OnLoop
	@ParameterizedTest
	@MethodSource
	void taskIsCalledOnceOnTheLoopAndItsResultReturned(ScopedCall call) {
		AtomicInteger calls = new AtomicInteger();
		String result = call.make(this.runner, (scope) -> {
			calls.incrementAndGet();
			assertThat(this.runner.getLoop().inEventLoop()).isTrue();
			return CompletableFuture.completedFuture("result");
		});
		assertThat(result).isEqualTo("result");
		assertThat(calls).hasValue(1);
	}

	static Stream<Named<ScopedCall>> taskIsCalledOnceOnTheLoopAndItsResultReturned() {
		return Stream.of(Named.of("plain", EventLoopThreadRunner::runScoped),
				Named.of("with timeout", (runner, task) -> runner.runScoped(task, Support.LONG)),
				Named.of("with options", (runner, task) -> runner.runScoped(task, RunOptions.defaults())));
	}

	@ParameterizedTest
	@MethodSource("taskIsCalledOnceOnTheLoopAndItsResultReturned")
	void nullTaskIsRefused(ScopedCall call) {
		assertThatNullPointerException().isThrownBy(() -> call.make(this.runner, null))
			.withMessage("runScoped: task is null");
	}

	@Test
	void badLimitIsRefusedBeforeTheTaskIsCalled() {
		AtomicInteger calls = new AtomicInteger();
		ScopedAsyncCallable<Integer> task = (scope) -> CompletableFuture.completedFuture(calls.incrementAndGet());
		assertThatNullPointerException().isThrownBy(() -> this.runner.runScoped(task, (Duration) null))
			.withMessage("timeout");
		assertThatNullPointerException().isThrownBy(() -> this.runner.runScoped(task, (RunOptions) null))
			.withMessage("runScoped: options is null");
		assertThatIllegalArgumentException().isThrownBy(() -> this.runner.runScoped(task, Duration.ZERO))
			.withMessageContaining("timeout")
			.withMessageContaining("PT0S");
		this.runner.run(Support.value("later"));
		assertThat(calls).hasValue(0);
	}

	@Test
	void nullStageAndThrownFailureAreToldAsByRun() {
		IllegalStateException failure = new IllegalStateException("no");
		assertThatIllegalStateException().isThrownBy(() -> this.runner.runScoped((scope) -> {
			throw failure;
		})).isSameAs(failure);
		assertThatNullPointerException()
			.isThrownBy(() -> this.runner.runScoped((scope) -> null, RunOptions.defaults().name("nothing")))
			.withMessageContaining("task \"nothing\" returned null");
	}

	@Test
	void eachCallGetsItsOwnScope() {
		RunScope first = this.runner.runScoped(CompletableFuture::completedFuture);
		RunScope second = this.runner.runScoped(CompletableFuture::completedFuture);
		assertThat(first).isNotSameAs(second);
	}

	@Test
	void closedRunnerRefusesAndTheTaskIsNeverCalled() {
		this.runner.close();
		AtomicInteger calls = new AtomicInteger();
		assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(
				() -> this.runner.runScoped((scope) -> CompletableFuture.completedFuture(calls.incrementAndGet())));
		assertThat(calls).hasValue(0);
	}

	// remaining

	@Test
	void remainingIsTheTimeUntilTheDeadline() {
		Duration left = this.runner.runScoped(
				(scope) -> CompletableFuture.completedFuture(scope.remaining().orElseThrow()), Duration.ofMinutes(5));
		assertThat(left).isPositive().isLessThanOrEqualTo(Duration.ofMinutes(5));
	}

	@Test
	void remainingIsEmptyWithoutADeadline() {
		Optional<Duration> left = this.runner
			.runScoped((scope) -> CompletableFuture.completedFuture(scope.remaining()));
		assertThat(left).isEmpty();
	}

	@Test
	void remainingCountsTheRunnersTimeout() {
		try (EventLoopThreadRunner limited = Runners.builder().timeout(Duration.ofHours(2)).build()) {
			Optional<Duration> left = limited
				.runScoped((scope) -> CompletableFuture.completedFuture(scope.remaining()));
			assertThat(left.orElseThrow()).isBetween(Duration.ofHours(1), Duration.ofHours(2));
		}
	}

	@Test
	void remainingIsZeroAfterTheDeadline() {
		AtomicReference<RunScope> leaked = new AtomicReference<>();
		Support.timeoutWhileRunning(this.runner, (limit) -> this.runner.runScoped((scope) -> {
			leaked.set(scope);
			return new CompletableFuture<>();
		}, limit));
		assertThat(leaked.get().remaining()).hasValue(Duration.ZERO);
	}

	// isCancelled and onCancel

	@Tag("slow")
	@ParameterizedTest
	@EnumSource(CallEnd.class)
	void onCancelIsToldOnceIfNobodyWantsTheResultAnyMore(CallEnd end) {
		List<String> told = new CopyOnWriteArrayList<>();
		RunScope scope = endedRun(end, (opened) -> {
			assertThat(opened.isCancelled()).isFalse();
			opened.onCancel(() -> told.add("first"));
			opened.onCancel(() -> told.add("second, cancelled " + opened.isCancelled()));
		});
		if (end.isCancellation()) {
			Support.eventually().until(() -> told.size() == 2);
			assertThat(scope.isCancelled()).isTrue();
		}
		this.runner.close(Duration.ZERO);
		assertThat(told).isEqualTo(end.isCancellation() ? List.of("first", "second, cancelled true") : List.of());
		assertThat(scope.isCancelled()).isEqualTo(end.isCancellation());
	}

	@Test
	void onCancelOfEveryRunIsToldOnceAtClose() {
		// Whoever wakes first, owners or closer
		int runs = 40;
		int[] told = new int[runs];
		Work<?>[] adopted = new Work<?>[runs];
		RunScope[] scopes = new RunScope[runs];
		List<Owner<Object>> owners = IntStream.range(0, runs)
			.mapToObj((i) -> Owner.start(() -> this.runner.runScoped((scope) -> {
				scopes[i] = scope;
				scope.onCancel(() -> {
					synchronized (told) {
						told[i]++;
					}
				});
				Work<Object> work = new Work<>();
				adopted[i] = work;
				scope.fork(() -> work);
				return new CompletableFuture<>();
			})))
			.toList();
		Support.untilActive(this.runner, runs);
		Stream.of(adopted).forEach(Support::untilFollowed);
		this.runner.close(Duration.ZERO);
		owners.forEach((owner) -> assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class));
		synchronized (told) {
			assertThat(told).containsOnly(1);
		}
		assertThat(scopes).allMatch(RunScope::isCancelled);
		assertThat(adopted).allSatisfy((work) -> assertThat(work.cancellations()).containsExactly(true));
	}

	@Test
	void onCancelOfARunThatEndsWhileItIsClosedIsToldAlthoughTheOwnerLeftFirst() {
		// The closing thread is held by another's code after it has woken the owner
		CountDownLatch told = new CountDownLatch(1);
		Work<Object> adopted = new Work<>();
		CountDownLatch held = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		this.runner.submit(Support.never()).whenComplete((value, ex) -> {
			held.countDown();
			Support.await(release);
		});
		AtomicReference<RunScope> opened = new AtomicReference<>();
		Owner<Object> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			scope.onCancel(told::countDown);
			scope.fork(() -> adopted);
			opened.set(scope);
			return new CompletableFuture<>();
		}));
		Support.untilActive(this.runner, 2);
		Support.untilFollowed(adopted);
		Owner<Object> closer = Owner.start(() -> {
			this.runner.close(Duration.ZERO);
			return null;
		});
		Support.await(held);
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		release.countDown();
		assertThat(closer.value()).isNull();
		Support.await(told);
		assertThat(opened.get().isCancelled()).isTrue();
		assertThat(adopted.cancellations()).containsExactly(true);
	}

	@Test
	void onCancelThatComesTooLateIsToldAtOnceByItsOwnThread() {
		RunScope scope = endedRun(CallEnd.INTERRUPT, (opened) -> {
		});
		AtomicReference<Thread> told = new AtomicReference<>();
		scope.onCancel(() -> told.set(Thread.currentThread()));
		assertThat(told.get()).isSameAs(Thread.currentThread());
	}

	@ParameterizedTest
	@EnumSource(value = CallEnd.class, names = { "VALUE", "FAILURE", "CANCELLED" })
	void onCancelAfterARunThatWasNotCancelledIsNeverTold(CallEnd end) {
		AtomicInteger told = new AtomicInteger();
		RunScope scope = endedRun(end, (opened) -> {
		});
		scope.onCancel(told::incrementAndGet);
		this.runner.close(Duration.ZERO);
		assertThat(told).hasValue(0);
	}

	@Test
	void onCancelHookThatThrowsIsLoggedAndKeepsNobodyFromBeingTold() {
		List<String> told = new CopyOnWriteArrayList<>();
		IllegalStateException failure = new IllegalStateException("hook");
		try (Logs logs = Logs.capture()) {
			endedRun(CallEnd.INTERRUPT, (scope) -> {
				scope.onCancel(() -> told.add("before"));
				scope.onCancel(() -> {
					throw failure;
				});
				scope.onCancel(() -> {
					throw new AssertionError("another");
				});
				scope.onCancel(() -> told.add("after"));
			});
			assertThat(told).containsExactly("before", "after");
			assertThat(logs.messages()).hasSize(2)
				.allMatch((message) -> message.contains("\"RunScopedTests.endedRun\""));
			assertThat(logs.thrown()).contains(failure);
		}
	}

	@Test
	void lateOnCancelHookThatThrowsIsLoggedToo() {
		RunScope scope = endedRun(CallEnd.INTERRUPT, (opened) -> {
		});
		try (Logs logs = Logs.capture()) {
			IllegalStateException failure = new IllegalStateException("late hook");
			scope.onCancel(() -> {
				throw failure;
			});
			assertThat(logs.thrown()).containsExactly(failure);
		}
	}

	@Test
	void onCancelMayBeUsedInsideAHook() {
		List<String> told = new CopyOnWriteArrayList<>();
		endedRun(CallEnd.INTERRUPT, (scope) -> scope.onCancel(() -> {
			told.add("outer");
			scope.onCancel(() -> told.add("inner"));
		}));
		assertThat(told).containsExactly("outer", "inner");
	}

	@Test
	void equalHooksAreEachTold() {
		record Release(List<String> told, String what) implements Runnable {

			@Override
			public void run() {
				this.told.add(this.what);
			}

			@Override
			public boolean equals(Object other) {
				return other instanceof Release that && this.what.equals(that.what);
			}

			@Override
			public int hashCode() {
				return this.what.hashCode();
			}

		}
		List<String> told = new CopyOnWriteArrayList<>();
		endedRun(CallEnd.INTERRUPT, (scope) -> {
			scope.onCancel(new Release(told, "lock"));
			scope.onCancel(new Release(told, "lock"));
		});
		assertThat(told).containsExactly("lock", "lock");
	}

	@Test
	void onCancelRacingTheCancellationIsToldOnce() {
		int rounds = 100;
		AtomicInteger told = new AtomicInteger();
		for (int i = 0; i < rounds; i++) {
			AtomicReference<RunScope> opened = new AtomicReference<>();
			Owner<Object> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
				opened.set(scope);
				return new CompletableFuture<>();
			}));
			while (opened.get() == null) {
				Thread.onSpinWait();
			}
			owner.interrupt();
			opened.get().onCancel(told::incrementAndGet);
			assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		}
		Support.eventually().until(() -> told.get() == rounds);
	}

	@Test
	void onCancelRefusesNull() {
		assertThatNullPointerException().isThrownBy(() -> this.runner.runScoped((scope) -> {
			scope.onCancel(null);
			return CompletableFuture.completedFuture("x");
		})).withMessage("hook");
	}

	// loop

	@Test
	void loopRunsCommandsOnTheLoopInTheirOrder() {
		List<Integer> ran = new ArrayList<>();
		this.runner.runScoped((scope) -> {
			CompletableFuture<Object> done = new CompletableFuture<>();
			Support.daemon(() -> {
				IntStream.range(0, 200).forEach((i) -> scope.loop().execute(() -> {
					assertThat(this.runner.getLoop().inEventLoop()).isTrue();
					ran.add(i);
				}));
				scope.loop().execute(() -> done.complete(null));
			}).start();
			return done;
		});
		assertThat(ran).containsExactlyElementsOf(IntStream.range(0, 200).boxed().toList());
	}

	@Test
	void loopCommandGivenOnTheLoopRunsLater() {
		List<String> order = new ArrayList<>();
		this.runner.runScoped((scope) -> {
			CompletableFuture<Object> done = new CompletableFuture<>();
			scope.loop().execute(() -> {
				scope.loop().execute(() -> {
					order.add("inner");
					done.complete(null);
				});
				order.add("outer");
			});
			return done;
		});
		assertThat(order).containsExactly("outer", "inner");
	}

	@Test
	void loopRunsCommandsAlsoAfterTheRun() {
		RunScope scope = endedRun(CallEnd.VALUE, (opened) -> {
		});
		CompletableFuture<Boolean> inLoop = CompletableFuture.supplyAsync(() -> this.runner.getLoop().inEventLoop(),
				scope.loop());
		assertThat(Support.get(inLoop)).isTrue();
	}

	@Test
	void loopRefusesOnceTheRunnerIsClosed() {
		RunScope scope = endedRun(CallEnd.VALUE, (opened) -> {
		});
		this.runner.close();
		assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> scope.loop().execute(() -> {
		})).withMessageContaining("\"scoped\"").withMessageContaining("closed");
		assertThatNullPointerException().isThrownBy(() -> scope.loop().execute(null)).withMessage("command");
	}

	// fork

	@OnLoop
	@Test
	void forkRunsItsChildOnTheLoopAndItsDependentsToo() {
		List<Boolean> inLoop = this.runner.runScoped((scope) -> scope.fork(() -> {
			boolean child = this.runner.getLoop().inEventLoop();
			return CompletableFuture.supplyAsync(() -> child, (command) -> Support.daemon(command).start());
		}).thenApply((child) -> List.of(child, this.runner.getLoop().inEventLoop())));
		assertThat(inLoop).containsExactly(true, true);
	}

	@OnLoop
	@Test
	void forkFromAForeignThreadRunsItsChildOnTheLoop() {
		Boolean inLoop = this.runner.runScoped(
				(scope) -> CompletableFuture
					.supplyAsync(
							() -> scope
								.fork(() -> CompletableFuture.completedFuture(this.runner.getLoop().inEventLoop())),
							(command) -> Support.daemon(command).start())
					.thenCompose(Function.identity()));
		assertThat(inLoop).isTrue();
	}

	@Test
	void forkThatFailsFailsOnlyItsFuture() {
		IllegalStateException failure = new IllegalStateException("child");
		AtomicReference<Throwable> seen = new AtomicReference<>();
		String result = this.runner.runScoped((scope) -> {
			CompletableFuture<Object> failed = scope.fork(Support.failure(failure));
			failed.whenComplete((value, ex) -> seen.set(ex));
			CompletableFuture<Object> thrown = scope.fork(() -> {
				throw failure;
			});
			assertThatExceptionOfType(CompletionException.class).isThrownBy(failed::join).withCause(failure);
			assertThatExceptionOfType(CompletionException.class).isThrownBy(thrown::join).withCause(failure);
			return CompletableFuture.completedFuture("fine");
		});
		assertThat(result).isEqualTo("fine");
		// The dependent comes to the loop after the task, for whose end the owner waits
		Support.settle(this.runner);
		assertThat(seen.get()).isSameAs(failure);
	}

	@Test
	void forkThatReturnsNoStageIsNamed() {
		assertThatNullPointerException().isThrownBy(
				() -> this.runner.runScoped((scope) -> scope.fork(() -> null), RunOptions.defaults().name("parent")))
			.withMessageContaining("parent")
			.withMessageContaining("returned null");
	}

	@Test
	void forkRefusesNull() {
		assertThatNullPointerException().isThrownBy(() -> this.runner.runScoped((scope) -> scope.fork(null)))
			.withMessage("child");
	}

	@Tag("slow")
	@ParameterizedTest
	@EnumSource(CallEnd.class)
	void forkIsCancelledWhenTheRunEndsWithoutIt(CallEnd end) {
		Work<Object> child = new Work<>();
		Work<Object> grandchild = new Work<>();
		AtomicReference<CompletableFuture<Object>> forked = new AtomicReference<>();
		endedRun(end, (scope) -> forked.set(scope.fork(() -> {
			scope.fork(() -> grandchild);
			return child;
		})), child, grandchild);
		Support.eventually().until(() -> forked.get().isCancelled() && child.isCancelled() && grandchild.isCancelled());
		assertThat(child.cancellations()).containsExactly(true);
		assertThat(grandchild.cancellations()).containsExactly(true);
	}

	@Test
	void forkThatHasEndedIsNotCancelled() {
		Work<String> child = new Work<>();
		endedRun(CallEnd.INTERRUPT, (scope) -> {
			scope.fork(() -> child);
			child.complete("done");
		});
		this.runner.close(Duration.ZERO);
		assertThat(child.cancellations()).isEmpty();
	}

	@OnLoop
	@ParameterizedTest
	@EnumSource(value = CallEnd.class, mode = EnumSource.Mode.EXCLUDE, names = "TIMEOUT")
	void forkQueuedWhenTheRunEndsIsNeverCalled(CallEnd end) {
		AtomicInteger calls = new AtomicInteger();
		AtomicReference<RunScope> opened = new AtomicReference<>();
		CompletableFuture<String> work = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> this.runner.runScoped((scope) -> {
			opened.set(scope);
			return work;
		}, end.options()));
		Support.untilActive(this.runner, 1);
		CompletableFuture<Integer> forked;
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			forked = opened.get().fork(() -> CompletableFuture.completedFuture(calls.incrementAndGet()));
			// Closing waits for the loop a little.
			Support.daemon(() -> end.bringAbout(this.runner, owner, work)).start();
			end.verify(owner);
			assertThat(calls).hasValue(0);
		}
		Support.eventually().until(forked::isCancelled);
		this.runner.close(Duration.ZERO);
		assertThat(calls).hasValue(0);
	}

	@ParameterizedTest
	@EnumSource(value = CallEnd.class, mode = EnumSource.Mode.EXCLUDE, names = "TIMEOUT")
	void forkAfterTheEndIsCancelledAndNeverCalled(CallEnd end) {
		AtomicInteger calls = new AtomicInteger();
		RunScope scope = endedRun(end, (opened) -> {
		});
		CompletableFuture<Integer> forked = scope
			.fork(() -> CompletableFuture.completedFuture(calls.incrementAndGet()));
		assertThat(forked).isCancelled();
		assertThat(scope.sleep(Duration.ofMillis(1))).isCancelled();
		this.runner.close(Duration.ZERO);
		assertThat(calls).hasValue(0);
	}

	@OnLoop
	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void cancellingAForkOrItsDependentCancelsTheChildOnce(boolean dependent) {
		Work<Object> child = new Work<>();
		this.runner.runScoped((scope) -> {
			CompletableFuture<Object> forked = scope.fork(() -> child);
			(dependent ? forked.thenApply((value) -> value) : forked).cancel(false);
			forked.cancel(true);
			return CompletableFuture.completedFuture("x");
		});
		assertThat(child.cancellations()).containsExactly(true);
	}

	@OnLoop
	@Test
	void stageOfAForkThatArrivesAfterTheRunWasCancelledIsCancelledOnce() {
		Work<Object> child = new Work<>();
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Owner<Object> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			scope.loop().execute(() -> scope.fork(() -> {
				entered.countDown();
				Support.await(release);
				return child;
			}));
			return new CompletableFuture<>();
		}));
		Support.await(entered);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		assertThat(child.cancellations()).isEmpty();
		release.countDown();
		this.runner.run(Support.value("later"));
		assertThat(child.cancellations()).containsExactly(true);
	}

	@OnLoop
	@Test
	void waitingForAForkOnTheLoopIsRefused() {
		assertThatExceptionOfType(BlockingNotAllowedException.class).isThrownBy(() -> this.runner.runScoped((scope) -> {
			scope.fork(CompletableFuture::new).join();
			return CompletableFuture.completedFuture("never");
		}));
	}

	@Test
	void tenThousandForksInARow() {
		// One starts the next: neither stack nor memory grow
		Integer result = this.runner.runScoped((scope) -> forks(scope, 10_000));
		assertThat(result).isZero();
	}

	private static CompletionStage<Integer> forks(RunScope scope, int left) {
		return (left == 0) ? CompletableFuture.completedFuture(0)
				: scope.fork(() -> CompletableFuture.supplyAsync(() -> left - 1, scope.loop()))
					.thenCompose((next) -> forks(scope, next));
	}

	@OnLoop
	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void cancellingAnAdoptedFutureOrItsDependentCancelsTheStage(boolean dependent) {
		Work<Object> stage = new Work<>();
		this.runner.runScoped((scope) -> {
			CompletableFuture<Object> adopted = scope.fork(() -> stage);
			(dependent ? adopted.thenApply((value) -> value).thenRun(() -> {
			}) : adopted).cancel(true);
			return CompletableFuture.completedFuture("x");
		});
		assertThat(stage.cancellations()).containsExactly(true);
	}

	@OnLoop
	@Test
	void adoptedFutureIsCancelledWithItsStage() {
		Work<Object> stage = new Work<>();
		assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> this.runner.runScoped((scope) -> {
			CompletableFuture<Object> adopted = scope.fork(() -> stage);
			stage.cancel(false);
			assertThat(adopted).isCancelled();
			return adopted;
		}));
		assertThat(stage.cancellations()).containsExactly(false);
	}

	@Test
	void runThatReturnsAnAdoptedFutureCancelsItsStage() {
		Work<Object> stage = new Work<>();
		Owner<Object> owner = Owner
			.parked(() -> this.runner.runScoped((scope) -> scope.fork(() -> stage).thenApply((value) -> value)));
		Support.untilActive(this.runner, 1);
		Support.untilFollowed(stage);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		assertThat(stage.cancellations()).containsExactly(true);
	}

	@Test
	void adoptedStageThatFailsFailsWithTheSameInstance() {
		IllegalStateException failure = new IllegalStateException("stage");
		assertThatIllegalStateException().isThrownBy(() -> this.runner
			.runScoped((scope) -> scope.fork(() -> CompletableFuture.failedFuture(failure).thenApply((value) -> value))
				.thenApply((value) -> value)))
			.isSameAs(failure);
	}

	// sleep

	@ParameterizedTest
	@ValueSource(longs = { 0, 1, 3_000_000, 20_000_000 })
	void sleepTakesAtLeastItsTimeAndEndsOnTheLoop(long nanos) {
		Boolean inLoop = this.runner.runScoped((scope) -> {
			long since = System.nanoTime();
			return scope.sleep(Duration.ofNanos(nanos)).thenApply((none) -> {
				assertThat(System.nanoTime() - since).isGreaterThanOrEqualTo(nanos);
				return this.runner.getLoop().inEventLoop();
			});
		});
		assertThat(inLoop).isTrue();
	}

	@Tag("slow")
	@Test
	void sleepsEndInTheOrderOfTheirTimes() {
		List<Integer> order = new ArrayList<>();
		// So far apart that starting them one after the other does not change the order
		this.runner.runScoped((scope) -> CompletableFuture.allOf(IntStream.of(1200, 300, 900, 600)
			.mapToObj((millis) -> scope.sleep(Duration.ofMillis(millis)).thenRun(() -> order.add(millis)))
			.toArray(CompletableFuture[]::new)));
		assertThat(order).containsExactly(300, 600, 900, 1200);
	}

	@Test
	void sleepFromAForeignThreadEndsOnTheLoop() {
		Boolean inLoop = this.runner.runScoped((scope) -> CompletableFuture
			.supplyAsync(() -> scope.sleep(Duration.ofMillis(1)), (command) -> Support.daemon(command).start())
			.thenCompose((slept) -> slept.thenApply((none) -> this.runner.getLoop().inEventLoop())));
		assertThat(inLoop).isTrue();
	}

	@ParameterizedTest
	@EnumSource(value = CallEnd.class, mode = EnumSource.Mode.EXCLUDE, names = "TIMEOUT")
	void sleepIsCancelledWhenTheRunEndsWithoutIt(CallEnd end) {
		AtomicReference<CompletableFuture<Void>> slept = new AtomicReference<>();
		endedRun(end, (scope) -> slept.set(scope.sleep(Duration.ofSeconds(Long.MAX_VALUE))));
		Support.eventually().until(() -> slept.get().isCancelled());
	}

	@Test
	void sleepRefusesNullAndNegative() {
		assertThatNullPointerException().isThrownBy(() -> this.runner.runScoped((scope) -> scope.sleep(null)))
			.withMessage("duration");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.runner.runScoped((scope) -> scope.sleep(Duration.ofNanos(-1))))
			.withMessageContaining("duration")
			.withMessageContaining("PT-0.000000001S");
	}

	@Test
	void callerIsRefusedAfterTheEnd() {
		RunScope scope = endedRun(CallEnd.VALUE, (opened) -> {
		});
		assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> scope.caller().execute(() -> {
		}));
	}

	@Test
	void childOfARunThatIsOverIsNeitherCalledNorADiscardedResult() {
		RunScope scope = endedRun(CallEnd.VALUE, (opened) -> {
		});
		AtomicInteger calls = new AtomicInteger();
		CompletableFuture<Integer> forked = Support.get(this.runner.getLoop()
			.submit(() -> scope.fork(() -> CompletableFuture.completedFuture(calls.incrementAndGet()))));
		CompletableFuture<Void> slept = Support.get(this.runner.getLoop().submit(() -> scope.sleep(Duration.ZERO)));
		assertThat(forked).isCancelled();
		assertThat(slept).isCancelled();
		assertThat(calls).hasValue(0);
		assertThat(this.runner.snapshot().discarded()).isZero();
	}

	@Test
	void scopeOfAStoppedRunnerTellsSoThoughTheRunnerHasBeenStartedAgain() {
		RunScope scope = endedRun(CallEnd.VALUE, (opened) -> {
		});
		this.runner.stop();
		this.runner.start();
		assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> scope.loop().execute(() -> {
		})).withMessageContaining("\"scoped\"").withMessageNotContaining("stopping");
		assertThat(this.runner.run(Support.value("again"))).isEqualTo("again");
	}

	/**
	 * Returns the scope of a run that has started with something and then ended.
	 * @param started the stages that it has started, and follows before it ends
	 */
	private RunScope endedRun(CallEnd end, Consumer<RunScope> start, CompletableFuture<?>... started) {
		AtomicReference<RunScope> opened = new AtomicReference<>();
		CompletableFuture<String> work = new CompletableFuture<>();
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			start.accept(scope);
			opened.set(scope);
			return work;
		}, end.options()));
		Support.untilActive(this.runner, 1);
		Support.untilParked(owner.thread());
		Stream.of(started).forEach(Support::untilFollowed);
		end.bringAbout(this.runner, owner, work);
		end.verify(owner);
		return opened.get();
	}

	/**
	 * One of the overloads.
	 */
	interface ScopedCall {

		String make(EventLoopThreadRunner runner, ScopedAsyncCallable<String> task);

	}

}
