package io.palitra;

import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;

import javax.management.JMException;
import javax.management.ObjectName;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;
import io.palitra.spi.RunResult;

import static org.assertj.core.api.Assertions.assertThat;

@DisplayName("C17 Memory")
class C17MemoryTests {

	private final List<RunEvent> events = new ArrayList<>();

	/**
	 * Keeps every call that it is told of, as a meter might for a while.
	 */
	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder().listener(new RunListener() {

		@Override
		public void onEnd(RunEvent run, RunResult result, Throwable failure) {
			C17MemoryTests.this.events.add(run);
		}

	}).build();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	@Test
	void successfulCallRetainsNothing() {
		Traces traces = new Traces();
		Owner.start(() -> {
			traces.add(Thread.currentThread());
			traces.add(this.runner.run(traces.task(CompletableFuture.completedFuture(new Object()))));
			CompletableFuture<Object> later = new CompletableFuture<>();
			AsyncCallable<Object> task = traces.task(later);
			Support.daemon(() -> later.complete(new Object())).start();
			traces.add(this.runner.run(task));
			return null;
		}).value();
		traces.assertGone();
		assertThat(this.events).hasSize(2);
	}

	@Test
	void callThatHasEndedIsNotRetainedByItsRunner() {
		Traces traces = new Traces();
		try (EventLoopThreadRunner quiet = EventLoopThreadRunner.builder().build()) {
			Owner.start(() -> {
				for (int i = 0; i < 10; i++) {
					CompletableFuture<String> later = new CompletableFuture<>();
					RunOptions options = RunOptions.defaults().name("call-" + i);
					traces.add(options);
					Owner<String> owner = Owner.parked(() -> quiet.run(() -> later, options));
					later.complete("value");
					assertThat(owner.value()).isEqualTo("value");
				}
				return null;
			}).value();
			traces.assertGone();
			assertThat(quiet.isAlive()).isTrue();
		}
	}

	@Test
	void failedCallRetainsNothing() {
		// palitra for Python: the exception was kept in a cycle of references
		Traces traces = new Traces();
		Owner.start(() -> {
			traces.add(Thread.currentThread());
			Exception failure = new IllegalStateException("no");
			traces.add(failure);
			try {
				return this.runner.run(traces.task(CompletableFuture.failedFuture(failure)));
			}
			catch (IllegalStateException ex) {
				return null;
			}
		}).value();
		traces.assertGone();
		assertThat(this.events).hasSize(1);
	}

	@Test
	void timedOutCallWhoseStageNeverEndsRetainsNeitherTaskNorThread() {
		Work<Object> work = Work.stubborn();
		Traces traces = new Traces();
		Owner.start(() -> {
			traces.add(Thread.currentThread());
			return Support
				.timeoutWhileRunning(this.runner, (limit) -> this.runner.run(traces.capturing(() -> work), limit))
				.getPhase();
		}).value();
		traces.assertGone();
		assertThat(work).isNotDone();
		assertThat(this.runner.snapshot().abandoned()).isOne();
	}

	@Test
	void interruptedCallWhoseStageNeverEndsRetainsNeitherTaskNorThread() {
		Work<Object> work = Work.stubborn();
		Traces traces = new Traces();
		Owner<Object> owner = Owner.parked(() -> {
			traces.add(Thread.currentThread());
			try {
				return this.runner.run(traces.capturing(() -> work));
			}
			catch (RunInterruptedException ex) {
				return null;
			}
		});
		Support.untilActive(this.runner, 1);
		owner.interrupt();
		owner.value();
		owner = null;
		traces.assertGone();
		assertThat(work).isNotDone();
	}

	@Test
	void awaitThatTimedOutRetainsNoThread() {
		CompletableFuture<Object> stage = new CompletableFuture<>();
		Traces traces = new Traces();
		Owner.start(() -> {
			traces.add(Thread.currentThread());
			try {
				return this.runner.await(stage, Duration.ofMillis(1));
			}
			catch (RunTimeoutException ex) {
				return null;
			}
		}).value();
		traces.assertGone();
		assertThat(stage).isNotDone();
	}

	@Test
	void awaitThatTimedOutRetainsNoStage() {
		Traces traces = new Traces();
		Owner.start(() -> {
			CompletableFuture<Object> stage = new CompletableFuture<>();
			traces.add(stage);
			try {
				return this.runner.await(stage, Duration.ofMillis(1));
			}
			catch (RunTimeoutException ex) {
				return null;
			}
		}).value();
		traces.assertGone();
		assertThat(this.events).hasSize(1);
	}

	@Test
	void awaitThatTimedOutIsNotRetainedByItsRunner() {
		Traces traces = new Traces();
		try (EventLoopThreadRunner plain = EventLoopThreadRunner.create()) {
			Owner.start(() -> {
				// All that a call keeps until it is collected itself
				Duration limit = Duration.ofMillis(1);
				traces.add(limit);
				try {
					return plain.await(new CompletableFuture<>(), limit);
				}
				catch (RunTimeoutException ex) {
					return null;
				}
			}).value();
			traces.assertGone();
			assertThat(plain.isAlive()).isTrue();
		}
	}

	@Test
	void callDroppedFromTheQueueRetainsNothingWhileTheLoopIsStillHeld() {
		Traces traces = new Traces();
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			Owner.start(() -> {
				traces.add(Thread.currentThread());
				try {
					return this.runner.run(traces.capturing(CompletableFuture::new), Duration.ofMillis(1));
				}
				catch (RunTimeoutException ex) {
					return null;
				}
			}).value();
			this.runner.submit(traces.capturing(CompletableFuture::new)).cancel(true);
			traces.assertGone();
		}
	}

	@Test
	void submittedCallRetainsNothingButWhatItsFutureHolds() {
		Traces traces = new Traces();
		List<CompletableFuture<Object>> futures = new ArrayList<>();
		Object value = new Object();
		Owner.start(() -> {
			traces.add(Thread.currentThread());
			futures.add(this.runner.submit(traces.task(CompletableFuture.completedFuture(value))));
			futures.add(this.runner.submit(traces.task(CompletableFuture.completedFuture(value)),
					RunOptions.defaults().timeout(Support.LONG)));
			futures.forEach(Support::get);
			return null;
		}).value();
		traces.assertGone();
		assertThat(futures).allMatch((future) -> future.join() == value);
	}

	@Test
	void cancelledSubmittedCallRetainsNeitherTaskNorStage() {
		Traces traces = new Traces();
		CompletableFuture<Object> future = this.runner.submit(traces.task(new CompletableFuture<>()));
		Support.untilActive(this.runner, 1);
		future.cancel(true);
		traces.assertGone();
	}

	@Test
	void adoptedStageThatHasEndedIsNotRetainedWhileTheCallGoesOn() {
		assertNotRetainedOnceEnded((scope, traces) -> {
			CompletableFuture<Object> stage = new CompletableFuture<>();
			traces.add(stage);
			CompletableFuture<Object> adopted = scope.fork(() -> stage);
			traces.add(adopted);
			stage.complete(new Object());
			return adopted;
		});
	}

	@Test
	void forkThatHasEndedIsNotRetainedWhileTheCallGoesOn() {
		assertNotRetainedOnceEnded(
				(scope, traces) -> scope.fork(traces.task(CompletableFuture.completedFuture(new Object()))));
	}

	private void assertNotRetainedOnceEnded(BiFunction<RunScope, Traces, CompletableFuture<Object>> start) {
		Traces traces = new Traces();
		CompletableFuture<String> work = new CompletableFuture<>();
		CountDownLatch ended = new CountDownLatch(1);
		Owner<String> owner = Owner.start(() -> this.runner.runScoped((scope) -> {
			start.apply(scope, traces).thenAccept(traces::add).thenRun(ended::countDown);
			return work;
		}));
		Support.await(ended);
		traces.assertGone();
		work.complete("value");
		assertThat(owner.value()).isEqualTo("value");
	}

	@Test
	void scopeThatIsKeptRetainsNoHookOfACallThatHasEnded() {
		Traces traces = new Traces();
		AtomicReference<RunScope> kept = new AtomicReference<>();
		this.runner.runScoped((scope) -> {
			kept.set(scope);
			scope.onCancel(traces.runnable());
			return CompletableFuture.completedFuture("value");
		});
		traces.assertGone();
		assertThat(kept.get()).isNotNull();
	}

	@Test
	void gatherRetainsNothing() {
		Traces traces = new Traces();
		Owner.start(() -> {
			traces.add(Thread.currentThread());
			List<AsyncCallable<Object>> tasks = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				tasks.add(traces.task(CompletableFuture.completedFuture(new Object())));
			}
			this.runner.gather(tasks).forEach(traces::add);
			return null;
		}).value();
		traces.assertGone();
	}

	@Test
	void timedOutGatherWithAChildThatNeverEndsRetainsNeitherTasksNorValues() {
		Work<Object> child = Work.stubborn();
		Traces traces = new Traces();
		Owner.start(() -> {
			traces.add(Thread.currentThread());
			return Support.timeoutWhileRunning(this.runner, (limit) -> {
				Object value = new Object();
				traces.add(value);
				List<AsyncCallable<Object>> tasks = List.of(traces.task(CompletableFuture.completedFuture(value)),
						traces.capturing(() -> child), traces.task(new CompletableFuture<>()));
				return this.runner.gather(tasks, RunOptions.defaults().timeout(limit));
			}).getPhase();
		}).value();
		traces.assertGone();
		assertThat(child).isNotDone();
	}

	@Test
	void failedGatherWithAChildThatNeverEndsRetainsNeitherTasksNorValues() {
		Work<Object> child = Work.stubborn();
		Traces traces = new Traces();
		Owner.start(() -> {
			Object value = new Object();
			traces.add(value);
			IllegalStateException failure = new IllegalStateException("no");
			traces.add(failure);
			List<AsyncCallable<Object>> tasks = List.of(traces.task(CompletableFuture.completedFuture(value)),
					traces.capturing(() -> child), traces.task(CompletableFuture.failedFuture(failure)));
			try {
				return this.runner.gather(tasks);
			}
			catch (IllegalStateException ex) {
				return null;
			}
		}).value();
		traces.assertGone();
		assertThat(child).isNotDone();
	}

	@Test
	void loopRetainsNothingOfTheTasksItRan() {
		// asgiref
		Traces traces = new Traces();
		this.runner.getLoop().execute(traces.runnable());
		Support.get(this.runner.getLoop().submit(traces.runnable()));
		Support.get(this.runner.getLoop().schedule(traces.runnable(), 1, TimeUnit.MILLISECONDS));
		traces.assertGone();
	}

	@Test
	void cancelledTimerIsForgottenAtOnceEvenWhileTheLoopIsHeld() {
		Traces traces = new Traces();
		ScheduledFuture<?> once = this.runner.getLoop().schedule(traces.runnable(), 1, TimeUnit.HOURS);
		ScheduledFuture<?> periodic = this.runner.getLoop()
			.scheduleAtFixedRate(traces.runnable(), 1, 1, TimeUnit.HOURS);
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			Future<?> task = this.runner.getLoop().submit(traces.runnable());
			once.cancel(false);
			periodic.cancel(false);
			task.cancel(false);
			traces.assertGone();
		}
	}

	@Test
	void closedRunnerIsCollected() {
		// palitra for Python: a hook must not pin it
		Traces traces = new Traces();
		Owner.start(() -> {
			EventLoopThreadRunner closed = EventLoopThreadRunner.create();
			closed.run(Support.later("x"));
			closed.onClose(traces.task(CompletableFuture.completedFuture("x")));
			closed.close();
			traces.add(closed);
			return null;
		}).value();
		traces.assertGone();
	}

	@Test
	void tasksThatTheLoopHadTakenAndNeverStartedAreNotRetainedByTheClosedRunner() {
		Traces traces = new Traces();
		EventLoop loop = this.runner.getLoop();
		// What the loop hands over, it takes together afterwards
		loop.execute(() -> {
			loop.execute(() -> {
				this.runner.close(Duration.ZERO);
				Support.eventually().until(loop::isShutdown);
			});
			loop.execute(traces.runnable());
			loop.execute(traces.runnable());
		});
		Support.eventually().until(loop::isTerminated);
		traces.assertGone();
	}

	@Test
	void callWithAnOwnerThatLeftIsNotRetainedByTheClosedRunner() {
		Traces traces = new Traces();
		Owner.start(() -> {
			traces.add(Thread.currentThread());
			try {
				return this.runner.run(traces.capturing(() -> {
					this.runner.close(Duration.ZERO);
					return new CompletableFuture<>();
				}));
			}
			catch (RunnerClosedException ex) {
				return null;
			}
		}).value();
		traces.assertGone();
	}

	@Tag("slow")
	@Test
	void abandonedRunnerIsCollectedAndItsThreadStops() {
		// "An EventLoopThreadRunner that is abandoned without close() is
		// collected and its thread stops"
		List<WeakReference<Thread>> threads = new ArrayList<>();
		Owner.start(() -> {
			EventLoopThreadRunner abandoned = EventLoopThreadRunner.builder().name("abandoned").build();
			abandoned.run(Support.later("x"));
			threads.add(new WeakReference<>(Support.threadOf(abandoned)));
			return null;
		}).value();
		Support.collected(() -> {
			Thread thread = threads.get(0).get();
			return thread == null || !thread.isAlive();
		});
	}

	@Tag("slow")
	@Test
	void runnerWithACallInFlightIsNotTakenForAbandoned() {
		CompletableFuture<String> source = new CompletableFuture<>();
		CountDownLatch started = new CountDownLatch(1);
		Owner<String> owner = Owner.start(() -> EventLoopThreadRunner.create().run(() -> {
			started.countDown();
			return source;
		}));
		CompletableFuture<String> submitted = Owner
			.start(() -> EventLoopThreadRunner.create().submit(() -> source.thenApply((value) -> value)))
			.value();
		Support.await(started);
		// Longer than a loop needs to notice that it has been abandoned
		CountDownLatch passed = new CountDownLatch(1);
		CompletableFuture.delayedExecutor(1500, TimeUnit.MILLISECONDS).execute(passed::countDown);
		Support.collected(() -> passed.getCount() == 0);
		source.complete("value");
		assertThat(owner.value()).isEqualTo("value");
		assertThat(Support.get(submitted)).isEqualTo("value");
	}

	@Test
	void closedRunnerKeepsNothingOfWhatItHadToDo() {
		long before = objectsOfTheInside();
		HeldLoop second;
		try (HeldLoop first = HeldLoop.of(this.runner)) {
			second = HeldLoop.soon(this.runner);
			for (int i = 0; i < 1000; i++) {
				this.runner.submit(() -> new CompletableFuture<>());
				this.runner.getLoop().execute(() -> {
				});
				this.runner.getLoop().schedule(() -> {
				}, 1, TimeUnit.HOURS);
			}
		}
		// The loop has taken all that was there, and begun.
		second.awaitIt();
		this.runner.close(Duration.ZERO);
		second.close();
		Support.eventually().until(() -> this.runner.getLoop().isTerminated());
		this.events.clear();
		Support.collected(() -> objectsOfTheInside() < before + 200);
		assertThat(this.runner.isAlive()).isFalse();
	}

	@Test
	void closedRunnerWhoseLoopHangsKeepsNothingOfWhatTheLoopHadTaken() {
		Traces traces = new Traces();
		HeldLoop second;
		try (HeldLoop first = HeldLoop.of(this.runner)) {
			second = HeldLoop.soon(this.runner);
			for (int i = 0; i < 10; i++) {
				this.runner.getLoop().execute(traces.runnable());
			}
		}
		try (second) {
			second.awaitIt();
			assertThat(this.runner.getLoop().shutdownNow()).hasSize(10);
			traces.assertGone();
		}
	}

	@Test
	void timerThatHoldsTheLoopKeepsNoTaskThatRanBefore() {
		Traces traces = new Traces();
		CountDownLatch held = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		try (EventLoopThreadRunner quiet = EventLoopThreadRunner.create()) {
			try (HeldLoop first = HeldLoop.of(quiet)) {
				Owner.start(() -> {
					RunOptions options = RunOptions.defaults().name("last");
					traces.add(options);
					traces.add(quiet.submit(Support.value("x"), options));
					return null;
				}).value();
				quiet.getLoop().schedule(() -> {
					held.countDown();
					return released.await(5, TimeUnit.MINUTES);
				}, 0, TimeUnit.NANOSECONDS);
			}
			Support.await(held);
			traces.assertGone();
			released.countDown();
		}
	}

	private static long objectsOfTheInside() {
		try {
			String histogram = (String) ManagementFactory.getPlatformMBeanServer()
				.invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
						new Object[] { new String[0] }, new String[] { String[].class.getName() });
			// num: instances bytes class
			return histogram.lines()
				.map((line) -> line.trim().split("\\s+"))
				.filter((columns) -> columns.length >= 4 && columns[3].startsWith("io.palitra.internal."))
				.mapToLong((columns) -> Long.parseLong(columns[1]))
				.sum();
		}
		catch (JMException ex) {
			throw new IllegalStateException("This JVM has no class histogram", ex);
		}
	}

	/**
	 * Objects that are to be gone.
	 */
	private static final class Traces {

		private final List<WeakReference<Object>> references = new CopyOnWriteArrayList<>();

		void add(Object object) {
			this.references.add(new WeakReference<>(object));
		}

		/**
		 * A task that is an object of its own, and the stage that it returns.
		 */
		AsyncCallable<Object> task(CompletableFuture<Object> stage) {
			add(stage);
			return capturing(() -> stage);
		}

		AsyncCallable<Object> capturing(AsyncCallable<Object> delegate) {
			Object own = new Object();
			AsyncCallable<Object> task = () -> {
				assertThat(own).isNotNull();
				return delegate.call();
			};
			add(task);
			return task;
		}

		Runnable runnable() {
			Object own = new Object();
			Runnable task = () -> assertThat(own).isNotNull();
			add(task);
			return task;
		}

		void assertGone() {
			assertThat(this.references).isNotEmpty();
			Support.collected(() -> this.references.stream().allMatch((reference) -> reference.get() == null));
		}

	}

}
