package io.palitra;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What {@code fork} returns, while its run goes on.
 */
@DisplayName("RunScope: futures of forks")
class ForkedFutureTests {

	private static final Executor FOREIGN = (command) -> Support.daemon(command).start();

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder().name("home").build();

	private final EventLoop loop = this.runner.getLoop();

	private final RunScope scope = scopeOfARun();

	private RunScope scopeOfARun() {
		CompletableFuture<RunScope> opened = new CompletableFuture<>();
		Owner.start(() -> this.runner.runScoped((scope) -> {
			opened.complete(scope);
			return new CompletableFuture<>();
		}));
		return Support.get(opened);
	}

	/**
	 * Forks what is there already, and waits until its task has been called.
	 */
	private <T> CompletableFuture<T> fork(CompletionStage<T> stage) {
		CompletableFuture<T> forked = this.scope.fork(() -> stage);
		Support.settle(this.runner);
		return forked;
	}

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	@Test
	void completesLikeTheStage() {
		IllegalStateException failure = new IllegalStateException("no");
		assertThat(Support.get(fork(CompletableFuture.completedFuture("x")))).isEqualTo("x");
		assertThat(Support.<Object>get(fork(CompletableFuture.completedFuture(null)))).isNull();
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> forked = fork(source);
		assertThat(forked).isNotDone();
		FOREIGN.execute(() -> source.complete("later"));
		assertThat(Support.get(forked)).isEqualTo("later");
		assertThat(Support.get(fork(Support.stageOnly(source)))).isEqualTo("later");
		CompletableFuture<String> failing = fork(source.thenApply((value) -> {
			throw failure;
		}));
		assertThatExceptionOfType(CompletionException.class).isThrownBy(failing::join)
			.satisfies((ex) -> assertThat(ex.getCause()).isSameAs(failure));
	}

	@ParameterizedTest
	@MethodSource("dependents")
	void dependentsRunOnTheLoopWhateverThreadCompletesTheStage(Dependent dependent) {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> thread = new CompletableFuture<>();
		dependent.of(fork(source), () -> thread.complete(Thread.currentThread().getName()));
		FOREIGN.execute(() -> dependent.complete(source));
		assertThat(Support.get(thread)).isEqualTo("palitra-home");
	}

	@ParameterizedTest
	@MethodSource("dependents")
	void dependentsRunOnTheLoopEvenIfAttachedLateByAnotherThread(Dependent dependent) {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> forked = fork(source);
		dependent.complete(source);
		Support.eventually().until(forked::isDone);
		CompletableFuture<String> thread = new CompletableFuture<>();
		dependent.of(forked, () -> thread.complete(Thread.currentThread().getName()));
		assertThat(Support.get(thread)).isEqualTo("palitra-home");
	}

	@ParameterizedTest
	@MethodSource("dependents")
	void dependentsOfDependentsRunOnTheLoop(Dependent dependent) {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> thread = new CompletableFuture<>();
		dependent.of(fork(source), () -> {
		}).whenComplete((value, ex) -> thread.complete(Thread.currentThread().getName()));
		FOREIGN.execute(() -> dependent.complete(source));
		assertThat(Support.get(thread)).isEqualTo("palitra-home");
	}

	@ParameterizedTest
	@MethodSource("dependents")
	void dependentsRunAfterTheLoopHasEnded(Dependent dependent) {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> forked = fork(source);
		dependent.complete(source);
		Support.eventually().until(forked::isDone);
		this.runner.close(Duration.ZERO);
		CompletableFuture<String> thread = new CompletableFuture<>();
		CompletableFuture<CompletableFuture<?>> derived = new CompletableFuture<>();
		// Not in place: chains of dependents would make the stack grow
		Support.daemon(
				() -> derived.complete(dependent.of(forked, () -> thread.complete(Thread.currentThread().getName()))))
			.start();
		assertThat(Support.get(thread)).isEqualTo("palitra-clock-worker");
		Support.eventually().until(Support.<CompletableFuture<?>>get(derived)::isDone);
	}

	@Test
	void dependentsThatTheLoopHasNotStartedWhenItEndsRunAllTheSame() {
		// palitra for Python: queued and never stepped; whoever waits for the dependent
		// would
		// hang
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> failing = new CompletableFuture<>();
		AtomicInteger ran = new AtomicInteger();
		List<CompletableFuture<?>> derived = dependents().map(Named::getPayload)
			.<CompletableFuture<?>>map(
					(dependent) -> dependent.of(fork(dependent.fails() ? failing : source), ran::incrementAndGet))
			.toList();
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			source.complete("x");
			failing.completeExceptionally(new IllegalStateException("no"));
			this.runner.close(Duration.ZERO);
			Support.eventually().until(() -> derived.stream().allMatch(CompletableFuture::isDone));
			assertThat(ran).hasValue(derived.size());
		}
	}

	@Test
	void asyncDependentsWithAnExecutorRunThere() {
		assertThat(Support.<String>get(fork(CompletableFuture.completedFuture("x"))
			.thenApplyAsync((value) -> Thread.currentThread().getName(), FOREIGN))).isEqualTo("test");
		assertThat(Support.<String>get(fork(CompletableFuture.completedFuture("x"))
			.thenApplyAsync((value) -> Thread.currentThread().getName()))).isEqualTo("palitra-home");
	}

	@ParameterizedTest
	@MethodSource("dependents")
	void cancellingADependentCancelsTheStage(Dependent dependent) {
		// A plain CompletableFuture keeps the cancellation to itself
		Work<String> source = new Work<>();
		CompletableFuture<?> derived = dependent.of(fork(source), () -> {
		});
		assertThat(derived.cancel(false)).isTrue();
		assertThat(source.cancellations()).containsExactly(true);
		assertThat(source).isCancelled();
	}

	@Test
	void cancellingTheFutureCancelsTheStageOnce() {
		Work<String> source = new Work<>();
		CompletableFuture<String> forked = fork(source);
		CompletableFuture<String> deep = forked.thenApply((value) -> value).thenApply((value) -> value);
		assertThat(forked.cancel(true)).isTrue();
		assertThat(forked.cancel(true)).isTrue();
		deep.cancel(true);
		assertThat(source.cancellations()).containsExactly(true);
		assertThatExceptionOfType(CancellationException.class).isThrownBy(forked::join);
	}

	@Test
	void cancellingADeepDependentCancelsTheStage() {
		Work<String> source = new Work<>();
		CompletableFuture<String> derived = fork(source);
		for (int i = 0; i < 20; i++) {
			derived = derived.thenApply((value) -> value);
		}
		derived.cancel(true);
		assertThat(source.cancellations()).containsExactly(true);
	}

	@Test
	void cancellingAfterTheEndCancelsNothing() {
		Work<String> source = new Work<>();
		CompletableFuture<String> forked = fork(source);
		source.complete("x");
		assertThat(forked.cancel(true)).isFalse();
		CompletableFuture<Object> derived = forked.thenCompose((value) -> new CompletableFuture<>());
		Support.get(this.loop.submit(() -> null));
		derived.cancel(true);
		assertThat(source.cancellations()).isEmpty();
	}

	@Test
	void stageThatCannotBeCancelled() {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> forked = fork(Support.stageOnly(source));
		assertThat(forked.cancel(true)).isTrue();
		assertThat(source).isNotDone();
		assertThat(fork(source.minimalCompletionStage()).cancel(true)).isTrue();
		assertThat(source).isNotDone();
	}

	@Test
	void timeoutOfARunCancelsTheForkedStage() {
		Work<String> source = new Work<>();
		Support.timeoutWhileRunning(this.runner, (limit) -> this.runner
			.runScoped((own) -> own.fork(() -> source).thenApply((value) -> value + "!"), limit));
		assertThat(source.cancellations()).containsExactly(true);
	}

	@Test
	void longChainOfDependents() {
		// A plain CompletableFuture does not recurse here
		CompletableFuture<Integer> source = new CompletableFuture<>();
		CompletableFuture<Integer> derived = chain(source, 50_000);
		source.complete(0);
		assertThat(Support.get(derived)).isEqualTo(50_000);
	}

	@Test
	void longChainOfDependentsThatCompletesOnTheLoop() {
		CompletableFuture<Integer> source = new CompletableFuture<>();
		CompletableFuture<Integer> derived = chain(source, 50_000);
		this.loop.execute(() -> source.complete(0));
		assertThat(Support.get(derived)).isEqualTo(50_000);
	}

	@Test
	void longChainOfDependentsThatTheLoopHasNotStartedWhenItEnds() {
		CompletableFuture<Integer> source = new CompletableFuture<>();
		CompletableFuture<Integer> derived = chain(source, 50_000);
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			source.complete(0);
			this.runner.close(Duration.ZERO);
			assertThat(Support.get(derived)).isEqualTo(50_000);
		}
	}

	private CompletableFuture<Integer> chain(CompletableFuture<Integer> source, int length) {
		CompletableFuture<Integer> derived = fork(source);
		for (int i = 0; i < length; i++) {
			derived = derived.thenApply((value) -> value + 1);
		}
		return derived;
	}

	@Test
	void waitingForItElsewhereIsAllowed() throws Exception {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> forked = fork(source);
		Owner<String> waiter = Owner.parked(forked::get);
		source.complete("x");
		assertThat(waiter.value()).isEqualTo("x");
		assertThat(forked.get(1, TimeUnit.NANOSECONDS)).isEqualTo("x");
	}

	static Stream<Named<Dependent>> dependents() {
		CompletableFuture<String> never = new CompletableFuture<>();
		CompletableFuture<String> done = CompletableFuture.completedFuture("other");
		return Stream.of(onValue("thenApply", (future, run) -> future.thenApply(apply(run))),
				onValue("thenAccept", (future, run) -> future.thenAccept((value) -> run.run())),
				onValue("thenRun", CompletableFuture::thenRun),
				onValue("thenCombine", (future, run) -> future.thenCombine(done, (a, b) -> apply(run).apply(a))),
				onValue("thenAcceptBoth", (future, run) -> future.thenAcceptBoth(done, (a, b) -> run.run())),
				onValue("runAfterBoth", (future, run) -> future.runAfterBoth(done, run)),
				onValue("applyToEither", (future, run) -> future.applyToEither(never, apply(run))),
				onValue("acceptEither", (future, run) -> future.acceptEither(never, (value) -> run.run())),
				onValue("runAfterEither", (future, run) -> future.runAfterEither(never, run)),
				onValue("thenCompose", (future, run) -> future.thenCompose((value) -> {
					run.run();
					return done;
				})), onValue("whenComplete", (future, run) -> future.whenComplete((value, ex) -> run.run())),
				onValue("handle", (future, run) -> future.handle((value, ex) -> apply(run).apply(value))),
				onFailure("exceptionally", (future, run) -> future.exceptionally((ex) -> apply(run).apply("x"))),
				onFailure("exceptionallyCompose", (future, run) -> future.exceptionallyCompose((ex) -> {
					run.run();
					return done;
				})),
				onFailure("whenComplete of a failure", (future, run) -> future.whenComplete((value, ex) -> run.run())));
	}

	private static Function<String, String> apply(Runnable run) {
		return (value) -> {
			run.run();
			return value;
		};
	}

	private static Named<Dependent> onValue(String name,
			BiFunction<CompletableFuture<String>, Runnable, CompletableFuture<?>> dependent) {
		return Named.of(name, new Dependent(dependent, false));
	}

	private static Named<Dependent> onFailure(String name,
			BiFunction<CompletableFuture<String>, Runnable, CompletableFuture<?>> dependent) {
		return Named.of(name, new Dependent(dependent, true));
	}

	private record Dependent(BiFunction<CompletableFuture<String>, Runnable, CompletableFuture<?>> dependent,
			boolean fails) {

		CompletableFuture<?> of(CompletableFuture<String> future, Runnable run) {
			return this.dependent.apply(future, run);
		}

		void complete(CompletableFuture<String> source) {
			if (this.fails) {
				source.completeExceptionally(new IllegalStateException("no"));
			}
			else {
				source.complete("x");
			}
		}

	}

}
