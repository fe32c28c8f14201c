package io.palitra;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
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

import io.palitra.Runners.OnLoop;

import static org.assertj.core.api.Assertions.assertThat;

@DisplayName("C6 Re-entrancy")
@Tag("start-on")
class C06ReentrancyTests {

	private final EventLoopThreadRunner runner = Runners.builder().name("mine").build();

	private final EventLoopThreadRunner other = Runners.builder().name("other").build();

	private final AtomicInteger calls = new AtomicInteger();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
		this.other.close(Duration.ZERO);
	}

	@ParameterizedTest
	@MethodSource("blockingOperations")
	void blockingOnTheOwnLoopIsRefusedBeforeAnythingStarts(Operation operation) {
		// palitra for Python; reactor BlockingTests.monoBlockForbidden; netty
		// testInvokeAnyInEventLoop;
		// vert.x FutureAwaitTest.testFutureAwaitOnEventLoopContext; reactor starts the
		// work and then throws
		Throwable refusal = refusalOf(operation, this.runner);
		assertThat(refusal).isInstanceOf(BlockingNotAllowedException.class)
			.isInstanceOf(IllegalStateException.class)
			.hasMessageContaining("thread \"palitra-mine\"")
			.hasMessageContaining("runner \"mine\"");
		assertNothingWasStarted();
	}

	@ParameterizedTest
	@MethodSource("blockingOperations")
	void blockingOnTheLoopOfAnotherRunnerIsRefusedBeforeAnythingStarts(Operation operation) {
		// Python bridges: a foreign loop would stand still as well
		Throwable refusal = refusalOf(operation, this.other);
		assertThat(refusal).isInstanceOf(BlockingNotAllowedException.class)
			.hasMessageContaining("thread \"palitra-other\"")
			.hasMessageContaining("runner \"other\"");
		assertNothingWasStarted();
	}

	private Throwable refusalOf(Operation operation, EventLoopThreadRunner where) {
		CompletableFuture<Throwable> refusal = new CompletableFuture<>();
		where.getLoop().execute(() -> {
			try {
				refusal.completeExceptionally(
						new AssertionError("not refused: " + operation.run(this.runner, this::counted)));
			}
			catch (Throwable ex) {
				refusal.complete(ex);
			}
		});
		return Support.get(refusal);
	}

	private CompletableFuture<Object> counted() {
		return CompletableFuture.completedFuture(this.calls.incrementAndGet());
	}

	private void assertNothingWasStarted() {
		this.runner.run(Support.value("later"));
		this.other.run(Support.value("later"));
		Support.settle(this.runner);
		assertThat(this.calls).hasValue(0);
		assertThat(this.runner.snapshot().calls()).isEmpty();
	}

	static Stream<Named<Operation>> blockingOperations() {
		RunOptions options = RunOptions.defaults().name("n");
		return Stream.concat(calls(), Stream.of(
				operation("run with options", (runner, task) -> runner.run(task, options)),
				operation("gather with options", (runner, task) -> runner.gather(List.of(task), options)),
				operation("gatherOutcomes with options",
						(runner, task) -> runner.gatherOutcomes(List.of(task), options)),
				operation("await with timeout",
						(runner, task) -> runner.await(new CompletableFuture<>(), Duration.ofSeconds(1))),
				waiting("get of a submitted future", CompletableFuture::get),
				waiting("get with timeout of a submitted future", (future) -> future.get(1, TimeUnit.MINUTES)),
				waiting("join of a submitted future", CompletableFuture::join),
				waiting("join of a dependent", (future) -> future.thenApply((value) -> value).join()),
				operation("join of a new future", (runner, task) -> runner.getLoop().newFuture().join()),
				operation("join of an adopted future", (runner, task) -> runner.getLoop().newFuture().join()),
				operation("get of a timer",
						(runner, task) -> runner.getLoop().schedule(() -> "x", 1, TimeUnit.HOURS).get()),
				operation("get with timeout of a timer", (runner,
						task) -> runner.getLoop().schedule(() -> "x", 1, TimeUnit.HOURS).get(1, TimeUnit.MINUTES)),
				operation("invokeAll", (runner, task) -> runner.getLoop().invokeAll(List.of(counting(task)))),
				operation("invokeAll with timeout",
						(runner, task) -> runner.getLoop().invokeAll(List.of(counting(task)), 1, TimeUnit.MINUTES)),
				operation("invokeAny", (runner, task) -> runner.getLoop().invokeAny(List.of(counting(task)))),
				operation("invokeAny with timeout",
						(runner, task) -> runner.getLoop().invokeAny(List.of(counting(task)), 1, TimeUnit.MINUTES)),
				operation("awaitTermination", (runner, task) -> runner.getLoop().awaitTermination(1, TimeUnit.MINUTES)),
				operation("awaitTermination without time",
						(runner, task) -> runner.getLoop().awaitTermination(0, TimeUnit.MINUTES))));
	}

	private static Named<Operation> waiting(String name, Waiting waiting) {
		return operation(name, (runner, task) -> {
			CompletableFuture<Object> future = runner.submit(Support.never());
			try {
				return waiting.on(future);
			}
			finally {
				future.cancel(true);
			}
		});
	}

	private static Callable<Object> counting(AsyncCallable<Object> task) {
		return task::call;
	}

	static Stream<Named<Operation>> calls() {
		return Stream.of(operation("run", EventLoopThreadRunner::run),
				operation("run with timeout", (runner, task) -> runner.run(task, Duration.ofSeconds(1))),
				operation("runChecked", (runner, task) -> runner.runChecked(task, Exception.class)),
				operation("runInterruptibly", EventLoopThreadRunner::runInterruptibly),
				operation("gather", (runner, task) -> runner.gather(task, task)),
				operation("gatherOutcomes", (runner, task) -> runner.gatherOutcomes(task)),
				operation("await", (runner, task) -> runner.await(new CompletableFuture<>())));
	}

	@ParameterizedTest
	@MethodSource("calls")
	void textNamesThreadRunnerTaskAndTheTwoWaysOut(Operation operation) {
		// "not supported in thread X" leaves the reader alone
		assertThat(refusalOf(operation, this.other)).hasMessageContaining("Task \"")
			.hasMessageContaining("on runner \"mine\"")
			.hasMessageContaining("thread \"palitra-other\", the event loop of runner \"other\"")
			.hasMessageContaining("Either chain on the stage")
			.hasMessageContaining("thenCompose")
			.hasMessageContaining("or make the call on a thread that may block");
	}

	@Test
	void textNamesTheTask() {
		Throwable refusal = refusalOf((runner, task) -> runner.run(task, RunOptions.defaults().name("load-user")),
				this.runner);
		assertThat(refusal).hasMessageContaining("Task \"load-user\"");
	}

	@Test
	void waitingForATaskOfTheOwnLoopIsRefused() {
		Throwable refusal = refusalOf((runner, task) -> runner.getLoop().submit(() -> "x").get(), this.runner);
		assertThat(refusal).isInstanceOf(BlockingNotAllowedException.class)
			.hasMessageContaining("thread \"palitra-mine\"")
			.hasMessageContaining("thenCompose");
	}

	@OnLoop
	@Test
	void callThatWasRefusedInsideATaskFailsThatTaskAndNothingElse() {
		// kotlinx RunBlockingTest.testNestedRunBlocking; async-sync: an error, and the
		// outer call ends with it
		Owner<String> bystander = Owner.start(() -> this.runner.run(Support.later("bystander")));
		Owner<String> outer = Owner
			.start(() -> this.runner.run(() -> CompletableFuture.completedFuture(this.runner.run(Support.value("x")))));
		assertThat(outer.failure()).isInstanceOf(BlockingNotAllowedException.class);
		assertThat(bystander.value()).isEqualTo("bystander");
		assertThat(this.runner.run(Support.value("usable"))).isEqualTo("usable");
	}

	@OnLoop
	@Test
	void outerCallCanGoOnAfterARefusal() {
		assertThat(this.runner.run(() -> {
			try {
				return CompletableFuture.completedFuture(this.runner.run(Support.value("nested")));
			}
			catch (BlockingNotAllowedException ex) {
				return this.runner.submit(Support.later("chained"));
			}
		})).isEqualTo("chained");
	}

	@Test
	void waitingForADoneFutureIsAllowedOnALoop() throws Exception {
		// netty: done futures are exempt from the dead-lock check
		CompletableFuture<String> submitted = this.runner.submit(Support.value("value"));
		Support.get(submitted);
		Future<String> task = this.runner.getLoop().submit(() -> "value");
		Support.get(task);
		assertThat(
				Support.get(
						this.runner.getLoop()
							.submit(() -> List.of(submitted.get(), submitted.get(1, TimeUnit.NANOSECONDS),
									submitted.join(), task.get(), task.get(1, TimeUnit.NANOSECONDS)))))
			.containsOnly("value");
		this.runner.close();
		assertThat(this.other.getLoop().submit(() -> this.runner.getLoop().awaitTermination(0, TimeUnit.SECONDS)).get())
			.isTrue();
	}

	@Test
	void nestingThroughAnotherThreadIsAllowed() {
		// palitra for Python: through workers, which may block
		assertThat(nested(10)).isEqualTo(10);
	}

	private int nested(int depth) {
		if (depth == 0) {
			return 0;
		}
		return this.runner.run(() -> CompletableFuture.supplyAsync(() -> nested(depth - 1) + 1,
				(command) -> Support.daemon(command).start()));
	}

	private static Named<Operation> operation(String name, Operation operation) {
		return Named.of(name, operation);
	}

	@Test
	void refusedInACallbackOfTheLoopToo() {
		CompletableFuture<String> source = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> this.runner
			.run(() -> source.thenApplyAsync((value) -> this.other.run(Support.value(value)), this.runner.getLoop())));
		source.complete("value");
		assertThat(owner.failure()).isInstanceOf(BlockingNotAllowedException.class);
	}

	@Test
	void awaitOfADoneStageIsAllowedOnAnyLoop() {
		// vert.x FutureAwaitTest.testSucceededFutureAwaitOnEventLoopContext
		CompletableFuture<String> done = CompletableFuture.completedFuture("value");
		CompletableFuture<String> ofTheLoop = this.runner.getLoop().newFuture();
		ofTheLoop.complete("value");
		for (EventLoopThreadRunner where : List.of(this.runner, this.other)) {
			assertThat(Support.get(where.getLoop().submit(() -> this.runner.await(done)))).isEqualTo("value");
			assertThat(Support.get(where.getLoop().submit(() -> this.runner.await(ofTheLoop)))).isEqualTo("value");
			assertThat(Support.get(where.getLoop().submit(() -> this.runner.await(ofTheLoop, Duration.ofNanos(1)))))
				.isEqualTo("value");
			assertThat(Support
				.get(where.getLoop().submit(() -> this.runner.await(CompletableFuture.completedStage("minimal")))))
				.isEqualTo("minimal");
		}
	}

	@FunctionalInterface
	private interface Operation {

		Object run(EventLoopThreadRunner runner, AsyncCallable<Object> task) throws Exception;

	}

	@FunctionalInterface
	private interface Waiting {

		Object on(CompletableFuture<Object> future) throws Exception;

	}

}
