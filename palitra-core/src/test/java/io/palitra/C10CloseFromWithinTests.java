package io.palitra;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;
import io.palitra.spi.RunResult;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Code that a call runs on its way must not wait for the end of that very call: what it
 * ends is only initiated there.
 */
@DisplayName("C10 Shutdown: close and stop in a hop, a listener, a handler or a hook")
class C10CloseFromWithinTests {

	private final AtomicReference<Runnable> within = new AtomicReference<>();

	private final CountDownLatch returned = new CountDownLatch(1);

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
		.name("within")
		.shutdownGrace(Support.LONG)
		.onDiscard((value) -> {
			if (value instanceof Runnable other) {
				other.run();
			}
			comeTo("discard " + value);
		})
		.listener(new RunListener() {

			@Override
			public void onSubmit(RunEvent run) {
				comeTo("submit " + run.getTaskName());
			}

			@Override
			public void onStart(RunEvent run) {
				comeTo("start " + run.getTaskName());
			}

			@Override
			public void onEnd(RunEvent run, RunResult result, Throwable failure) {
				comeTo("end " + run.getTaskName());
			}

		})
		.build();

	private final Thread thread = Support.threadOf(this.runner);

	private volatile String place = "";

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	/**
	 * Ends the runner in the place that a test is about.
	 */
	private void comeTo(String place) {
		Runnable end = place.equals(this.place) ? this.within.getAndSet(null) : null;
		if (end != null) {
			end.run();
			this.returned.countDown();
		}
	}

	static Stream<Arguments> everyPlaceAndEnd() {
		return Stream.of(Place.values())
			.flatMap((place) -> Stream.of(End.values()).map((end) -> Arguments.of(place, end)));
	}

	@ParameterizedTest
	@MethodSource("everyPlaceAndEnd")
	void endIsInitiatedAndNotWaitedFor(Place place, End end) {
		// Another call, whose grace the closer would have to wait for
		CompletableFuture<String> source = new CompletableFuture<>();
		Owner<String> other = Owner.parked(() -> this.runner.run(() -> source));
		Support.untilActive(this.runner, 1);
		this.place = place.toString();
		this.within.set(() -> end.bringAbout(this.runner));
		Owner<Object> owner = Owner.start(() -> place.come(this));
		Support.await(this.returned);
		Support.eventually().until(() -> !this.runner.isAlive());
		assertThat(other.isDone()).isFalse();
		place.verify(owner);
		source.complete("value");
		assertThat(other.value()).isEqualTo("value");
		Support.eventually().until(() -> this.runner.snapshot().state() == end.state());
		Support.untilDead(this.thread);
	}

	/**
	 * Where the runner is ended.
	 */
	enum Place {

		HOP {

			@Override
			Object come(C10CloseFromWithinTests test) {
				return test.runner.runScoped((scope) -> CompletableFuture.supplyAsync(() -> {
					test.comeTo(toString());
					return "value";
				}, scope.caller()));
			}

		},

		HOP_OF_A_NESTED_CALL {

			@Override
			Object come(C10CloseFromWithinTests test) {
				return test.runner.runScoped((outer) -> CompletableFuture
					.supplyAsync(() -> test.runner.runScoped((inner) -> CompletableFuture.supplyAsync(() -> {
						test.comeTo(toString());
						return "value";
					}, inner.caller())), outer.caller()));
			}

		},

		FORK_CALLED_IN_PLACE_ON_ANOTHER_THREAD {

			@Override
			Object come(C10CloseFromWithinTests test) {
				return test.runner.runScoped((scope) -> CompletableFuture.supplyAsync(() -> scope.fork(() -> {
					test.comeTo(toString());
					return CompletableFuture.completedFuture("value");
				})).thenCompose((fork) -> fork), RunOptions.defaults().startOn(StartOn.caller()));
			}

		},

		LISTENER_OF_THE_SUBMISSION {

			@Override
			Object come(C10CloseFromWithinTests test) {
				return test.runner.run(Support.value("value"), RunOptions.defaults().name("call"));
			}

			@Override
			void verify(Owner<Object> owner) {
				// It has not entered yet, and comes to a runner that takes no more calls.
				assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
			}

			@Override
			public String toString() {
				return "submit call";
			}

		},

		LISTENER_OF_THE_SUBMISSION_OF_A_SUBMITTED_CALL {

			@Override
			Object come(C10CloseFromWithinTests test) {
				return test.runner.submit(Support.value("value"), RunOptions.defaults().name("call"));
			}

			@Override
			void verify(Owner<Object> owner) {
				LISTENER_OF_THE_SUBMISSION.verify(owner);
			}

			@Override
			public String toString() {
				return "submit call";
			}

		},

		LISTENER_OF_THE_START {

			@Override
			Object come(C10CloseFromWithinTests test) {
				return test.runner.run(Support.value("value"), RunOptions.defaults().name("call"));
			}

			@Override
			public String toString() {
				return "start call";
			}

		},

		LISTENER_OF_THE_END {

			@Override
			Object come(C10CloseFromWithinTests test) {
				return test.runner.run(Support.value("value"), RunOptions.defaults().name("call"));
			}

			@Override
			public String toString() {
				return "end call";
			}

		},

		DISCARD_HANDLER {

			@Override
			Object come(C10CloseFromWithinTests test) {
				Work<Object> work = Work.stubborn();
				Support.timeoutWhileRunning(test.runner, (limit) -> test.runner.run(() -> work, limit));
				work.complete("late");
				return "value";
			}

			@Override
			public String toString() {
				return "discard late";
			}

		},

		DISCARD_HANDLER_IN_WHICH_ANOTHER_WAS_CALLED {

			@Override
			Object come(C10CloseFromWithinTests test) {
				Work<Object> outer = Work.stubborn();
				Work<Object> inner = Work.stubborn();
				for (Work<Object> work : List.of(outer, inner)) {
					Support.timeoutWhileRunning(test.runner, (limit) -> test.runner.run(() -> work, limit));
				}
				outer.complete(new Runnable() {

					@Override
					public void run() {
						inner.complete("inner");
					}

					@Override
					public String toString() {
						return "outer";
					}

				});
				return "value";
			}

			@Override
			public String toString() {
				return "discard outer";
			}

		},

		CANCEL_HOOK {

			@Override
			Object come(C10CloseFromWithinTests test) {
				// Called by the owner, whose time is up
				Support.timeoutWhileRunning((limit) -> test.runner.runScoped((scope) -> {
					scope.onCancel(() -> test.comeTo(toString()));
					return new CompletableFuture<>();
				}, limit));
				return "value";
			}

		},

		CANCEL_OF_THE_WORK {

			@Override
			Object come(C10CloseFromWithinTests test) {
				Support.timeoutWhileRunning((limit) -> test.runner.run(() -> new Work<>() {

					@Override
					protected boolean cancelled(boolean mayInterruptIfRunning) {
						test.comeTo(CANCEL_OF_THE_WORK.toString());
						return super.cancelled(mayInterruptIfRunning);
					}

				}, limit));
				return "value";
			}

		},

		CANCEL_OF_SUBMITTED_WORK {

			@Override
			Object come(C10CloseFromWithinTests test) {
				CompletableFuture<Object> future = test.runner.submit(() -> new Work<>() {

					@Override
					protected boolean cancelled(boolean mayInterruptIfRunning) {
						test.comeTo(CANCEL_OF_SUBMITTED_WORK.toString());
						return super.cancelled(mayInterruptIfRunning);
					}

				});
				Support.untilActive(test.runner, 2);
				future.cancel(true);
				return "value";
			}

		},

		TASK_OF_A_SUBMITTED_CALL_ON_THE_CALLER {

			@Override
			Object come(C10CloseFromWithinTests test) {
				return test.runner.submit(() -> {
					test.comeTo(toString());
					return CompletableFuture.completedFuture("value");
				}, RunOptions.defaults().startOn(StartOn.caller())).join();
			}

		},

		CHILD_ON_A_THREAD_OF_ITS_OWN {

			@Override
			Object come(C10CloseFromWithinTests test) {
				return test.runner.runScoped((scope) -> scope.fork(() -> {
					test.comeTo(toString());
					return CompletableFuture.completedFuture("value");
				}), RunOptions.defaults().startOn((command) -> Support.daemon(command).start()));
			}

		},

		GATHERED_TASK_ON_A_THREAD_OF_ITS_OWN {

			@Override
			Object come(C10CloseFromWithinTests test) {
				return test.runner.gather(List.of(() -> {
					test.comeTo(toString());
					return CompletableFuture.completedFuture("value");
				}), RunOptions.defaults().startOn((command) -> Support.daemon(command).start())).get(0);
			}

		},

		TASK {

			@Override
			Object come(C10CloseFromWithinTests test) {
				return test.runner.run(() -> {
					test.comeTo(toString());
					return CompletableFuture.completedFuture("value");
				});
			}

		};

		abstract Object come(C10CloseFromWithinTests test);

		void verify(Owner<Object> owner) {
			assertThat(owner.value()).isEqualTo("value");
		}

	}

	/**
	 * How the runner is ended.
	 */
	enum End {

		CLOSE {

			@Override
			void bringAbout(EventLoopThreadRunner runner) {
				runner.close();
			}

		},

		CLOSE_WITH_A_GRACE_FOR_EVER {

			@Override
			void bringAbout(EventLoopThreadRunner runner) {
				runner.close(ChronoUnit.FOREVER.getDuration());
			}

		},

		STOP {

			@Override
			void bringAbout(EventLoopThreadRunner runner) {
				runner.stop();
			}

			@Override
			RunnerState state() {
				return RunnerState.STOPPED;
			}

		},

		SHUTDOWN_OF_THE_LOOP {

			@Override
			void bringAbout(EventLoopThreadRunner runner) {
				runner.getLoop().shutdown();
			}

		};

		abstract void bringAbout(EventLoopThreadRunner runner);

		RunnerState state() {
			return RunnerState.CLOSED;
		}

	}

	@Test
	void closeInATaskOnAThreadOfItsOwnOnlyInitiates() {
		EventLoopThreadRunner closed = EventLoopThreadRunner.builder().name("own").shutdownGrace(Support.LONG).build();
		Owner<String> owner = Owner.start(() -> closed.run(() -> {
			closed.close();
			return CompletableFuture.completedFuture("value");
		}, RunOptions.defaults().startOn((command) -> Support.daemon(command).start())));
		assertThat(owner.value()).isEqualTo("value");
		Support.eventually().until(() -> closed.snapshot().state() == RunnerState.CLOSED);
	}

}
