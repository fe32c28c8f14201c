package io.palitra;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.palitra.spi.BlockingDetector;
import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

@DisplayName("C6 Blocking detectors")
class C06BlockingDetectorTests {

	private final AtomicInteger calls = new AtomicInteger();

	private final AtomicInteger events = new AtomicInteger();

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
		.name("detecting")
		.blockingDetector(new NonBlockingThreads())
		.listener(new RunListener() {

			@Override
			public void onSubmit(RunEvent run) {
				C06BlockingDetectorTests.this.events.incrementAndGet();
			}

		})
		.build();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	@ParameterizedTest
	@MethodSource
	void whatWouldBlockIsRefusedBeforeAnythingStarts(Blocking blocking) {
		// reactor BlockingTests.monoBlockForbidden,
		// SchedulersTest.customNonBlockingThreadPredicate
		Owner<Object> refused = Owner.start(NonBlockingThread::new, () -> blocking.block(this));
		assertThat(refused.failure()).isInstanceOf(BlockingNotAllowedException.class)
			.hasMessageContaining("thread \"event-loop\"")
			.hasMessageContaining("runner \"detecting\"")
			.hasMessageContaining("\"" + blocking.task() + "\"")
			.hasMessageContaining(NonBlockingThreads.class.getName())
			.hasMessageContaining("thenCompose")
			.hasMessageContaining("thread that may block");
		this.runner.close();
		assertThat(this.calls).hasValue(0);
		assertThat(this.events).hasValue(0);
		assertThat(this.runner.snapshot().submitted()).isZero();
	}

	@ParameterizedTest
	@MethodSource("whatWouldBlockIsRefusedBeforeAnythingStarts")
	void otherThreadsMayBlock(Blocking blocking) {
		Owner<Object> allowed = Owner.start(() -> blocking.block(this));
		assertThat(allowed.value()).isNotNull();
	}

	static Stream<Named<Blocking>> whatWouldBlockIsRefusedBeforeAnythingStarts() {
		RunOptions named = RunOptions.defaults().name("named");
		String place = "C06BlockingDetectorTests.whatWouldBlockIsRefusedBeforeAnythingStarts";
		return Stream.of(blocking("run", "named", (test) -> test.runner.run(test.counting(), named)),
				blocking("runScoped", "named",
						(test) -> test.runner.runScoped((scope) -> test.counting().call(), named)),
				blocking("runChecked", "named",
						(test) -> test.runner.runChecked(test.counting(), Exception.class, named)),
				blocking("runInterruptibly", "named", (test) -> test.runner.runInterruptibly(test.counting(), named)),
				blocking("gather", "named", (test) -> test.runner.gather(List.of(test.counting()), named)),
				blocking("gatherOutcomes", "named",
						(test) -> test.runner.gatherOutcomes(List.of(test.counting()), named)),
				blocking("await", place, (test) -> test.runner.await(test.pending())),
				blocking("reading a stream", place, (test) -> test.runner.stream(test.publisher()).toList()),
				blocking("blocking face", "Face.count", (test) -> {
					interface Face {

						Integer count();

					}
					interface AsyncFace {

						CompletableFuture<Integer> count();

					}
					AsyncFace target = () -> CompletableFuture.completedFuture(test.calls.incrementAndGet());
					return test.runner.blocking(Face.class, target).count();
				}));
	}

	private static Named<Blocking> blocking(String name, String task, Call call) {
		return Named.of(name, new Blocking(task, call));
	}

	private AsyncCallable<Integer> counting() {
		return () -> CompletableFuture.completedFuture(this.calls.incrementAndGet());
	}

	private java.util.concurrent.Flow.Publisher<Integer> publisher() {
		return (subscriber) -> {
			this.calls.incrementAndGet();
			SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>(Runnable::run, 1);
			publisher.subscribe(subscriber);
			publisher.submit(1);
			publisher.close();
		};
	}

	/**
	 * Not done before somebody waits for it who may.
	 */
	private CompletableFuture<String> pending() {
		CompletableFuture<String> pending = new CompletableFuture<>();
		if (!(Thread.currentThread() instanceof NonBlockingThread)) {
			Support.daemon(() -> pending.complete("done")).start();
		}
		return pending;
	}

	@Test
	void whatDoesNotBlockIsAllowedEverywhere() {
		// reactor BlockingTests.fluxToIterableOkButIterationForbidden
		Owner<CompletableFuture<Integer>> owner = Owner.start(NonBlockingThread::new, () -> {
			assertThat(this.runner.await(CompletableFuture.completedFuture("done"))).isEqualTo("done");
			assertThat(this.runner.stream(publisher())).isNotNull();
			assertThat(this.runner.snapshot().calls()).isEmpty();
			this.runner.getLoop().execute(() -> {
			});
			return this.runner.submit(counting());
		});
		assertThat(Support.get(owner.value())).isOne();
	}

	@Test
	void detectorIsAskedAboutTheCurrentThread() {
		AtomicReference<Thread> asked = new AtomicReference<>();
		try (EventLoopThreadRunner asking = EventLoopThreadRunner.builder().blockingDetector((thread) -> {
			asked.set(thread);
			return false;
		}).build()) {
			assertThat(asking.run(Support.value("x"))).isEqualTo("x");
		}
		assertThat(asked.get()).isSameAs(Thread.currentThread());
	}

	@Test
	void anyDetectorCanRefuseAndTheFirstThatDoesIsNamed() {
		List<String> asked = new CopyOnWriteArrayList<>();
		try (EventLoopThreadRunner several = EventLoopThreadRunner.builder().blockingDetector((thread) -> {
			asked.add("first");
			return false;
		}).blockingDetector(new NonBlockingThreads()).blockingDetector((thread) -> {
			asked.add("third");
			return true;
		}).build()) {
			Owner<String> refused = Owner.start(NonBlockingThread::new, () -> several.run(Support.value("x")));
			assertThat(refused.failure()).isInstanceOf(BlockingNotAllowedException.class)
				.hasMessageContaining(NonBlockingThreads.class.getName());
			assertThat(asked).containsExactly("first");
			assertThatExceptionOfType(BlockingNotAllowedException.class)
				.isThrownBy(() -> several.run(Support.value("x")));
			assertThat(asked).containsExactly("first", "first", "third");
		}
	}

	@ParameterizedTest
	@MethodSource
	void detectorThatThrowsIsLoggedAndKnowsNothing(Throwable failure) {
		try (Logs logs = Logs.capture();
				EventLoopThreadRunner ignoring = EventLoopThreadRunner.builder().blockingDetector((thread) -> {
					throw Support.<RuntimeException>sneaky(failure);
				}).blockingDetector(new NonBlockingThreads()).build()) {
			assertThat(ignoring.run(Support.value("x"))).isEqualTo("x");
			assertThat(logs.thrown()).containsExactly(failure);
			assertThat(logs.messages()).singleElement().asString().startsWith("Blocking detector ");
			Owner<String> refused = Owner.start(NonBlockingThread::new, () -> ignoring.run(Support.value("x")));
			assertThat(refused.failure()).isInstanceOf(BlockingNotAllowedException.class);
		}
	}

	static Stream<Throwable> detectorThatThrowsIsLoggedAndKnowsNothing() {
		return Stream.of(new IllegalStateException("detector"), new LinkageError("detector"));
	}

	@Test
	void nullDetectorIsRefused() {
		assertThatNullPointerException().isThrownBy(() -> EventLoopThreadRunner.builder().blockingDetector(null))
			.withMessage("blockingDetector");
	}

	/**
	 * Something that would make the current thread wait.
	 */
	private record Blocking(String task, Call call) {

		Object block(C06BlockingDetectorTests test) throws Exception {
			return this.call.make(test);
		}

	}

	private interface Call {

		Object make(C06BlockingDetectorTests test) throws Exception;

	}

	private static final class NonBlockingThreads implements BlockingDetector {

		@Override
		public boolean mustNotBlock(Thread thread) {
			return thread instanceof NonBlockingThread;
		}

	}

	private static final class NonBlockingThread extends Thread {

		NonBlockingThread(Runnable runnable) {
			super(runnable, "event-loop");
			setDaemon(true);
		}

	}

}
