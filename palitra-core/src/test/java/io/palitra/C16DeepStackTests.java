package io.palitra;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A recursion of the application that does not end, with a call at each level, overflows
 * the stack somewhere inside a call. Which call that is and where in it depends on the
 * size of the stack, so many sizes are tried.
 */
@Tag("slow")
@DisplayName("C16 Any owner: one whose stack overflows")
class C16DeepStackTests {

	/**
	 * So long that a call that overflows and does not fail of it shows.
	 */
	private static final Duration LIMIT = Support.PATIENCE.dividedBy(2);

	/**
	 * More than a trivial call ever takes, and less than the five seconds after which a
	 * loop that sleeps looks around by itself: a wake-up that was lost shows.
	 */
	private static final Duration AWAKE = Duration.ofSeconds(4);

	private static final int STACKS = 6;

	private static final AsyncCallable<String> VALUE = Support.value("x");

	/**
	 * On how many frames before an overflow something is done.
	 */
	private static final int NEAR = 400;

	private EventLoopThreadRunner runner;

	@AfterEach
	void close() {
		// A close that hangs must not keep the other tests from running.
		EventLoopThreadRunner closing = this.runner;
		Support.daemon(() -> closing.close(Duration.ZERO)).start();
	}

	private void create(int maxInFlight) {
		EventLoopThreadRunner.Builder builder = EventLoopThreadRunner.builder()
			.name("deep")
			.slowTaskThreshold(Support.LONG)
			.hangThreshold(Support.LONG);
		this.runner = (maxInFlight > 0) ? builder.maxInFlight(maxInFlight).build() : builder.build();
	}

	static Stream<Arguments> everyWay() {
		return Stream.of(Way.values()).flatMap((way) -> Stream.of(0, 2).map((max) -> Arguments.of(way, max)));
	}

	@ParameterizedTest(name = "{0}, maxInFlight {1}")
	@MethodSource("everyWay")
	void overflowFailsItsOwnCallsOnly(Way way, int maxInFlight) {
		create(maxInFlight);
		warmUp(way);
		for (int i = 0; i < STACKS; i++) {
			overflow(way, i);
			assertThatOthersAreServed();
		}
		assertThatNothingIsLeft();
		Owner<Object> closer = Owner.start(() -> {
			// Ends in time only if nothing is taken for a call in flight.
			this.runner.close(Support.LONG);
			return null;
		});
		closer.value();
	}

	@ParameterizedTest
	@EnumSource
	void closeWithoutGraceReturnsAfterOverflows(Way way) {
		create(2);
		warmUp(way);
		for (int i = 0; i < STACKS / 2; i++) {
			overflow(way, 2 * i + 1);
		}
		Owner<Object> closer = Owner.start(() -> {
			this.runner.close(Duration.ZERO);
			return null;
		});
		closer.value();
		assertThatNothingIsLeft();
	}

	@ParameterizedTest
	@EnumSource
	void othersAreServedWhileAnotherOverflows(Way way) {
		create(2);
		warmUp(way);
		CountDownLatch over = new CountDownLatch(1);
		Owner<Long> innocent = Owner.start(() -> {
			long calls = 0;
			while (over.getCount() > 0) {
				this.runner.run(Support.value("innocent"), AWAKE);
				calls++;
			}
			return calls;
		});
		for (int i = 0; i < STACKS / 4; i++) {
			overflow(way, 4 * i + 3);
		}
		over.countDown();
		assertThat(innocent.value()).isPositive();
	}

	@Test
	void cancellationNearTheOverflowIsWhole() {
		create(2);
		for (int i = 0; i < 2_000; i++) {
			// Compiled, so that it takes little of the stack, unlike what is cancelled
			this.runner.run(Support.value("x"), LIMIT);
		}
		for (int i = 0; i < STACKS; i++) {
			Queue<CompletableFuture<Object>> submitted = new ConcurrentLinkedQueue<>();
			nearTheOverflow(i, () -> {
				CompletableFuture<Object> future = this.runner.submit(Support.never());
				submitted.add(future);
				future.cancel(true);
			});
			// Those for whose cancellation there was no room, as it takes more of it
			submitted.forEach((future) -> future.cancel(true));
		}
		assertThatNothingIsLeft();
		assertThatPermitsAreFree(2);
	}

	@Test
	void cancellationOfForksNearTheOverflowIsWhole() {
		create(1);
		for (int i = 0; i < STACKS; i++) {
			int stack = i;
			Owner<Object> run = Owner.start(() -> this.runner.runScoped((scope) -> {
				Deque<CompletableFuture<Object>> forks = new ArrayDeque<>();
				for (int fork = 0; fork < NEAR; fork++) {
					forks.add(scope.fork(Support.never()));
				}
				return CompletableFuture.supplyAsync(() -> {
					nearTheOverflow(stack, () -> forks.remove().cancel(true));
					return "x";
				}, (command) -> Support.daemon(command).start());
			}));
			assertThat(run.value()).isEqualTo("x");
			assertThatPermitsAreFree(1);
		}
		assertThatNothingIsLeft();
	}

	/**
	 * The future that is cancelled with a call needs as much room as that had to have.
	 */
	@Test
	void cancellationOfACallThatWaitsForAnotherIsWholeNearTheOverflow() {
		create(NEAR);
		try (EventLoopThreadRunner other = EventLoopThreadRunner.create()) {
			for (int i = 0; i < STACKS; i++) {
				List<CompletableFuture<Object>> calls = new ArrayList<>();
				for (int call = 0; call < NEAR; call++) {
					calls.add(this.runner.submit(() -> other.submit(Support.never())));
				}
				Support.settle(this.runner);
				Deque<CompletableFuture<Object>> left = new ArrayDeque<>(calls);
				nearTheOverflow(i, () -> left.remove().cancel(true));
				// Those for whose cancellation there was no room
				calls.forEach((call) -> call.cancel(true));
				Support.eventually().until(() -> other.snapshot().calls().isEmpty());
			}
		}
		assertThatNothingIsLeft();
	}

	@Test
	void forkAtTheEndOfTheStackIsMadeOrNot() {
		create(1);
		for (int round = 0; round < 20; round++) {
			Owner<Object> run = Owner.start(() -> this.runner.runScoped((scope) -> {
				nearTheEnd(scope, new AtomicBoolean());
				return CompletableFuture.completedFuture("x");
			}, RunOptions.defaults().timeout(LIMIT).startOn((command) -> daemon(command, 200 * 1024).start())));
			assertThat(run.value()).isEqualTo("x");
			assertThatPermitsAreFree(1);
		}
	}

	private void nearTheEnd(RunScope scope, AtomicBoolean forked) {
		try {
			nearTheEnd(scope, forked);
		}
		catch (StackOverflowError ex) {
			// The next frame has a little more room.
		}
		if (!forked.get()) {
			try {
				scope.fork(VALUE);
				forked.set(true);
			}
			catch (VirtualMachineError ex) {
				assertThat(forked).isFalse();
			}
		}
	}

	private void assertThatPermitsAreFree(int permits) {
		Support.eventually().until(() -> this.runner.snapshot().permits().equals(OptionalInt.of(permits)));
	}

	/**
	 * Does something on each of the last frames before an overflow.
	 */
	private void nearTheOverflow(int number, Runnable action) {
		Owner<Integer> recursion = Owner.start((runnable) -> daemon(runnable, 200 * 1024 + (number * 997L)),
				() -> descend(action));
		assertThat(recursion.value()).isPositive();
	}

	/**
	 * Returns how far the overflow is away.
	 */
	private int descend(Runnable action) {
		int distance;
		try {
			distance = descend(action);
		}
		catch (StackOverflowError ex) {
			distance = 0;
		}
		if (distance < NEAR) {
			try {
				action.run();
			}
			catch (VirtualMachineError ex) {
				// It has not begun, or has been done: that is what is looked at
				// afterwards. Inside the JVM an overflow becomes an InternalError.
				return distance + 1;
			}
		}
		return distance + 1;
	}

	private void warmUp(Way way) {
		// Classes whose initialization overflows would be unusable for ever, which is
		// nothing that palitra could help.
		for (int i = 0; i < 2_000; i++) {
			way.call(this.runner);
		}
		Support.timeoutWhileRunning(this.runner, (limit) -> this.runner.run(Support.never(), limit));
		Support.eventually().until(() -> this.runner.snapshot().active() == 0);
	}

	private void overflow(Way way, int number) {
		Owner<Object> recursion = Owner
			.start((runnable) -> daemon(runnable, 160 * 1024 + (number * 7_919L) % (200 * 1024)), () -> endless(way));
		assertThat(recursion.failure()).isInstanceOf(StackOverflowError.class);
	}

	private static Thread daemon(Runnable runnable, long stackSize) {
		Thread thread = new Thread(null, runnable, "recursion", stackSize);
		thread.setDaemon(true);
		return thread;
	}

	private Object endless(Way way) {
		way.call(this.runner);
		return endless(way);
	}

	private void assertThatOthersAreServed() {
		Owner<String> innocent = Owner.start(() -> this.runner.run(Support.value("innocent"), AWAKE));
		assertThat(innocent.value()).isEqualTo("innocent");
		Owner<Object> another = Owner
			.start(() -> this.runner.gather(Support.value("innocent"), Support.value("innocent")));
		assertThat(another.value()).asInstanceOf(InstanceOfAssertFactories.LIST).hasSize(2);
	}

	private void assertThatNothingIsLeft() {
		Support.eventually().until(() -> {
			RunnerSnapshot seen = this.runner.snapshot();
			return seen.pending() == 0 && seen.active() == 0 && seen.waiting() == 0;
		});
		RunnerSnapshot seen = this.runner.snapshot();
		assertThat(seen.calls()).isEmpty();
		assertThat(seen.abandoned()).isZero();
	}

	/**
	 * How a call is made.
	 */
	enum Way {

		RUN {

			@Override
			Object call(EventLoopThreadRunner runner) {
				return runner.run(Support.value("x"), LIMIT);
			}

		},

		RUN_THAT_WAITS {

			@Override
			Object call(EventLoopThreadRunner runner) {
				return runner.runScoped((scope) -> scope.sleep(Duration.ofNanos(1)), LIMIT);
			}

		},

		HOP {

			@Override
			Object call(EventLoopThreadRunner runner) {
				return runner.runScoped((scope) -> CompletableFuture.supplyAsync(() -> "x", scope.caller()), LIMIT);
			}

		},

		NESTED_IN_A_HOP {

			@Override
			Object call(EventLoopThreadRunner runner) {
				// Another runner: a permit for the nested call is not what this is about
				return runner.runScoped((scope) -> CompletableFuture
					.supplyAsync(() -> OTHER.run(Support.value("x"), LIMIT), scope.caller()), LIMIT);
			}

		},

		GATHER {

			@Override
			Object call(EventLoopThreadRunner runner) {
				return runner.gather(IntStream.range(0, 3).mapToObj(Support::value).toList(),
						RunOptions.defaults().timeout(LIMIT));
			}

		},

		SUBMIT {

			@Override
			Object call(EventLoopThreadRunner runner) {
				// Without a limit, or the JDK's own timer, which this thread shares with
				// all others, might be what is broken by the overflow
				return Support.get(runner.submit(Support.value("x")));
			}

		},

		SUBMIT_WITH_A_LIMIT {

			@Override
			Object call(EventLoopThreadRunner runner) {
				return Support.get(runner.submit(Support.value("x"), RunOptions.defaults().timeout(LIMIT)));
			}

		},

		AWAIT {

			@Override
			Object call(EventLoopThreadRunner runner) {
				return runner.await(CompletableFuture.supplyAsync(() -> "x", runner.getLoop()), LIMIT);
			}

		},

		FAILURE {

			@Override
			Object call(EventLoopThreadRunner runner) {
				try {
					return runner.run(Support.failure(new IllegalStateException("x")), LIMIT);
				}
				catch (IllegalStateException ex) {
					return ex;
				}
			}

		};

		private static final EventLoopThreadRunner OTHER = EventLoopThreadRunner.builder()
			.name("other")
			.slowTaskThreshold(Support.LONG)
			.build();

		abstract Object call(EventLoopThreadRunner runner);

	}

}
