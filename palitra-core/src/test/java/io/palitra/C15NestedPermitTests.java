package io.palitra;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * An owner whose call holds a permit needs no second one for what it does meanwhile.
 */
@DisplayName("C15 Load: calls nested in a call that holds a permit")
class C15NestedPermitTests {

	private EventLoopThreadRunner runner = runner(OverloadPolicy.WAIT, NestedRuns.REJECT);

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	private static EventLoopThreadRunner runner(OverloadPolicy policy, NestedRuns nestedRuns) {
		return EventLoopThreadRunner.builder()
			.name("nested")
			.maxInFlight(1)
			.overloadPolicy(policy)
			.nestedRuns(nestedRuns)
			.timeout(Duration.ofSeconds(10))
			.shutdownGrace(Duration.ZERO)
			.build();
	}

	private <T> T inAHop(EventLoopThreadRunner target, Supplier<T> hop) {
		return target.runScoped((scope) -> CompletableFuture.supplyAsync(hop, scope.caller()));
	}

	static Stream<Arguments> everyCallAndPolicy() {
		return Stream.of(Nested.values())
			.flatMap((nested) -> Stream.of(OverloadPolicy.values()).map((policy) -> Arguments.of(nested, policy)));
	}

	@ParameterizedTest
	@MethodSource("everyCallAndPolicy")
	void callInsideAHopRuns(Nested nested, OverloadPolicy policy) {
		this.runner.close();
		this.runner = runner(policy, NestedRuns.REJECT);
		Owner<Object> owner = Owner.start(() -> inAHop(this.runner, () -> nested.call(this.runner)));
		assertThat(owner.value()).isEqualTo("inner");
		assertThatOnePermitIsLeft();
	}

	@ParameterizedTest
	@MethodSource("everyCallAndPolicy")
	void callOnThePumpedLoopRuns(Nested nested, OverloadPolicy policy) {
		this.runner.close();
		this.runner = runner(policy, NestedRuns.PUMP);
		Owner<Object> owner = Owner
			.start(() -> this.runner.run(() -> CompletableFuture.completedFuture(nested.call(this.runner))));
		assertThat(owner.value()).isEqualTo("inner");
		assertThatOnePermitIsLeft();
	}

	@ParameterizedTest
	@EnumSource
	void callInADependentOnThePumpedLoopRuns(Nested nested) {
		this.runner.close();
		this.runner = runner(OverloadPolicy.WAIT, NestedRuns.PUMP);
		Owner<Object> owner = Owner.start(() -> this.runner
			.runScoped((scope) -> scope.fork(Support.later("x")).thenApply((value) -> nested.call(this.runner))));
		assertThat(owner.value()).isEqualTo("inner");
		assertThatOnePermitIsLeft();
	}

	@ParameterizedTest
	@MethodSource("everyCallAndPolicy")
	void callInsideATaskThatIsCalledInPlaceRuns(Nested nested, OverloadPolicy policy) {
		this.runner.close();
		this.runner = runner(policy, NestedRuns.REJECT);
		RunOptions inPlace = RunOptions.defaults().startOn(StartOn.caller());
		Owner<Object> owner = Owner
			.start(() -> this.runner.run(() -> CompletableFuture.completedFuture(nested.call(this.runner)), inPlace));
		assertThat(owner.value()).isEqualTo("inner");
		Owner<Object> hopper = Owner.start(() -> this.runner.runScoped(
				(scope) -> CompletableFuture.supplyAsync(() -> nested.call(this.runner), scope.caller()), inPlace));
		assertThat(hopper.value()).isEqualTo("inner");
		assertThatOnePermitIsLeft();
	}

	@Test
	void callInAHopThatIsLeftOverWhileAChildHasThePermitNeedsNone() {
		CompletableFuture<String> work = new CompletableFuture<>();
		Work<String> child = Work.stubborn();
		CountDownLatch hopping = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			scope.fork(() -> child);
			scope.caller().execute(() -> {
				hopping.countDown();
				Support.await(goOn);
			});
			scope.caller().execute(() -> this.runner.run(Support.value("left over")));
			return work;
		}));
		Support.await(hopping);
		work.complete("outer");
		goOn.countDown();
		assertThat(owner.value()).isEqualTo("outer");
		child.complete("late");
		assertThatOnePermitIsLeft();
	}

	@Test
	void callInAHopThatIsLeftOverWhenTheWorkHasEndedNeedsAPermitOfItsOwn() {
		CompletableFuture<String> work = new CompletableFuture<>();
		CountDownLatch hopping = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			scope.caller().execute(() -> {
				hopping.countDown();
				Support.await(goOn);
			});
			scope.caller().execute(() -> this.runner.run(Support.value("left over")));
			return work;
		}));
		Support.await(hopping);
		work.complete("outer");
		CompletableFuture<String> others = new CompletableFuture<>();
		CompletableFuture<String> holder = this.runner.submit(() -> others);
		Support.untilFollowed(others);
		goOn.countDown();
		Support.eventually()
			.untilAsserted(() -> assertThat(this.runner.snapshot().calls()).extracting(RunnerSnapshot.Call::phase)
				.contains(RunPhase.WAITING_FOR_PERMIT));
		others.complete("others");
		assertThat(owner.value()).isEqualTo("outer");
		assertThat(Support.get(holder)).isEqualTo("others");
		assertThatOnePermitIsLeft();
	}

	@Test
	void workThatGoesOnAfterTheCallThatItWasNestedInCounts() {
		Work<String> submitted = Work.stubborn();
		Work<String> givenUp = Work.stubborn();
		Owner<String> owner = Owner.start(() -> inAHop(this.runner, () -> {
			this.runner.submit(() -> submitted);
			Support.timeoutWhileRunning((limit) -> this.runner.run(() -> givenUp, limit));
			return "outer";
		}));
		assertThat(owner.value()).isEqualTo("outer");
		CompletableFuture<String> next = this.runner.submit(Support.value("next"));
		submitted.complete("submitted");
		Support.settle(this.runner);
		assertThat(next).isNotDone();
		givenUp.complete("late");
		assertThat(Support.get(next)).isEqualTo("next");
		assertThatOnePermitIsLeft();
	}

	@Test
	void noPermitIsLostWhenTheRunnerIsStoppedWhileCallsAreNested() {
		this.runner.close();
		this.runner = EventLoopThreadRunner.builder().maxInFlight(4).shutdownGrace(Duration.ZERO).build();
		AtomicBoolean enough = new AtomicBoolean();
		List<Owner<Boolean>> owners = IntStream.range(0, 2).mapToObj((number) -> Owner.start(() -> {
			while (!enough.get()) {
				try {
					inAHop(this.runner, () -> {
						for (int i = 0; i < 50; i++) {
							this.runner.run(Support.value("inner"));
						}
						return "outer";
					});
				}
				catch (RunnerClosedException ex) {
					// Stopped just now.
				}
			}
			return true;
		})).toList();
		for (int round = 0; round < 600; round++) {
			long before = this.runner.snapshot(0).submitted();
			while (this.runner.snapshot(0).submitted() < before + 30) {
				Thread.yield();
			}
			this.runner.stop();
			this.runner.start();
		}
		enough.set(true);
		owners.forEach((owner) -> assertThat(owner.value()).isTrue());
		Support.eventually().until(() -> this.runner.snapshot().active() == 0);
		assertThat(this.runner.snapshot().permits()).hasValue(4);
	}

	@Test
	void virtualOwnerNeedsNoSecondPermitEither() {
		ThreadFactory threads = Support.virtualThreads();
		Owner<String> owner = Owner.start(threads,
				() -> inAHop(this.runner, () -> this.runner.run(Support.later("inner"))));
		assertThat(owner.value()).isEqualTo("inner");
	}

	@Test
	void hundredLevelsNeedOnePermit() {
		Owner<Integer> owner = Owner.start(() -> nest(100));
		assertThat(owner.value()).isEqualTo(100);
		assertThatOnePermitIsLeft();
	}

	private int nest(int levels) {
		return (levels == 0) ? 0 : inAHop(this.runner, () -> nest(levels - 1) + 1);
	}

	@Test
	void callThatIsNestedThroughAnotherRunnerNeedsNone() {
		try (EventLoopThreadRunner other = runner(OverloadPolicy.WAIT, NestedRuns.REJECT)) {
			Owner<String> owner = Owner
				.start(() -> inAHop(this.runner, () -> inAHop(other, () -> this.runner.run(Support.later("inner")))));
			assertThat(owner.value()).isEqualTo("inner");
		}
		assertThatOnePermitIsLeft();
	}

	@Test
	void severalOneAfterTheOtherRunInOneHop() {
		Owner<Integer> owner = Owner.start(() -> inAHop(this.runner,
				() -> IntStream.range(0, 100).map((i) -> this.runner.run(Support.value(1))).sum()));
		assertThat(owner.value()).isEqualTo(100);
		assertThatOnePermitIsLeft();
	}

	@Test
	void failureOfANestedCallLeavesThePermitWithTheOuterOne() {
		Owner<Object> owner = Owner.start(() -> inAHop(this.runner, () -> {
			assertThatIllegalStateException()
				.isThrownBy(() -> this.runner.run(Support.failure(new IllegalStateException("inner"))));
			Support.timeoutWhileRunning((limit) -> this.runner.run(Support.never(), limit));
			return this.runner.run(Support.later("inner"));
		}));
		assertThat(owner.value()).isEqualTo("inner");
		assertThatOnePermitIsLeft();
	}

	@Test
	void othersStillWaitForThePermitWhileACallIsNested() {
		CountDownLatch nested = new CountDownLatch(1);
		CompletableFuture<String> inner = new CompletableFuture<>();
		Owner<String> owner = Owner.start(() -> inAHop(this.runner, () -> this.runner.run(() -> {
			nested.countDown();
			return inner;
		})));
		Support.await(nested);
		Owner<String> other = Owner.start(() -> this.runner.run(Support.value("other")));
		Support.eventually()
			.untilAsserted(() -> assertThat(this.runner.snapshot().calls()).extracting(RunnerSnapshot.Call::phase)
				.containsOnlyOnce(RunPhase.WAITING_FOR_PERMIT));
		Support.settle(this.runner);
		assertThat(other.isDone()).isFalse();
		inner.complete("inner");
		assertThat(owner.value()).isEqualTo("inner");
		assertThat(other.value()).isEqualTo("other");
	}

	@Test
	void manyOwnersWithNestedCallsShareOnePermit() {
		int threads = 8;
		CyclicBarrier together = new CyclicBarrier(threads);
		List<Owner<Integer>> owners = IntStream.range(0, threads).mapToObj((number) -> Owner.start(() -> {
			Support.await(together);
			int sum = 0;
			for (int i = 0; i < 50; i++) {
				sum += inAHop(this.runner, () -> this.runner.run(Support.value(1)));
			}
			return sum;
		})).toList();
		owners.forEach((owner) -> assertThat(owner.value()).isEqualTo(50));
		assertThatOnePermitIsLeft();
	}

	@Test
	void callThatFollowsInTheSameThreadNeedsAPermitAgain() {
		Owner<String> first = Owner.start(() -> inAHop(this.runner, () -> this.runner.run(Support.value("inner"))));
		assertThat(first.value()).isEqualTo("inner");
		CompletableFuture<String> work = new CompletableFuture<>();
		CompletableFuture<String> holder = this.runner.submit(() -> work);
		CountDownLatch made = new CountDownLatch(1);
		Owner<String> next = Owner.start(() -> {
			made.countDown();
			return this.runner.run(Support.value("next"));
		});
		Support.await(made);
		Support.eventually().until(() -> this.runner.snapshot().pending() == 1);
		work.complete("held");
		assertThat(next.value()).isEqualTo("next");
		assertThat(Support.get(holder)).isEqualTo("held");
	}

	/**
	 * Fails unless one call runs at once, and no more.
	 */
	private void assertThatOnePermitIsLeft() {
		CompletableFuture<String> work = new CompletableFuture<>();
		Owner<String> one = Owner.start(() -> this.runner.run(() -> work));
		Support.untilActive(this.runner, 1);
		try {
			CompletableFuture<String> two = this.runner.submit(Support.value("two"));
			Support.settle(this.runner);
			assertThat(two).isNotDone();
			work.complete("one");
			assertThat(Support.get(two)).isEqualTo("two");
		}
		catch (RunnerOverloadedException ex) {
			work.complete("one");
		}
		assertThat(one.value()).isEqualTo("one");
	}

	/**
	 * How the nested call is made.
	 */
	enum Nested {

		RUN {

			@Override
			Object call(EventLoopThreadRunner runner) {
				return runner.run(Support.later("inner"));
			}

		},

		RUN_SCOPED {

			@Override
			Object call(EventLoopThreadRunner runner) {
				return runner.runScoped((scope) -> scope.fork(Support.later("inner")));
			}

		},

		RUN_CHECKED {

			@Override
			Object call(EventLoopThreadRunner runner) {
				return runner.runChecked(Support.later("inner"), RuntimeException.class);
			}

		},

		GATHER {

			@Override
			Object call(EventLoopThreadRunner runner) {
				return runner.gather(Support.later("inner"), Support.value("other")).get(0);
			}

		},

		GATHER_OUTCOMES {

			@Override
			Object call(EventLoopThreadRunner runner) {
				return runner.gatherOutcomes(Support.later("inner")).get(0).orElseThrow();
			}

		};

		abstract Object call(EventLoopThreadRunner runner);

	}

}
