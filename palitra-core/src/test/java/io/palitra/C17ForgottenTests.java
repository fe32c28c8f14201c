package io.palitra;

import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.palitra.internal.loop.Clock;
import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A call is seen here as its listener sees it: whoever keeps one event must not keep
 * others with it.
 */
@DisplayName("C17 Memory: what a runner forgets while it goes on")
class C17ForgottenTests {

	private final List<WeakReference<RunEvent>> events = new CopyOnWriteArrayList<>();

	private final AtomicReference<RunEvent> kept = new AtomicReference<>();

	private EventLoopThreadRunner runner = builder().build();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	private EventLoopThreadRunner.Builder builder() {
		return EventLoopThreadRunner.builder()
			.name("forgetful")
			.shutdownGrace(Duration.ZERO)
			.listener(new RunListener() {

				@Override
				public void onSubmit(RunEvent run) {
					if (run.getTaskName().equals("kept")) {
						C17ForgottenTests.this.kept.set(run);
					}
					else if (run.getTaskName().equals("forgotten")) {
						C17ForgottenTests.this.events.add(new WeakReference<>(run));
					}
				}

			});
	}

	@Test
	void stageDoesNotKeepTheContextOfAWaitThatHasTimedOut() {
		CompletableFuture<String> stage = new CompletableFuture<>();
		AtomicReference<Object> local = new AtomicReference<>(new Object());
		WeakReference<Object> carried = new WeakReference<>(local.get());
		try (EventLoopThreadRunner carrying = EventLoopThreadRunner.builder().contextCarrier(() -> {
			Object value = local.get();
			return () -> {
				assertThat(value).isNotNull();
				return () -> {
				};
			};
		}).build()) {
			assertThatExceptionOfType(RunTimeoutException.class)
				.isThrownBy(() -> carrying.await(stage, Duration.ofMillis(10)));
			local.set(null);
			Support.collected(() -> carried.get() == null);
			stage.complete("late");
		}
	}

	private void assertThatAllAreForgotten(int calls) {
		assertThat(this.events).hasSize(calls);
		Support.collected(() -> this.events.stream().allMatch((event) -> event.get() == null));
	}

	// The queue

	@Test
	void callThatHasRunDoesNotKeepThoseThatStoodBehindItInTheQueue() {
		List<CompletableFuture<String>> futures = new ArrayList<>();
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			futures.add(this.runner.submit(Support.value("x"), RunOptions.defaults().name("kept")));
			for (int i = 0; i < 10; i++) {
				futures.add(this.runner.submit(Support.value("x"), RunOptions.defaults().name("forgotten")));
			}
		}
		futures.forEach(Support::<String>get);
		Support.settle(this.runner);
		futures.clear();
		assertThatAllAreForgotten(10);
		assertThat(this.kept.get().getTaskName()).isEqualTo("kept");
	}

	@Test
	void callThatWasGivenUpInTheQueueDoesNotKeepThoseBehindItEither() {
		List<CompletableFuture<String>> futures = new ArrayList<>();
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			futures.add(this.runner.submit(Support.value("x"), RunOptions.defaults().name("kept")));
			for (int i = 0; i < 10; i++) {
				futures.add(this.runner.submit(Support.value("x"), RunOptions.defaults().name("forgotten")));
			}
			futures.get(0).cancel(true);
		}
		futures.subList(1, 11).forEach(Support::<String>get);
		Support.settle(this.runner);
		futures.clear();
		assertThatAllAreForgotten(10);
		assertThat(this.kept.get().getTaskName()).isEqualTo("kept");
	}

	@Test
	void taskOfTheLoopDoesNotKeepThoseThatStoodBehindIt() {
		List<WeakReference<Object>> behind = new ArrayList<>();
		Future<?> first;
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			first = this.runner.getLoop().submit(() -> "first");
			for (int i = 0; i < 10; i++) {
				behind.add(new WeakReference<>(this.runner.getLoop().submit(() -> "behind")));
			}
		}
		Support.settle(this.runner);
		Support.collected(() -> behind.stream().allMatch((each) -> each.get() == null));
		assertThat(first).isDone();
	}

	// The context

	@Test
	void contextClassLoaderOfTheLastCallIsNotKept() throws Exception {
		WeakReference<ClassLoader> loader = callWithAContextClassLoader();
		Support.collected(() -> loader.get() == null);
		assertThat(this.runner.run(Support.value("x"))).isEqualTo("x");
	}

	@ParameterizedTest
	@MethodSource
	void eventThatAListenerKeepsKeepsNoContext(Function<EventLoopThreadRunner, Object> call) {
		List<WeakReference<Object>> captured = new CopyOnWriteArrayList<>();
		this.runner.close();
		this.runner = builder().contextCarrier(() -> {
			Object value = new Object();
			captured.add(new WeakReference<>(value));
			return () -> () -> assertThat(value).isNotNull();
		}).build();
		call.apply(this.runner);
		assertThat(this.kept.get()).isNotNull();
		Support.collected(() -> captured.stream().allMatch((each) -> each.get() == null));
	}

	static Stream<Named<Function<EventLoopThreadRunner, Object>>> eventThatAListenerKeepsKeepsNoContext() {
		RunOptions options = RunOptions.defaults().name("kept");
		return Stream.of(Named.of("run", (runner) -> runner.run(Support.value("x"), options)),
				Named.of("run of what comes later", (runner) -> runner.run(Support.later("x"), options)),
				Named.of("submit", (runner) -> Support.get(runner.submit(Support.value("x"), options))),
				Named.of("a child that ends after its run", (runner) -> {
					Work<String> child = Work.stubborn();
					Object value = runner.runScoped((scope) -> {
						scope.fork(() -> child);
						return CompletableFuture.completedFuture("x");
					}, options);
					child.complete("late");
					return value;
				}));
	}

	private WeakReference<ClassLoader> callWithAContextClassLoader() throws Exception {
		try (URLClassLoader loader = new URLClassLoader(new URL[0], getClass().getClassLoader())) {
			Owner<String> owner = Owner.start((runnable) -> {
				Thread thread = Support.daemon(runnable);
				thread.setContextClassLoader(loader);
				return thread;
			}, () -> this.runner.run(Support.later("x")));
			owner.value();
			Support.untilDead(owner.thread());
			Support.settle(this.runner);
			return new WeakReference<>(loader);
		}
	}

	// The permits

	@ParameterizedTest
	@EnumSource
	void callThatWasGivenUpWhileItWaitedForAPermitIsForgotten(GivingUp givingUp) {
		this.runner.close();
		this.runner = builder().maxInFlight(1).build();
		Work<String> holder = Work.stubborn();
		CompletableFuture<String> holding = this.runner.submit(() -> holder);
		Support.untilActive(this.runner, 1);
		for (int i = 0; i < 5; i++) {
			givingUp.giveUp(this.runner);
		}
		// Others are told of a completion before the call is
		Support.eventually().until(() -> this.runner.snapshot().pending() == 0);
		assertThatAllAreForgotten(5);
		holder.complete("held");
		assertThat(Support.get(holding)).isEqualTo("held");
		assertThat(this.runner.run(Support.value("next"), Support.PATIENCE)).isEqualTo("next");
	}

	/**
	 * How a call is given up that waits for a permit.
	 */
	enum GivingUp {

		TIMEOUT {

			@Override
			void giveUp(EventLoopThreadRunner runner) {
				Owner<Object> owner = Owner
					.start(() -> runner.run(Support.never(), FORGOTTEN.timeout(Duration.ofMillis(20))));
				assertThat(owner.failure()).isInstanceOf(RunTimeoutException.class);
				Support.untilDead(owner.thread());
			}

		},

		INTERRUPT {

			@Override
			void giveUp(EventLoopThreadRunner runner) {
				Owner<Object> owner = Owner.parked(() -> runner.run(Support.never(), FORGOTTEN));
				owner.interrupt();
				assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
				Support.untilDead(owner.thread());
			}

		},

		CANCEL {

			@Override
			void giveUp(EventLoopThreadRunner runner) {
				runner.submit(Support.never(), FORGOTTEN).cancel(true);
			}

		},

		DEADLINE_OF_A_SUBMITTED_CALL {

			@Override
			void giveUp(EventLoopThreadRunner runner) {
				CompletableFuture<Object> future = runner.submit(Support.never(),
						FORGOTTEN.timeout(Duration.ofMillis(20)));
				assertThat(Support.<Throwable>get(future.handle((value, failure) -> failure)))
					.isInstanceOf(RunTimeoutException.class);
			}

		},

		COMPLETION_BY_OTHERS {

			@Override
			void giveUp(EventLoopThreadRunner runner) {
				CompletableFuture<Object> future = runner.submit(Support.never(), FORGOTTEN);
				future.orTimeout(10, TimeUnit.MILLISECONDS);
				assertThat(Support.<Throwable>get(future.handle((value, failure) -> failure))).isNotNull();
			}

		};

		private static final RunOptions FORGOTTEN = RunOptions.defaults().name("forgotten");

		abstract void giveUp(EventLoopThreadRunner runner);

	}

	@Test
	void sleepOfARunThatWasGivenUpLeavesNoTimer() {
		Owner<Void> owner = Owner.start(() -> this.runner.runScoped((scope) -> scope.sleep(Support.LONG)));
		Support.untilActive(this.runner, 1);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		Support.settle(this.runner);
		assertThat(this.runner.getLoop().shutdownNow()).isEmpty();
	}

	@Test
	void submittedCallThatHasEndedLeavesNoDeadline() throws ReflectiveOperationException {
		Field timer = Clock.class.getDeclaredField("timer");
		timer.setAccessible(true);
		BlockingQueue<Runnable> waiting = ((ScheduledThreadPoolExecutor) timer.get(null)).getQueue();
		for (int i = 0; i < 1_000; i++) {
			CompletableFuture<String> work = new CompletableFuture<>();
			CompletableFuture<String> future = this.runner.submit(() -> work,
					RunOptions.defaults().timeout(Support.LONG));
			work.complete("value");
			Support.get(future);
		}
		// What other tests wait for is far less
		Support.eventually().until(() -> waiting.size() < 500);
	}

	@Test
	void threadOfATaskThatThrowsIsLetGo() {
		AtomicReference<Thread> thread = new AtomicReference<>();
		Owner<Object> owner = Owner.start(() -> this.runner.run(() -> {
			thread.set(Thread.currentThread());
			throw new IllegalStateException("test");
		}, RunOptions.defaults().startOn((command) -> Support.daemon(command).start())));
		assertThat(owner.failure()).hasMessage("test");
		Support.untilDead(thread.get());
	}

	@Test
	void workOfASubmittedCallWhoseFutureIsCompletedAsynchronouslyIsCancelled() {
		Work<String> work = new Work<>();
		CompletableFuture<String> future = this.runner.submit(() -> work);
		Support.untilActive(this.runner, 1);
		future.completeAsync(() -> "instead");
		assertThat(Support.get(future)).isEqualTo("instead");
		Support.eventually().until(work::isCancelled);
	}

}
