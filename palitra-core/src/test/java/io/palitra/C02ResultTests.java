package io.palitra;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;
import io.palitra.spi.RunResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@DisplayName("C2 Result")
@Tag("start-on")
class C02ResultTests {

	private final AtomicInteger ends = new AtomicInteger();

	private final EventLoopThreadRunner runner = Runners.builder().listener(new RunListener() {

		@Override
		public void onEnd(RunEvent run, RunResult result, Throwable failure) {
			C02ResultTests.this.ends.incrementAndGet();
		}

	}).build();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	@Test
	void valueOfAStageThatIsDone() {
		assertThat(this.runner.run(Support.value("now"))).isEqualTo("now");
	}

	@Test
	void valueOfAStageThatCompletesOnAForeignThread() {
		assertThat(this.runner.run(Support.later("later"))).isEqualTo("later");
	}

	@Test
	void valueOfAStageThatCompletesOnTheLoop() {
		assertThat(this.runner.run(() -> {
			CompletableFuture<String> future = this.runner.getLoop().newFuture();
			this.runner.getLoop().execute(() -> future.complete("loop"));
			return future;
		})).isEqualTo("loop");
	}

	@Test
	void valueOfAChainOfStages() {
		// palitra for Python
		assertThat(this.runner.<String>run(() -> CompletableFuture.supplyAsync(() -> 20)
			.thenCompose((half) -> CompletableFuture.supplyAsync(() -> half * 2))
			.thenApply((value) -> "value " + (value + 2)))).isEqualTo("value 42");
	}

	@Test
	void nullIsAValue() {
		assertThat(this.runner.<Object>run(Support.value(null))).isNull();
		assertThat(this.runner.<Object>run(Support.later(null))).isNull();
		assertThat(this.runner.<Object>run(Support.value(null), Support.LONG)).isNull();
		assertThat(this.runner.<Object>await(CompletableFuture.completedFuture(null))).isNull();
		assertThat(Support.<Object>get(this.runner.submit(Support.value(null)))).isNull();
		assertThat(this.runner.<Object>gather(Support.value(null), Support.later(null))).containsExactly(null, null);
	}

	@Test
	void throwableIsAValue() {
		Exception value = new Exception("a value like any other");
		assertThat(this.runner.run(Support.value(value))).isSameAs(value);
		assertThat(this.runner.run(Support.later(value))).isSameAs(value);
		assertThat(value.getSuppressed()).isEmpty();
	}

	@Test
	void emptyOptionalAndFutureAreValues() {
		// Python bridges: a value is never looked into
		CompletableFuture<String> inner = new CompletableFuture<>();
		assertThat(this.runner.run(Support.value(Optional.empty()))).isEmpty();
		assertThat(this.runner.run(Support.value(inner))).isSameAs(inner);
	}

	@Test
	void stageThatIsNotACompletableFuture() {
		// anyio: an awaitable of a foreign kind
		CompletableFuture<String> source = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> this.runner.run(() -> Support.stageOnly(source)));
		source.complete("foreign");
		assertThat(owner.value()).isEqualTo("foreign");
		assertThat(this.runner.run(() -> CompletableFuture.completedStage("minimal"))).isEqualTo("minimal");
	}

	@Test
	void awaitGivesWhatTheStageGives() {
		IllegalStateException failure = new IllegalStateException("no");
		CompletableFuture<String> source = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> this.runner.await(source));
		source.complete("value");
		assertThat(owner.value()).isEqualTo("value");
		assertThat(this.runner.await(source)).isEqualTo("value");
		assertThat(this.runner.await(source, Duration.ofNanos(1))).isEqualTo("value");
		CompletableFuture<String> failing = new CompletableFuture<>();
		owner = Owner.parked(() -> this.runner.await(failing, Support.LONG));
		failing.completeExceptionally(failure);
		assertThat(owner.failure()).isSameAs(failure);
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> this.runner.await(failing))
			.isSameAs(failure);
	}

	@Test
	void awaitOfAStageThatIsNotAFuture() {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletionStage<String> stage = Support.stageOnly(source);
		Owner<String> owner = Owner.parked(() -> this.runner.await(stage));
		source.complete("value");
		assertThat(owner.value()).isEqualTo("value");
		assertThat(this.runner.await(stage)).isEqualTo("value");
	}

	@Test
	void awaitOfAStageThatDoesNotTellWhetherItIsDone() {
		// The JDK's minimal stages are Futures whose isDone() throws
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletionStage<String> stage = source.minimalCompletionStage();
		Owner<String> owner = Owner.start(() -> this.runner.await(stage));
		source.complete("value");
		assertThat(owner.value()).isEqualTo("value");
		assertThat(this.runner.await(stage)).isEqualTo("value");
		assertThat(this.runner.await(CompletableFuture.completedStage("done"))).isEqualTo("done");
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.runner.await(CompletableFuture.failedStage(new IllegalStateException("no"))))
			.withMessage("no");
	}

	@Test
	void awaitOfAStageThatCannotBeListenedTo() {
		IllegalStateException failure = new IllegalStateException("deaf");
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> this.runner.await(new Deaf(failure)))
			.isSameAs(failure);
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.runner.run(() -> new Deaf(failure)))
			.isSameAs(failure);
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.runner.gather(Support.never(), () -> new Deaf(failure)))
			.isSameAs(failure);
		assertThat(this.runner.snapshot().calls()).isEmpty();
		this.runner.close(Support.LONG);
	}

	@Test
	void stageThatIsCancelledByOthersGivesACancellationException() {
		// netty DefaultPromiseTest.testCancellationExceptionIsThrownWhenBlockingGet;
		// palitra for Python
		CompletableFuture<String> stage = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> this.runner.run(() -> stage, Support.LONG));
		stage.cancel(false);
		assertThat(owner.failure()).isInstanceOf(CancellationException.class);
		assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> this.runner.run(() -> stage));
		assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> this.runner.await(stage));
		assertThatExceptionOfType(CancellationException.class)
			.isThrownBy(() -> this.runner.run(() -> stage.thenApply((value) -> value)));
	}

	@ParameterizedTest
	@MethodSource("otherCalls")
	void stageThatAnotherCallHasCancelledSaysSo(BiConsumer<EventLoopThreadRunner, CompletableFuture<String>> other) {
		CompletableFuture<String> shared = new CompletableFuture<>();
		Owner<String> patient = Owner.parked(() -> this.runner.run(() -> shared, Support.LONG));
		Owner<String> awaiting = Owner.parked(() -> this.runner.await(shared, Support.LONG));
		other.accept(this.runner, shared);
		assertThat(shared).isCancelled();
		assertThat(patient.failure()).isInstanceOf(CancellationException.class)
			.hasMessageMatching(
					"Task \"hasty(/fork|\\[0\\])?\" was given up, and .* with await, which does not cancel it");
		assertThat(awaiting.failure()).isSameAs(patient.failure());
	}

	static Stream<Named<BiConsumer<EventLoopThreadRunner, CompletableFuture<String>>>> otherCalls() {
		RunOptions hasty = RunOptions.defaults().name("hasty");
		return Stream.of(
				Named.of("run",
						(runner, shared) -> timeOutOnceCalled(runner, shared,
								(task, limit) -> runner.run(task, hasty.timeout(limit)))),
				Named.of("gather", (runner, shared) -> timeOutOnceCalled(runner, shared,
						(task, limit) -> runner.gather(List.of(task, Support.<String>never()), hasty.timeout(limit)))),
				Named.of("fork",
						(runner, shared) -> timeOutOnceCalled(runner, shared,
								(task, limit) -> runner.runScoped((scope) -> scope.fork(task), hasty.timeout(limit)))),
				Named.of("submit", (runner, shared) -> {
					CompletableFuture<String> submitted = runner.submit(() -> shared, hasty);
					Support.untilActive(runner, 3);
					submitted.cancel(false);
				}));
	}

	/**
	 * Again if the time was up before the task was called, and only then.
	 */
	private static void timeOutOnceCalled(EventLoopThreadRunner runner, CompletableFuture<String> shared,
			BiFunction<AsyncCallable<String>, Duration, ?> call) {
		AtomicBoolean called = new AtomicBoolean();
		AsyncCallable<String> task = () -> {
			called.set(true);
			return shared;
		};
		Support.eventually().until(() -> {
			Support.timeoutWhileRunning(runner, (limit) -> call.apply(task, limit));
			return called.get();
		});
	}

	@Test
	void stageThatCompletesTwiceIsHeardOnce() {
		AtomicInteger heard = new AtomicInteger();
		CompletableFuture<String> result = this.runner.submit(() -> new TwiceDone("first", "second"));
		result.whenComplete((value, ex) -> heard.incrementAndGet());
		assertThat(Support.get(result)).isEqualTo("first");
		assertThat(this.runner.run(() -> new TwiceDone("first", "second"))).isEqualTo("first");
		assertThat(this.runner.gather(() -> new TwiceDone("a", "x"), () -> new TwiceDone("b", "y")))
			.containsExactly("a", "b");
		assertThat(heard).hasValue(1);
		assertThat(this.ends).hasValue(3);
	}

	@Test
	void submittedFutureCompletesOnceWithTheResult() {
		// anyio; synchronicity
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> future = this.runner.submit(() -> source);
		assertThat(future).isNotDone();
		source.complete("value");
		assertThat(Support.get(future)).isEqualTo("value");
		List<CompletableFuture<Integer>> many = IntStream.range(0, 100)
			.mapToObj((i) -> this.runner.submit(Support.later(i)))
			.toList();
		assertThat(many.stream().map(Support::get)).containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
	}

	@Test
	void dependentsOfASubmittedFutureSeeTheTasksOwnException() {
		Exception failure = new Exception("checked");
		CompletableFuture<Object> future = this.runner.submit(Support.failure(failure));
		Throwable seen = Support.get(future.handle((value, ex) -> ex));
		assertThat(seen).isSameAs(failure);
	}

	@Test
	void submitMayBeCalledOnTheLoopAndByAnInterruptedThread() {
		// reactor .fluxToIterableOkButIterationForbidden: creating is fine anywhere
		CompletableFuture<String> inner = this.runner
			.run(() -> CompletableFuture.completedFuture(this.runner.submit(Support.value("from the loop"))));
		assertThat(Support.get(inner)).isEqualTo("from the loop");
		Owner<CompletableFuture<String>> owner = Owner.start(() -> {
			Thread.currentThread().interrupt();
			return this.runner.submit(Support.value("interrupted"));
		});
		assertThat(Support.get(owner.value())).isEqualTo("interrupted");
		assertThat(owner.wasInterruptedAtEnd()).isTrue();
	}

	@Tag("slow")
	@Test
	void manyThreadsGetTheirOwnResults() {
		// palitra for Python
		int threads = 64;
		CyclicBarrier together = new CyclicBarrier(threads);
		List<Owner<Object>> owners = IntStream.range(0, threads).mapToObj((i) -> Owner.<Object>start(() -> {
			Support.await(together);
			for (int round = 0; round < 20; round++) {
				String expected = i + "/" + round;
				AsyncCallable<String> task = (round % 2 == 0) ? Support.value(expected) : Support.later(expected);
				assertThat(this.runner.run(task)).isEqualTo(expected);
				RuntimeException failure = new RuntimeException(expected);
				assertThatExceptionOfType(RuntimeException.class)
					.isThrownBy(() -> this.runner.run(Support.failure(failure)))
					.isSameAs(failure);
			}
			return null;
		})).toList();
		owners.forEach(Owner::value);
		assertThat(this.ends).hasValue(threads * 20 * 2);
	}

	@Tag("slow")
	@Test
	void noWakeUpIsLost() {
		// netty DefaultPromiseTest.testSignalRace
		ExecutorService completers = Executors.newFixedThreadPool(2, Support::daemon);
		try {
			for (int i = 0; i < 10_000; i++) {
				int expected = i;
				int result = this.runner.run(() -> {
					CompletableFuture<Integer> stage = new CompletableFuture<>();
					completers.execute(() -> stage.complete(expected));
					return stage;
				});
				assertThat(result).isEqualTo(expected);
			}
		}
		finally {
			completers.shutdown();
		}
	}

	@Test
	void noWakeUpOfTheLoopIsLost() {
		CountDownLatch ran = new CountDownLatch(20_000);
		List<Owner<Object>> submitters = IntStream.range(0, 2).mapToObj((thread) -> Owner.<Object>start(() -> {
			for (int i = 0; i < 10_000; i++) {
				this.runner.getLoop().execute(ran::countDown);
				if (i % 10 == 0) {
					// Gives the loop the time to fall asleep now and then.
					Support.get(this.runner.submit(Support.value("asleep")));
				}
			}
			return null;
		})).toList();
		submitters.forEach(Owner::value);
		Support.await(ran);
	}

	@Test
	void everyWayToRunGivesTheValue() throws Exception {
		RunOptions options = RunOptions.defaults().name("n").maxConcurrency(1);
		assertThat(this.runner.run(Support.later("x"), Support.LONG)).isEqualTo("x");
		assertThat(this.runner.run(Support.later("x"), options)).isEqualTo("x");
		assertThat(this.runner.runChecked(Support.later("x"), Exception.class)).isEqualTo("x");
		assertThat(this.runner.runChecked(Support.later("x"), Exception.class, options)).isEqualTo("x");
		assertThat(this.runner.runInterruptibly(Support.later("x"))).isEqualTo("x");
		assertThat(this.runner.runInterruptibly(Support.later("x"), options)).isEqualTo("x");
		assertThat(Support.get(this.runner.submit(Support.later("x"), options))).isEqualTo("x");
	}

	/**
	 * A stage that takes no dependents.
	 */
	private static final class Deaf extends CompletableFuture<Object> {

		private final RuntimeException failure;

		Deaf(RuntimeException failure) {
			this.failure = failure;
		}

		@Override
		public CompletableFuture<Object> whenComplete(BiConsumer<? super Object, ? super Throwable> action) {
			throw this.failure;
		}

		@Override
		public CompletableFuture<Object> whenCompleteAsync(BiConsumer<? super Object, ? super Throwable> action,
				Executor executor) {
			throw this.failure;
		}

	}

	/**
	 * A stage that breaks the rules and tells its dependents twice.
	 */
	private static final class TwiceDone extends CompletableFuture<String> {

		private final String first;

		private final String second;

		TwiceDone(String first, String second) {
			this.first = first;
			this.second = second;
		}

		@Override
		public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> action) {
			action.accept(this.first, null);
			action.accept(this.second, null);
			action.accept(null, new IllegalStateException("third"));
			return this;
		}

		@Override
		public CompletableFuture<String> whenCompleteAsync(BiConsumer<? super String, ? super Throwable> action,
				Executor executor) {
			return whenComplete(action);
		}

	}

}
