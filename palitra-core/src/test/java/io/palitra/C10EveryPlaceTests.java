package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Whoever ends a runner empties every place that a call can be in, or the call sees the
 * end itself.
 */
@DisplayName("C10 Shutdown: every place that a call can be in")
class C10EveryPlaceTests {

	/**
	 * What is done when the next call has been made and has not entered yet.
	 */
	private final AtomicReference<Runnable> beforeItEnters = new AtomicReference<>();

	private final Work<String> deaf = Work.stubborn();

	private final EventLoopThreadRunner runner = builder().build();

	private final EventLoopThreadRunner bounded = builder().maxInFlight(1).build();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
		this.bounded.close(Duration.ZERO);
	}

	private EventLoopThreadRunner.Builder builder() {
		return EventLoopThreadRunner.builder()
			.name("place")
			.shutdownGrace(Duration.ZERO)
			.hangThreshold(Support.LONG)
			.slowTaskThreshold(Support.LONG)
			.listener(new RunListener() {

				@Override
				public void onSubmit(RunEvent run) {
					Runnable first = C10EveryPlaceTests.this.beforeItEnters.getAndSet(null);
					if (first != null) {
						first.run();
					}
				}

			});
	}

	// A call that enters after everybody has looked

	@ParameterizedTest
	@MethodSource("everyWayAndEnd")
	void callThatIsMadeBeforeTheEndAndEntersAfterItIsRefused(Way way, End end) {
		assertThatItIsRefused(this.runner, way, end);
	}

	@ParameterizedTest
	@MethodSource("everyWayAndEnd")
	void callThatIsMadeBeforeTheEndAndFindsAFreePermitAfterItIsRefused(Way way, End end) {
		assertThatItIsRefused(this.bounded, way, end);
		this.deaf.complete("late");
	}

	@ParameterizedTest
	@MethodSource("everyWayAndEnd")
	void callThatIsMadeBeforeTheEndAndComesToThePermitsAfterItIsRefusedAlthoughTheyAreTaken(Way way, End end) {
		takeThePermit();
		assertThatItIsRefused(this.bounded, way, end);
		if (end == End.RESTART) {
			// The permit belongs to the work, and comes back with its end
			this.deaf.complete("late");
			assertThat(this.bounded.run(Support.value("next"), Support.PATIENCE)).isEqualTo("next");
		}
	}

	static Stream<Arguments> everyWayAndEnd() {
		return Stream.of(Way.values()).flatMap((way) -> Stream.of(End.values()).map((end) -> Arguments.of(way, end)));
	}

	private void assertThatItIsRefused(EventLoopThreadRunner target, Way way, End end) {
		this.beforeItEnters.set(() -> {
			Owner<Object> ender = Owner.start(() -> {
				end.bringAbout(target);
				return null;
			});
			ender.value();
		});
		Owner<Object> owner = Owner.start(() -> way.call(target));
		assertThat(unwrapped(owner.failure())).isInstanceOf(RunnerClosedException.class);
		Support.eventually().until(() -> target.snapshot().waiting() == 0);
		assertThat(target.snapshot().pending()).isZero();
	}

	private void takeThePermit() {
		Support.timeoutWhileRunning((limit) -> this.bounded.run(() -> this.deaf, limit));
		assertThat(this.bounded.snapshot().abandoned()).isOne();
	}

	private static Throwable unwrapped(Throwable failure) {
		return (failure instanceof ExecutionException) ? failure.getCause() : failure;
	}

	// Every place is emptied

	@ParameterizedTest
	@MethodSource("everyWayAndEnd")
	void callThatRunsIsReleased(Way way, End end) {
		Owner<Object> owner = Owner.start(() -> way.call(this.runner));
		Support.untilActive(this.runner, 1);
		end.bringAbout(this.runner);
		assertThat(unwrapped(owner.failure())).isInstanceOf(RunnerClosedException.class);
	}

	@ParameterizedTest
	@MethodSource("everyTaskAndEnd")
	void callThatWaitsForThePermitIsReleased(Way way, End end) {
		takeThePermit();
		Owner<Object> owner = Owner.start(() -> way.call(this.bounded));
		Support.eventually().until(() -> this.bounded.snapshot().pending() == 1);
		end.bringAbout(this.bounded);
		assertThat(unwrapped(owner.failure())).isInstanceOf(RunnerClosedException.class);
		assertThat(this.bounded.snapshot().pending()).isZero();
	}

	@ParameterizedTest
	@MethodSource("everyTaskAndEnd")
	void callThatIsQueuedIsReleased(Way way, End end) {
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			Owner<Object> owner = Owner.start(() -> way.call(this.runner));
			Support.eventually().until(() -> this.runner.snapshot().pending() == 1);
			end.bringAbout(this.runner);
			assertThat(unwrapped(owner.failure())).isInstanceOf(RunnerClosedException.class);
			assertThat(this.runner.snapshot().pending()).isZero();
		}
	}

	/**
	 * Those that do not only wait need a permit and the loop.
	 */
	static Stream<Arguments> everyTaskAndEnd() {
		return everyWayAndEnd()
			.filter((arguments) -> arguments.get()[0] != Way.AWAIT && arguments.get()[0] != Way.STREAM);
	}

	@ParameterizedTest
	@EnumSource
	void callInAHopIsReleasedWhenTheHopHasEnded(End end) {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Owner<Object> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			scope.caller().execute(() -> {
				entered.countDown();
				Support.await(release);
			});
			return new CompletableFuture<>();
		}));
		Support.await(entered);
		end.bringAbout(this.runner);
		release.countDown();
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
	}

	@ParameterizedTest
	@MethodSource("everyWayAndEnd")
	void callThatIsNestedInAHopIsReleasedAndTheOuterOneToo(Way way, End end) {
		AtomicReference<Throwable> inner = new AtomicReference<>();
		Owner<Object> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			scope.caller().execute(() -> {
				try {
					way.call(this.runner);
				}
				catch (Throwable ex) {
					inner.set(unwrapped(ex));
				}
			});
			return new CompletableFuture<>();
		}));
		Support.untilActive(this.runner, 2);
		end.bringAbout(this.runner);
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		assertThat(inner.get()).isInstanceOf(RunnerClosedException.class);
	}

	@ParameterizedTest
	@EnumSource
	void everythingThatWaitsForTheLoopIsReleased(End end) {
		EventLoop loop = this.runner.getLoop();
		List<Future<?>> futures = new ArrayList<>();
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			futures.add(loop.submit(() -> "task"));
			futures.add(loop.schedule(() -> "due", 0, TimeUnit.SECONDS));
			futures.add(loop.schedule(() -> "timer", 1, TimeUnit.HOURS));
			futures.add(loop.scheduleAtFixedRate(() -> {
			}, 0, 1, TimeUnit.HOURS));
			List<Owner<Object>> owners = futures.stream().map((future) -> Owner.<Object>parked(future::get)).toList();
			end.bringAbout(this.runner);
			for (Owner<Object> owner : owners) {
				assertThat(owner.failure()).isInstanceOf(CancellationException.class);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatARunWaitsForIsReleased(End end) {
		List<CompletableFuture<?>> parts = new ArrayList<>();
		CountDownLatch started = new CountDownLatch(1);
		Owner<Object> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			parts.add(scope.fork(Support.never()));
			parts.add(scope.sleep(Support.LONG));
			parts.add(parts.get(0).thenApply((value) -> value));
			started.countDown();
			return new CompletableFuture<>();
		}));
		Support.await(started);
		Support.untilActive(this.runner, 1);
		end.bringAbout(this.runner);
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		for (CompletableFuture<?> part : parts) {
			Support.eventually().until(part::isDone);
		}
	}

	@Test
	void onCloseHookThatIsRegisteredWhileTheRunnerIsClosedRunsOrIsRefused() {
		for (int i = 0; i < 200; i++) {
			EventLoopThreadRunner closing = EventLoopThreadRunner.create();
			CountDownLatch ran = new CountDownLatch(1);
			CyclicBarrier together = new CyclicBarrier(2);
			Owner<Boolean> accepted = Owner.start(() -> {
				Support.await(together);
				try {
					closing.onClose(() -> {
						ran.countDown();
						return CompletableFuture.completedFuture(null);
					});
					return true;
				}
				catch (RunnerClosedException ex) {
					return false;
				}
			});
			Support.await(together);
			closing.close();
			if (accepted.value()) {
				Support.await(ran);
			}
			else {
				assertThat(ran.getCount()).isOne();
			}
		}
	}

	// Racing

	@Tag("slow")
	@ParameterizedTest
	@EnumSource
	void callThatComesToTakenPermitsWhileItsRunnerIsStoppedIsReleased(Way way) {
		takeThePermit();
		assertThatEveryCallThatRacesAStopEnds(this.bounded, way);
	}

	@Tag("slow")
	@ParameterizedTest
	@EnumSource
	void callThatComesWhileItsRunnerIsStoppedIsReleased(Way way) {
		assertThatEveryCallThatRacesAStopEnds(this.runner, way);
	}

	/**
	 * Fails if one waits for a loop that has ended: nothing but that loop's end may be
	 * needed to release it.
	 */
	private static void assertThatEveryCallThatRacesAStopEnds(EventLoopThreadRunner target, Way way) {
		int threads = 2;
		int rounds = 500;
		CyclicBarrier together = new CyclicBarrier(threads + 1);
		List<Owner<Object>> owners = IntStream.range(0, threads).mapToObj((number) -> Owner.start(() -> {
			for (int round = 0; round < rounds; round++) {
				Support.await(together);
				spin(ThreadLocalRandom.current().nextInt(30_000));
				Throwable refused = catchThrowable(() -> way.call(target));
				assertThat(unwrapped(refused)).isInstanceOf(RunnerClosedException.class);
				Support.await(together);
			}
			return null;
		})).toList();
		for (int round = 0; round < rounds; round++) {
			Support.await(together);
			target.stop();
			Support.await(together);
			target.start();
		}
		owners.forEach(Owner::value);
	}

	private static void spin(long nanos) {
		long since = System.nanoTime();
		while (System.nanoTime() - since < nanos) {
			Thread.onSpinWait();
		}
	}

	/**
	 * How a call is made that never ends by itself.
	 */
	enum Way {

		RUN {

			@Override
			Object call(EventLoopThreadRunner runner) {
				return runner.run(Support.never());
			}

		},

		RUN_SCOPED {

			@Override
			Object call(EventLoopThreadRunner runner) {
				return runner.runScoped((scope) -> new CompletableFuture<>());
			}

		},

		RUN_CHECKED {

			@Override
			Object call(EventLoopThreadRunner runner) throws Exception {
				return runner.runChecked(Support.never(), Exception.class);
			}

		},

		RUN_INTERRUPTIBLY {

			@Override
			Object call(EventLoopThreadRunner runner) throws Exception {
				return runner.runInterruptibly(Support.never());
			}

		},

		GATHER {

			@Override
			Object call(EventLoopThreadRunner runner) {
				return runner.gather(Support.never(), Support.never());
			}

		},

		GATHER_OUTCOMES {

			@Override
			Object call(EventLoopThreadRunner runner) {
				return runner.gatherOutcomes(Support.never(), Support.never());
			}

		},

		SUBMIT {

			@Override
			Object call(EventLoopThreadRunner runner) throws Exception {
				return runner.submit(Support.never()).get(Support.PATIENCE.toSeconds(), TimeUnit.SECONDS);
			}

		},

		AWAIT {

			@Override
			Object call(EventLoopThreadRunner runner) {
				return runner.await(new CompletableFuture<>());
			}

		},

		STREAM {

			@Override
			Object call(EventLoopThreadRunner runner) {
				try (Stream<Object> stream = runner.stream((subscriber) -> {
				})) {
					return stream.findFirst();
				}
			}

		};

		abstract Object call(EventLoopThreadRunner runner) throws Exception;

	}

	/**
	 * How a runner ends.
	 */
	enum End {

		CLOSE {

			@Override
			void bringAbout(EventLoopThreadRunner runner) {
				runner.close();
			}

		},

		STOP {

			@Override
			void bringAbout(EventLoopThreadRunner runner) {
				runner.stop();
			}

		},

		RESTART {

			@Override
			void bringAbout(EventLoopThreadRunner runner) {
				runner.stop();
				runner.start();
			}

		},

		SHUTDOWN_NOW {

			@Override
			void bringAbout(EventLoopThreadRunner runner) {
				runner.getLoop().shutdownNow();
			}

		};

		abstract void bringAbout(EventLoopThreadRunner runner);

	}

}
