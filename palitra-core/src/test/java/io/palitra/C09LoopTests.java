package io.palitra;

import java.lang.Thread.UncaughtExceptionHandler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

@DisplayName("C9 Loop: the thread, and that no task ends it")
class C09LoopTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder().name("loop").build();

	private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	// The thread

	@Test
	void threadIsANamedDaemonPlatformThread() throws Exception {
		// netty SingleThreadEventExecutorTest.testThreadProperties; anyio
		Thread thread = Support.threadOf(this.runner);
		assertThat(thread.getName()).isEqualTo("palitra-loop");
		assertThat(thread.isDaemon()).isTrue();
		assertThat(thread).isNotSameAs(Thread.currentThread());
		if (Runtime.version().feature() >= 21) {
			assertThat(Thread.class.getMethod("isVirtual").invoke(thread)).isEqualTo(false);
		}
	}

	@Test
	void nameIsPrefixAndRunnersName() {
		try (EventLoopThreadRunner unnamed = EventLoopThreadRunner.create();
				EventLoopThreadRunner named = EventLoopThreadRunner.builder()
					.threadNamePrefix("bridge/")
					.name("users")
					.build();
				EventLoopThreadRunner bare = EventLoopThreadRunner.builder()
					.threadNamePrefix("")
					.name("bare")
					.build()) {
			assertThat(Support.threadOf(unnamed).getName()).isEqualTo("palitra-default");
			assertThat(Support.threadOf(named).getName()).isEqualTo("bridge/users");
			assertThat(Support.threadOf(bare).getName()).isEqualTo("bare");
			assertThat(named.getName()).isEqualTo("users");
			assertThat(unnamed.getName()).isEqualTo("default");
		}
	}

	@Test
	void oneThreadServesAllCalls() {
		// palitra for Python
		Thread thread = Support.threadOf(this.runner);
		for (int i = 0; i < 10; i++) {
			assertThat(this.runner.run(() -> CompletableFuture.completedFuture(Thread.currentThread())))
				.isSameAs(thread);
			assertThat(
					Owner.start(() -> this.runner.run(() -> CompletableFuture.completedFuture(Thread.currentThread())))
						.value())
				.isSameAs(thread);
		}
	}

	@Test
	void runnersAreIsolated() {
		try (EventLoopThreadRunner other = EventLoopThreadRunner.create(); HeldLoop held = HeldLoop.of(this.runner)) {
			assertThat(other.run(Support.value("free"))).isEqualTo("free");
		}
	}

	@Test
	void threadStartsAtOnce() {
		assertThat(this.runner.isAlive()).isTrue();
		assertThat(this.runner.snapshot().state()).isEqualTo(RunnerState.RUNNING);
		assertThat(this.runner).hasToString("EventLoopThreadRunner[name=loop, state=RUNNING]");
	}

	@Test
	void threadInheritsNoThreadLocals() {
		// asgiref
		InheritableThreadLocal<String> inheritable = new InheritableThreadLocal<>();
		Owner<String> creator = Owner.start(() -> {
			inheritable.set("of the creator");
			try (EventLoopThreadRunner created = EventLoopThreadRunner.create()) {
				created.stop();
				created.start();
				return String.valueOf(Support.<Object>get(created.getLoop().submit(inheritable::get)));
			}
		});
		assertThat(creator.value()).isEqualTo("null");
	}

	@Test
	void threadHasTheContextClassLoaderThatPalitraItselfHas() {
		// And keeps that of no application alive
		ClassLoader loader = new ClassLoader(getClass().getClassLoader()) {
		};
		Owner<EventLoopThreadRunner> builder = Owner.start(() -> {
			Thread.currentThread().setContextClassLoader(loader);
			return EventLoopThreadRunner.create();
		});
		try (EventLoopThreadRunner built = builder.value()) {
			assertThat(Support.threadOf(built).getContextClassLoader())
				.isSameAs(EventLoopThreadRunner.class.getClassLoader());
			built.stop();
			built.start();
			assertThat(Support.threadOf(built).getContextClassLoader())
				.isSameAs(EventLoopThreadRunner.class.getClassLoader());
		}
	}

	@Test
	void threadHasNormalPriorityWhoeverBuiltTheRunner() {
		Owner<Integer> builder = Owner.start(() -> {
			Thread.currentThread().setPriority(Thread.MIN_PRIORITY);
			try (EventLoopThreadRunner built = EventLoopThreadRunner.create()) {
				return Support.threadOf(built).getPriority();
			}
		});
		assertThat(builder.value()).isEqualTo(Thread.NORM_PRIORITY);
	}

	@Test
	void callerIsNotOnTheLoopAndTheTaskIs() {
		// palitra for Python
		EventLoop loop = this.runner.getLoop();
		assertThat(loop.inEventLoop()).isFalse();
		assertThat(this.runner.run(() -> CompletableFuture.completedFuture(loop.inEventLoop()))).isTrue();
		try (EventLoopThreadRunner other = EventLoopThreadRunner.create()) {
			assertThat(other.run(() -> CompletableFuture.completedFuture(loop.inEventLoop()))).isFalse();
		}
	}

	// The thread factory

	@Test
	void threadOfTheFactoryIsUsedAsItComes() {
		AtomicInteger made = new AtomicInteger();
		try (EventLoopThreadRunner custom = EventLoopThreadRunner.builder().name("ignored").threadFactory((live) -> {
			Thread thread = new Thread(live, "custom-" + made.incrementAndGet());
			thread.setDaemon(true);
			thread.setPriority(Thread.MAX_PRIORITY);
			return thread;
		}).build()) {
			assertThat(Support.threadOf(custom).getName()).isEqualTo("custom-1");
			assertThat(Support.threadOf(custom).getPriority()).isEqualTo(Thread.MAX_PRIORITY);
			assertThat(custom.snapshot().threadName()).isEqualTo("custom-1");
			custom.stop();
			custom.start();
			assertThat(Support.threadOf(custom).getName()).isEqualTo("custom-2");
		}
	}

	@Test
	void virtualThreadOfTheFactoryServesAsWell() {
		ThreadFactory virtual = Support.virtualThreads();
		try (EventLoopThreadRunner custom = EventLoopThreadRunner.builder().threadFactory(virtual).build()) {
			assertThat(custom.run(Support.later("value"))).isEqualTo("value");
			assertThat(custom.isAlive()).isTrue();
			custom.close();
			assertThat(custom.isAlive()).isFalse();
		}
	}

	@Test
	void factoryThatReturnsNullFailsTheBuild() {
		// netty testWrappedExecutorIsShutdown; Python bridges
		ThreadFactory factory = (live) -> null;
		assertThatIllegalStateException()
			.isThrownBy(() -> EventLoopThreadRunner.builder().name("x").threadFactory(factory).build())
			.withMessage("threadFactory " + factory + " of runner \"x\" returned null");
	}

	@Test
	void factoryThatThrowsFailsTheBuildWithThat() {
		// anyio
		RuntimeException failure = new IllegalArgumentException("no threads left");
		EventLoopThreadRunner.Builder builder = EventLoopThreadRunner.builder().threadFactory((live) -> {
			throw failure;
		});
		assertThat(catchThrowable(builder::build)).isSameAs(failure);
	}

	@Test
	void threadThatCannotBeStartedFailsTheBuildWithThat() {
		OutOfMemoryError failure = new OutOfMemoryError("unable to create native thread");
		EventLoopThreadRunner.Builder builder = EventLoopThreadRunner.builder()
			.threadFactory((live) -> new Thread(live) {

				@Override
				public void start() {
					throw failure;
				}

			});
		assertThat(catchThrowable(builder::build)).isSameAs(failure);
	}

	@Test
	void interruptedThreadBuildsARunnerAndKeepsItsFlag() {
		Owner<EventLoopThreadRunner> builder = Owner.start(() -> {
			Thread.currentThread().interrupt();
			return EventLoopThreadRunner.create();
		});
		try (EventLoopThreadRunner built = builder.value()) {
			assertThat(builder.wasInterruptedAtEnd()).isTrue();
			assertThat(built.run(Support.value("value"))).isEqualTo("value");
		}
	}

	@Test
	void factoryThatFailsARestartLeavesTheRunnerStopped() {
		AtomicInteger made = new AtomicInteger();
		try (EventLoopThreadRunner custom = EventLoopThreadRunner.builder().threadFactory((live) -> {
			if (made.incrementAndGet() == 2) {
				throw new IllegalStateException("no threads left");
			}
			return Support.daemon(live);
		}).build()) {
			custom.stop();
			assertThatIllegalStateException().isThrownBy(custom::start).withMessage("no threads left");
			assertThat(custom.isAlive()).isFalse();
			assertThat(custom.snapshot().state()).isEqualTo(RunnerState.STOPPED);
			assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> custom.run(Support.value("x")))
				.withMessageContaining("start() starts it again");
			custom.start();
			assertThat(custom.run(Support.value("x"))).isEqualTo("x");
		}
	}

	@Test
	void threadThatNeverRunsTheLoopLeavesNoCallerHanging() {
		// A factory's wrapper that fails before it gets to run what it was given
		Owner<Object> owner = Owner.start(() -> {
			try (EventLoopThreadRunner custom = EventLoopThreadRunner.builder()
				.threadFactory((live) -> Support.daemon(() -> {
				}))
				.build()) {
				return custom.run(Support.value("x"));
			}
		});
		assertThat(owner.failure()).isInstanceOf(IllegalStateException.class)
			.isNotInstanceOf(BlockingNotAllowedException.class);
	}

	// What tasks throw

	@ParameterizedTest
	@MethodSource
	void whatATaskThrowsEndsOnlyItsOwnCall(Throwable failure) {
		// palitra for Python, anyio, synchronicity: a fatal error in one task killed
		// everybody
		catchUncaught();
		CompletableFuture<String> source = new CompletableFuture<>();
		Owner<String> bystander = Owner.parked(() -> this.runner.run(() -> source));
		Thread thread = Support.threadOf(this.runner);
		assertThat(unwrapped(catchThrowable(() -> this.runner.run(() -> {
			throw Support.<RuntimeException>sneaky(failure);
		})))).isSameAs(failure);
		this.runner.getLoop().execute(() -> {
			throw Support.<RuntimeException>sneaky(failure);
		});
		assertThat(this.runner.run(Support.value("next"))).isEqualTo("next");
		assertThat(this.uncaught).containsExactly(failure);
		source.complete("bystander");
		assertThat(bystander.value()).isEqualTo("bystander");
		assertThat(Support.threadOf(this.runner)).isSameAs(thread);
		assertThat(this.runner.isAlive()).isTrue();
	}

	static Stream<Named<Throwable>> whatATaskThrowsEndsOnlyItsOwnCall() {
		return Stream
			.of(new RuntimeException("unchecked"), new Exception("checked"), new Error("error"), new ThreadDeath(),
					new StackOverflowError("made"), new OutOfMemoryError("made"), new InternalError("made"),
					new InterruptedException("made"), new LinkageError("made"))
			.map((failure) -> Named.of(failure.toString(), failure));
	}

	private static Throwable unwrapped(Throwable thrown) {
		return (thrown instanceof CompletionException) ? thrown.getCause() : thrown;
	}

	@Test
	void realStackOverflowEndsOnlyItsOwnCall() {
		assertThatExceptionOfType(StackOverflowError.class).isThrownBy(() -> this.runner.run(() -> {
			recurse(0);
			return new CompletableFuture<>();
		}));
		catchUncaught();
		this.runner.getLoop().execute(() -> recurse(0));
		assertThat(this.runner.run(Support.value("next"))).isEqualTo("next");
		assertThat(this.uncaught).singleElement().isInstanceOf(StackOverflowError.class);
	}

	private int recurse(int depth) {
		return recurse(depth + 1) + 1;
	}

	@Test
	void handlerOfUncaughtExceptionsThatThrowsEndsNothing() {
		try (Logs logs = Logs.capture()) {
			Error failure = new AssertionError("handler");
			setHandler((thread, ex) -> {
				throw failure;
			});
			this.runner.getLoop().execute(() -> {
				throw new IllegalStateException("task");
			});
			assertThat(this.runner.run(Support.value("next"))).isEqualTo("next");
			assertThat(logs.thrown()).containsExactly(failure);
			assertThat(logs.messages()).singleElement()
				.asString()
				.contains("uncaught exception handler of thread \"palitra-loop\"");
		}
	}

	@Test
	void timerThatThrowsEndsNothing() {
		CompletableFuture<String> source = new CompletableFuture<>();
		Owner<String> bystander = Owner.parked(() -> this.runner.run(() -> source));
		assertThatExceptionOfType(ExecutionException.class)
			.isThrownBy(() -> this.runner.getLoop().schedule((Runnable) () -> {
				throw new AssertionError("timer");
			}, 0, TimeUnit.NANOSECONDS).get(1, TimeUnit.MINUTES))
			.withCauseExactlyInstanceOf(AssertionError.class);
		source.complete("bystander");
		assertThat(bystander.value()).isEqualTo("bystander");
		assertThat(this.runner.isAlive()).isTrue();
	}

	@Test
	void dependentOfAResultThatThrowsEndsNothing() {
		CompletableFuture<Object> dependent = this.runner.submit(Support.value("x")).thenApply((value) -> {
			throw new AssertionError("dependent");
		});
		Support.eventually().until(dependent::isCompletedExceptionally);
		assertThat(this.runner.run(Support.value("next"))).isEqualTo("next");
	}

	@Test
	void taskThatInterruptsTheLoopThreadTouchesNoOther() {
		for (int i = 0; i < 3; i++) {
			this.runner.run(() -> {
				Thread.currentThread().interrupt();
				return CompletableFuture.completedFuture("x");
			});
			this.runner.getLoop().execute(() -> Thread.currentThread().interrupt());
			assertThat(this.runner.run(() -> CompletableFuture.completedFuture(Thread.currentThread().isInterrupted())))
				.isFalse();
		}
	}

	@Test
	void interruptOfTheIdleLoopThreadIsSwallowed() {
		// Left there it would make every park return at once: an idle loop at full speed
		Thread thread = Support.threadOf(this.runner);
		Support.untilParked(thread);
		thread.interrupt();
		Support.eventually().until(() -> !thread.isInterrupted());
		assertThat(this.runner.run(Support.value("next"))).isEqualTo("next");
	}

	@Tag("slow")
	@Test
	void collectionOfGarbageDuringTheWorkHarmsNothing() {
		// palitra for Python: the only references are the loop's
		List<CompletableFuture<Integer>> futures = new CopyOnWriteArrayList<>();
		for (int i = 0; i < 10; i++) {
			int expected = i;
			futures.add(this.runner.submit(() -> {
				CompletableFuture<Integer> stage = new CompletableFuture<>();
				this.runner.getLoop().schedule(() -> stage.complete(expected), 1, TimeUnit.MILLISECONDS);
				System.gc();
				return stage;
			}));
		}
		for (int i = 0; i < 10; i++) {
			assertThat(Support.get(futures.get(i))).isEqualTo(i);
		}
	}

	@Test
	void backgroundStageOutlivesTheCallThatStartedIt() {
		// Python bridges: fire and forget
		CompletableFuture<String> background = new CompletableFuture<>();
		CountDownLatch go = new CountDownLatch(1);
		this.runner.run(() -> {
			CompletableFuture.runAsync(() -> Support.await(go), (command) -> Support.daemon(command).start())
				.thenRunAsync(() -> background.complete(Thread.currentThread().getName()), this.runner.getLoop());
			return CompletableFuture.completedFuture(null);
		});
		go.countDown();
		assertThat(Support.get(background)).isEqualTo("palitra-loop");
	}

	@Test
	void everyThreadThatEndsIsForgotten() {
		// palitra for Python: dropped runners leak a thread each
		ConcurrentHashMap<Thread, Boolean> threads = new ConcurrentHashMap<>();
		for (int i = 0; i < 50; i++) {
			try (EventLoopThreadRunner shortLived = EventLoopThreadRunner.create()) {
				threads.put(Support.threadOf(shortLived), true);
			}
		}
		assertThat(threads).hasSize(50);
		assertThat(threads.keySet()).noneMatch(Thread::isAlive);
	}

	private void catchUncaught() {
		setHandler((thread, ex) -> this.uncaught.add(ex));
	}

	private void setHandler(UncaughtExceptionHandler handler) {
		Support.threadOf(this.runner).setUncaughtExceptionHandler(handler);
	}

}
