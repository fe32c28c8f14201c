package io.palitra;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.fail;

@DisplayName("C7 Caller affinity")
class C07CallerTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder().name("hops").build();

	private final ExecutorService foreign = Executors.newCachedThreadPool(Support::daemon);

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
		this.foreign.shutdownNow();
	}

	// Where and when

	@Test
	void commandRunsOnTheThreadThatWaits() {
		// asgiref A-25
		Owner<Thread> owner = Owner.start(() -> this.runner.runScoped((scope) -> hop(scope, Thread::currentThread)));
		assertThat(owner.value()).isSameAs(owner.thread());
	}

	@Test
	void commandRunsOnAVirtualThreadThatWaits() {
		Owner<Thread> owner = Owner.start(Support.virtualThreads(),
				() -> this.runner.runScoped((scope) -> hop(scope, Thread::currentThread)));
		assertThat(owner.value()).isSameAs(owner.thread());
	}

	@Test
	void commandRunsOnAForkJoinWorkerThatWaits() {
		ForkJoinPool pool = new ForkJoinPool(1);
		try {
			List<Thread> threads = Support.get(pool.submit(() -> List.of(Thread.currentThread(),
					this.runner.runScoped((scope) -> hop(scope, Thread::currentThread)))));
			assertThat(threads.get(0)).isSameAs(threads.get(1));
		}
		finally {
			pool.shutdownNow();
		}
	}

	@Test
	void commandsOfAChildAForkAndAForeignThreadRunOnTheOwner() {
		// vs-threading 56, asgiref A-25: also from a detached task
		Owner<List<Thread>> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			CompletableFuture<Thread> ofFork = scope.fork(() -> hop(scope, Thread::currentThread));
			CompletableFuture<Thread> ofForeign = CompletableFuture.supplyAsync(() -> "x", this.foreign)
				.thenApplyAsync((value) -> Thread.currentThread(), scope.caller());
			CompletableFuture<Thread> ofGrandchild = scope
				.fork(() -> scope.fork(() -> CompletableFuture.supplyAsync(() -> "x", this.foreign)
					.thenCompose((value) -> hop(scope, Thread::currentThread))));
			CompletableFuture<Thread> ofTimer = scope.sleep(Duration.ofMillis(1))
				.thenCompose((none) -> hop(scope, Thread::currentThread));
			return all(List.of(ofFork, ofForeign, ofGrandchild, ofTimer));
		}));
		assertThat(owner.value()).hasSize(4).containsOnly(owner.thread());
	}

	@Test
	void commandsRunInTheOrderOfSubmission() {
		List<Integer> ran = new ArrayList<>();
		this.runner.runScoped((scope) -> {
			IntStream.range(0, 500).forEach((i) -> scope.caller().execute(() -> ran.add(i)));
			return CompletableFuture.runAsync(
					() -> IntStream.range(500, 1000).forEach((i) -> scope.caller().execute(() -> ran.add(i))),
					this.foreign);
		});
		assertThat(ran).containsExactlyElementsOf(IntStream.range(0, 1000).boxed().toList());
	}

	@Test
	void commandsOfManyThreadsRunOneAtATimeAndInTheOrderOfEach() {
		List<List<Integer>> ran = IntStream.range(0, 4)
			.mapToObj((i) -> (List<Integer>) new ArrayList<Integer>())
			.toList();
		AtomicInteger atOnce = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		this.runner.runScoped((scope) -> all(IntStream.range(0, 4)
			.mapToObj((thread) -> CompletableFuture
				.runAsync(() -> IntStream.range(0, 500).forEach((i) -> scope.caller().execute(() -> {
					most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
					ran.get(thread).add(i);
					atOnce.decrementAndGet();
				})), this.foreign))
			.toList()));
		assertThat(most).hasValue(1);
		assertThat(ran)
			.allSatisfy((each) -> assertThat(each).containsExactlyElementsOf(IntStream.range(0, 500).boxed().toList()));
	}

	@Test
	void commandSubmittedFromTheOwnerRunsInPlace() {
		// asgiref A-37: twice nested, still the same thread
		List<String> order = new ArrayList<>();
		this.runner.runScoped((scope) -> hop(scope, () -> {
			scope.caller().execute(() -> {
				scope.caller().execute(() -> order.add("innermost"));
				order.add("inner");
			});
			order.add("outer");
			return null;
		}));
		assertThat(order).containsExactly("innermost", "inner", "outer");
	}

	@Test
	void commandSubmittedFromTheOwnerThrowsToTheSubmitter() {
		IllegalStateException failure = new IllegalStateException("inner");
		assertThatIllegalStateException().isThrownBy(() -> this.runner.runScoped((scope) -> hop(scope, () -> {
			scope.caller().execute(() -> {
				throw failure;
			});
			return null;
		}))).isSameAs(failure);
	}

	@Test
	void commandThatIsRefusedIsNotTakenForAnEqualOneThatIsNot() {
		List<String> ran = new CopyOnWriteArrayList<>();
		AtomicReference<Throwable> refusal = new AtomicReference<>();
		this.runner.runScoped((scope) -> {
			CountDownLatch over = new CountDownLatch(1);
			// Holds the owner until there is an outcome
			scope.caller().execute(() -> Support.await(over));
			scope.caller()
				.execute(() -> refusal.set(catchThrowable(() -> scope.caller().execute(new Equal("refused", ran)))));
			scope.caller().execute(new Equal("accepted", ran));
			this.runner.getLoop().execute(over::countDown);
			return CompletableFuture.completedFuture("value");
		});
		assertThat(refusal.get()).isInstanceOf(RejectedExecutionException.class);
		assertThat(ran).containsExactly("accepted");
	}

	@Test
	void commandOfAnotherCallNeverRunsOnThisOwner() {
		// vs-threading 55: nothing unrelated on a thread that waits
		CompletableFuture<String> idleWork = new CompletableFuture<>();
		AtomicReference<Thread> idle = new AtomicReference<>();
		Owner<String> bystander = Owner.parked(() -> this.runner.runScoped((scope) -> {
			scope.caller().execute(() -> idle.set(Thread.currentThread()));
			return idleWork;
		}));
		Support.eventually().until(() -> idle.get() == bystander.thread());
		CountDownLatch busy = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Owner<List<Thread>> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			scope.caller().execute(() -> {
				busy.countDown();
				Support.await(release);
			});
			return all(IntStream.range(0, 100).mapToObj((i) -> hop(scope, Thread::currentThread)).toList());
		}));
		Support.await(busy);
		Support.untilParked(bystander.thread());
		release.countDown();
		assertThat(owner.value()).hasSize(100).containsOnly(owner.thread());
		idleWork.complete("idle");
		assertThat(bystander.value()).isEqualTo("idle");
	}

	@Test
	void commandWaitsWhileTheOwnerWaitsForANestedCall() {
		// Only for the call that it was submitted to, even if the thread is the same
		List<String> order = new CopyOnWriteArrayList<>();
		this.runner.runScoped((outer) -> {
			CompletableFuture<Void> queued = new CompletableFuture<>();
			return hop(outer, () -> this.runner.runScoped((inner) -> {
				CompletableFuture.runAsync(() -> outer.caller().execute(() -> order.add("outer")), this.foreign)
					.thenRun(() -> queued.complete(null));
				return queued.thenCompose((none) -> hop(inner, () -> order.add("inner")));
			}));
		});
		assertThat(order).containsExactly("inner", "outer");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void nestedRunsInsideCommandsAreLegalAHundredLevelsDeep(boolean twoRunners) {
		// kotlinx RunBlockingTest.testNestedRunBlocking inside a hop; python lesson 8
		try (EventLoopThreadRunner other = EventLoopThreadRunner.builder().name("other").build()) {
			Owner<Set<Thread>> owner = Owner.start(() -> {
				Set<Thread> threads = Collections.synchronizedSet(new HashSet<>());
				assertThat(nested(100, twoRunners ? other : this.runner, threads)).isEqualTo(100);
				return threads;
			});
			assertThat(owner.value()).containsExactly(owner.thread());
		}
	}

	private int nested(int levels, EventLoopThreadRunner next, Set<Thread> threads) {
		threads.add(Thread.currentThread());
		if (levels == 0) {
			return 0;
		}
		return this.runner
			.runScoped((scope) -> hop(scope, () -> 1 + ((next == this.runner) ? nested(levels - 1, next, threads)
					: next.runScoped((inner) -> hop(inner, () -> nested(levels - 1, next, threads))))));
	}

	@Test
	void plainRunInsideACommandWorks() {
		String result = this.runner
			.runScoped((scope) -> hop(scope, () -> this.runner.run(Support.later("nested")) + " in a hop"));
		assertThat(result).isEqualTo("nested in a hop");
	}

	@Test
	void threadLocalSetByACommandIsThereAfterTheCall() {
		// asgiref A-74
		ThreadLocal<String> transaction = new ThreadLocal<>();
		transaction.set("begun");
		String seen = this.runner.runScoped((scope) -> hop(scope, () -> {
			String before = transaction.get();
			transaction.set("joined");
			return before;
		}));
		assertThat(seen).isEqualTo("begun");
		assertThat(transaction.get()).isEqualTo("joined");
	}

	@Test
	void nullIsRefused() {
		assertThatNullPointerException().isThrownBy(() -> this.runner.runScoped((scope) -> {
			scope.caller().execute(null);
			return CompletableFuture.completedFuture("x");
		})).withMessage("command");
	}

	// What asgiref's users ran into

	@Test
	void secondCommandWhileTheFirstIsPendingDoesNotDeadlock() {
		// asgiref #249, #492
		List<String> order = new CopyOnWriteArrayList<>();
		this.runner.runScoped((scope) -> {
			CompletableFuture<Boolean> detached = scope
				.fork(() -> CompletableFuture.supplyAsync(() -> order.add("detached"), scope.caller())
					.thenApplyAsync((added) -> order.add("detached again"), scope.caller()));
			return hop(scope, () -> this.runner.run(Support.later("nested")))
				.thenApplyAsync((nested) -> order.add("chained"), scope.caller())
				.thenCombine(detached, (chained, forked) -> chained);
		});
		assertThat(order).containsExactlyInAnyOrder("detached", "detached again", "chained");
	}

	@Test
	void commandInsideATimeLimitStillRunsOnTheOwner() {
		// asgiref #348, A-47
		Owner<Thread> owner = Owner.start(() -> this.runner
			.runScoped((scope) -> scope.fork(() -> hop(scope, Thread::currentThread).orTimeout(1, TimeUnit.HOURS))));
		assertThat(owner.value()).isSameAs(owner.thread());
	}

	@Test
	void commandsOfTwoRunnersMeetOnOneThread() {
		// asgiref #323: nesting through another loop is no dead-lock
		try (EventLoopThreadRunner other = EventLoopThreadRunner.builder().name("other").build()) {
			Owner<List<Thread>> owner = Owner.start(() -> this.runner
				.runScoped((outer) -> hop(outer, () -> other.runScoped((inner) -> hop(inner, Thread::currentThread)
					.thenCombine(CompletableFuture.completedFuture(Thread.currentThread()), List::of)))));
			assertThat(owner.value().get(0)).isSameAs(owner.thread());
		}
	}

	// Commands that misbehave

	@ParameterizedTest
	@ValueSource(strings = { "exception", "error" })
	void whatACommandThrowsGoesToTheThreadsHandlerAndTheCallGoesOn(String what) {
		Throwable failure = what.equals("error") ? new AssertionError("hop") : new IllegalStateException("hop");
		List<Throwable> uncaught = new CopyOnWriteArrayList<>();
		Owner<String> owner = Owner.start(withHandler((thread, ex) -> uncaught.add(ex)),
				() -> this.runner.runScoped((scope) -> {
					scope.caller().execute(() -> {
						throw Support.<RuntimeException>sneaky(failure);
					});
					return hop(scope, () -> "next");
				}));
		assertThat(owner.value()).isEqualTo("next");
		assertThat(uncaught).containsExactly(failure);
	}

	@Test
	void handlerThatThrowsDoesNotTouchTheCall() {
		IllegalStateException failure = new IllegalStateException("the handler");
		try (Logs logs = Logs.capture()) {
			Owner<String> owner = Owner.start(withHandler((thread, ex) -> {
				throw failure;
			}), () -> this.runner.runScoped((scope) -> {
				scope.caller().execute(() -> {
					throw new IllegalArgumentException("the hop");
				});
				return hop(scope, () -> "next");
			}));
			assertThat(owner.value()).isEqualTo("next");
			assertThat(logs.thrown()).containsExactly(failure);
		}
		assertThat(this.runner.snapshot().calls()).isEmpty();
	}

	private static ThreadFactory withHandler(Thread.UncaughtExceptionHandler handler) {
		return (runnable) -> {
			Thread thread = Support.daemon(runnable);
			thread.setUncaughtExceptionHandler(handler);
			return thread;
		};
	}

	@Test
	void interruptFlagSetByACommandInterruptsTheCall() {
		Work<Object> work = new Work<>();
		AtomicInteger ran = new AtomicInteger();
		Owner<Object> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			CountDownLatch both = new CountDownLatch(1);
			scope.caller().execute(() -> {
				Support.await(both);
				ran.incrementAndGet();
				Thread.currentThread().interrupt();
			});
			scope.caller().execute(ran::incrementAndGet);
			both.countDown();
			return work;
		}));
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		assertThat(owner.wasInterruptedAtEnd()).isTrue();
		assertThat(ran).hasValue(2);
		Support.settle(this.runner);
		assertThat(work.cancellations()).containsExactly(true);
	}

	@Test
	void interruptDuringACommandIsTheCommandsAndLeftToTheCallIfNotTaken() {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Owner<Object> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			scope.caller().execute(() -> {
				entered.countDown();
				awaitUninterruptibly(release);
			});
			return new CompletableFuture<>();
		}));
		Support.await(entered);
		owner.interrupt();
		assertThat(this.runner.snapshot().calls()).singleElement()
			.extracting(RunnerSnapshot.Call::phase)
			.isEqualTo(RunPhase.CALLER_HOP);
		release.countDown();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
	}

	@Tag("slow")
	@ParameterizedTest
	@ValueSource(strings = { "value", "timeout", "interrupt" })
	void callEndsAlthoughThereIsAlwaysANextCommand(String reason) {
		// After the call has ended: rejected, also while the owner runs what is left
		int most = 3_000;
		AtomicInteger ran = new AtomicInteger();
		CompletableFuture<String> work = new CompletableFuture<>();
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			scope.caller().execute(new Runnable() {

				@Override
				public void run() {
					if (ran.incrementAndGet() == 10) {
						end(reason, work, scope);
					}
					if (ran.get() < most) {
						// The next is there before this one ends.
						Future<?> fed = C07CallerTests.this.foreign.submit(() -> scope.caller().execute(this));
						while (!fed.isDone()) {
							Thread.onSpinWait();
						}
					}
				}

			});
			return work;
		}, RunOptions.defaults().timeout(reason.equals("timeout") ? Duration.ofMillis(300) : Support.LONG)));
		switch (reason) {
			case "value" -> assertThat(owner.value()).isEqualTo("value");
			case "timeout" -> assertThat(owner.failure()).isInstanceOf(RunTimeoutException.class);
			default -> assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		}
		assertThat(ran.get()).isLessThan(most);
	}

	private static void end(String reason, CompletableFuture<String> work, RunScope scope) {
		switch (reason) {
			case "value" -> work.complete("value");
			case "timeout" -> untilTheDeadline(scope);
			default -> Thread.currentThread().interrupt();
		}
	}

	// The end of the call

	@Tag("slow")
	@ParameterizedTest
	@EnumSource(CallEnd.class)
	void commandAcceptedBeforeTheEndRunsBeforeTheCallReturns(CallEnd end) {
		// The owner is held by a first command while the call ends and a second waits.
		CountDownLatch accepted = new CountDownLatch(1);
		CountDownLatch held = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		List<Thread> ran = new CopyOnWriteArrayList<>();
		CompletableFuture<String> work = new CompletableFuture<>();
		AtomicReference<RunScope> leaked = new AtomicReference<>();
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			leaked.set(scope);
			scope.caller().execute(() -> {
				held.countDown();
				awaitUninterruptibly(release);
			});
			scope.caller().execute(() -> ran.add(Thread.currentThread()));
			accepted.countDown();
			return work;
		}, end.options()));
		Support.await(accepted);
		Support.await(held);
		Future<?> ending = this.foreign.submit(() -> end.bringAbout(this.runner, owner, work));
		end.untilBroughtAbout(this.runner, leaked.get());
		assertThat(ran).isEmpty();
		release.countDown();
		end.verify(owner);
		Support.get(ending);
		assertThat(ran).containsExactly(owner.thread());
	}

	@Tag("slow")
	@ParameterizedTest
	@EnumSource(CallEnd.class)
	void commandAfterTheEndIsRefused(CallEnd end) {
		// grpc#12372: what the cancelled work still submits is told so, not leaked
		AtomicReference<RunScope> leaked = new AtomicReference<>();
		CompletableFuture<String> work = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> this.runner.runScoped((scope) -> {
			leaked.set(scope);
			return work;
		}, end.options().name("ended")));
		Support.eventually().until(() -> leaked.get() != null);
		end.bringAbout(this.runner, owner, work);
		end.verify(owner);
		AtomicInteger ran = new AtomicInteger();
		assertThatExceptionOfType(RejectedExecutionException.class)
			.isThrownBy(() -> leaked.get().caller().execute(ran::incrementAndGet))
			.withMessageContaining("\"ended\"")
			.withMessageContaining("\"hops\"");
		assertThat(ran).hasValue(0);
	}

	@Test
	void formerOwnerItselfIsRefusedAfterTheEnd() {
		AtomicReference<RunScope> leaked = new AtomicReference<>();
		this.runner.runScoped((scope) -> {
			leaked.set(scope);
			return CompletableFuture.completedFuture("x");
		});
		assertThatExceptionOfType(RejectedExecutionException.class)
			.isThrownBy(() -> leaked.get().caller().execute(() -> fail("never")));
	}

	@Tag("slow")
	@Test
	void everyAcceptedCommandRunsOnceOnTheOwnerWhateverRaces() {
		int rounds = 4_000;
		long most = Duration.ofSeconds(5).toNanos();
		long since = System.nanoTime();
		AtomicInteger accepted = new AtomicInteger();
		AtomicInteger refused = new AtomicInteger();
		AtomicInteger ran = new AtomicInteger();
		AtomicInteger strayed = new AtomicInteger();
		AtomicReference<RunScope> open = new AtomicReference<>();
		AtomicReference<Thread> ownerThread = new AtomicReference<>();
		CountDownLatch over = new CountDownLatch(1);
		List<Future<?>> submitters = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			submitters.add(this.foreign.submit(() -> {
				while (over.getCount() > 0) {
					RunScope scope = open.get();
					if (scope == null) {
						Thread.onSpinWait();
						continue;
					}
					try {
						for (int n = 0; n < 5; n++) {
							scope.caller().execute(() -> {
								ran.incrementAndGet();
								strayed.addAndGet((Thread.currentThread() == ownerThread.get()) ? 0 : 1);
							});
							accepted.incrementAndGet();
						}
					}
					catch (RejectedExecutionException ex) {
						refused.incrementAndGet();
					}
					open.compareAndSet(scope, null);
				}
			}));
		}
		Owner<Object> owner = Owner.start(() -> {
			ownerThread.set(Thread.currentThread());
			// Fewer on a busy machine, whose processors the three threads have to share
			for (int round = 0; round < rounds && System.nanoTime() - since < most; round++) {
				int kind = round % 4;
				try {
					this.runner.runScoped((scope) -> {
						open.set(scope);
						return (kind == 0) ? CompletableFuture.completedFuture("x")
								: (kind == 1) ? CompletableFuture.supplyAsync(() -> "x", this.foreign)
										: (kind == 2) ? CompletableFuture.failedFuture(new IllegalStateException())
												: new CompletableFuture<>();
					}, Duration.ofNanos((kind == 3) ? 1 + 200 * (round % 500) : 60_000_000_000L));
				}
				catch (IllegalStateException | RunTimeoutException ex) {
					assertThat(kind).isGreaterThanOrEqualTo(2);
				}
			}
			return null;
		});
		assertThat(owner.value()).isNull();
		over.countDown();
		submitters.forEach(Support::get);
		assertThat(ran).hasValue(accepted.get());
		assertThat(accepted.get()).isPositive();
		assertThat(refused.get()).isPositive();
		assertThat(strayed).hasValue(0);
	}

	@Test
	void deadlineReachedDuringACommandIsToldAsSuch() {
		long since = System.nanoTime();
		// Again with more time if the loop did not get to the task in time.
		for (Duration limit = Duration.ofMillis(50); limit.compareTo(Support.PATIENCE) < 0; limit = limit
			.multipliedBy(2)) {
			RunOptions options = RunOptions.defaults().name("slow-hop").timeout(limit);
			Work<Object> work = new Work<>();
			AtomicReference<RunnerSnapshot> during = new AtomicReference<>();
			RunTimeoutException timeout = catchThrowableOfType(RunTimeoutException.class,
					() -> this.runner.runScoped((scope) -> {
						scope.caller().execute(() -> {
							untilTheDeadline(scope);
							during.set(this.runner.snapshot());
						});
						return work;
					}, options));
			assertThat(timeout.getLimit()).isEqualTo(limit);
			if (timeout.getPhase() == RunPhase.CALLER_HOP) {
				assertThat(timeout).hasMessageContaining("\"slow-hop\"")
					.hasMessageContaining("CALLER_HOP")
					.hasMessageContaining("in the caller's thread");
				assertThat(Support.timesIn(timeout.getMessage())).as(timeout.getMessage())
					.isLessThanOrEqualTo(Duration.ofNanos(2 * (System.nanoTime() - since)));
				assertThat(work.cancellations()).containsExactly(true);
				assertThat(during.get().calls()).singleElement().satisfies((call) -> {
					assertThat(call.phase()).isEqualTo(RunPhase.CALLER_HOP);
					assertThat(call.ownerThreadName()).isEqualTo(Thread.currentThread().getName());
					assertThat(call.remaining()).isLessThanOrEqualTo(Duration.ZERO);
				});
				return;
			}
		}
		fail("the loop never came to the task");
	}

	@Test
	void valueThatComesDuringACommandWinsOverTheDeadlineThatPassesThere() {
		for (Duration limit = Duration.ofMillis(50); limit.compareTo(Support.PATIENCE) < 0; limit = limit
			.multipliedBy(2)) {
			CompletableFuture<String> work = new CompletableFuture<>();
			try {
				String value = this.runner.runScoped((scope) -> {
					scope.caller().execute(() -> {
						work.complete("in time");
						untilTheDeadline(scope);
					});
					return work;
				}, limit);
				assertThat(value).isEqualTo("in time");
				return;
			}
			catch (RunTimeoutException ex) {
				assertThat(ex.getPhase()).isNotEqualTo(RunPhase.CALLER_HOP);
			}
		}
		fail("the loop never came to the task");
	}

	private static void untilTheDeadline(RunScope scope) {
		Support.eventually().until(() -> scope.remaining().orElseThrow().isZero());
	}

	@Test
	void callInTheGraceOfACloseMayUseTheCaller() {
		CompletableFuture<Object> go = new CompletableFuture<>();
		Owner<Thread> owner = Owner.parked(() -> this.runner
			.runScoped((scope) -> go.thenApplyAsync((x) -> Thread.currentThread(), scope.caller())));
		Support.untilActive(this.runner, 1);
		Owner<Object> closer = Owner.parked(() -> {
			this.runner.close(Support.LONG);
			return null;
		});
		go.complete("go");
		assertThat(owner.value()).isSameAs(owner.thread());
		assertThat(closer.value()).isNull();
	}

	// Memory

	@Test
	void happensBeforeInBothDirections() {
		// Plain fields: whoever comes next sees what was written before (rule C20).
		int[] plain = new int[1];
		int rounds = 2_000;
		int result = this.runner.runScoped((scope) -> {
			CompletableFuture<Integer> chain = CompletableFuture.completedFuture(0);
			for (int i = 0; i < rounds; i++) {
				chain = chain.thenApplyAsync((expected) -> next(plain, expected), scope.caller())
					.thenApplyAsync((expected) -> next(plain, expected), scope.loop());
			}
			return chain;
		});
		assertThat(result).isEqualTo(2 * rounds);
		assertThat(plain[0]).isEqualTo(2 * rounds);
	}

	private static int next(int[] plain, int expected) {
		assertThat(plain[0]).isEqualTo(expected);
		return ++plain[0];
	}

	@Test
	void scopeOfAnEndedCallKeepsNeitherOwnerNorCommand() {
		AtomicReference<RunScope> kept = new AtomicReference<>();
		AtomicReference<WeakReference<Object>> command = new AtomicReference<>();
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			kept.set(scope);
			Object captured = new Object();
			command.set(new WeakReference<>(captured));
			scope.caller().execute(captured::hashCode);
			return CompletableFuture.completedFuture("x");
		}));
		assertThat(owner.value()).isEqualTo("x");
		WeakReference<Thread> thread = new WeakReference<>(owner.thread());
		owner = null;
		Support.collected(() -> command.get().get() == null);
		Support.collected(() -> thread.get() == null);
		assertThat(kept.get()).isNotNull();
	}

	/**
	 * Waits and leaves the interrupt flag alone.
	 */
	private static void awaitUninterruptibly(CountDownLatch latch) {
		while (latch.getCount() > 0) {
			Thread.onSpinWait();
		}
	}

	private static <T> CompletableFuture<T> hop(RunScope scope, Callable<T> command) {
		return CompletableFuture.supplyAsync(() -> {
			try {
				return command.call();
			}
			catch (RuntimeException ex) {
				throw ex;
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}, scope.caller());
	}

	private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> futures) {
		return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
			.thenApply((none) -> futures.stream().map(CompletableFuture::join).toList());
	}

	/**
	 * A command that equals all of its kind.
	 */
	private record Equal(String name, List<String> ran) implements Runnable {

		@Override
		public void run() {
			this.ran.add(this.name);
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Equal;
		}

		@Override
		public int hashCode() {
			return 1;
		}

	}

}
