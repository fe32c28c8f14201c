package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;

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
 * A stage is anybody's code: whatever it throws, and whenever, no owner is lost.
 */
@DisplayName("C2 Result: stages that throw and stages that change their mind")
class C02HostileStageTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
		.name("hostile")
		.maxInFlight(2)
		.timeout(Support.PATIENCE)
		.hangThreshold(Support.LONG)
		.shutdownGrace(Duration.ZERO)
		.build();

	@AfterEach
	void close() {
		this.runner.close();
	}

	static Stream<Arguments> everyWayAndMethod() {
		return Stream.of(Way.values())
			.flatMap((way) -> Stream
				.of("whenComplete", "toCompletableFuture", "isDone", "join", "getNow", "get", "handle",
						"isCompletedExceptionally", "isCancelled", "cancel", "hashCode", "equals", "toString")
				.map((method) -> Arguments.of(way, method)));
	}

	@ParameterizedTest
	@MethodSource("everyWayAndMethod")
	void ownerIsNotLostWhateverMethodOfADoneStageThrows(Way way, String method) {
		for (Throwable thrown : thrown()) {
			HostileStage stage = new HostileStage(method, thrown);
			stage.complete("value");
			assertThatItEnds(way, stage, thrown);
		}
		assertThatTheRunnerWorks();
	}

	@ParameterizedTest
	@MethodSource("everyWayAndMethod")
	void ownerIsNotLostWhateverMethodOfAStageThrowsThatCompletesLater(Way way, String method) {
		for (Throwable thrown : thrown()) {
			HostileStage stage = new HostileStage(method, thrown);
			Support.daemon(() -> stage.complete("value")).start();
			assertThatItEnds(way, stage, thrown);
		}
		assertThatTheRunnerWorks();
	}

	@ParameterizedTest
	@MethodSource("everyWayAndMethod")
	void ownerIsNotLostWhateverMethodOfAStageThrowsThatIsGivenUp(Way way, String method) {
		HostileStage stage = new HostileStage(method, new OutOfMemoryError("test"));
		Owner<Object> owner = Owner.start(() -> way.call(this.runner, () -> stage));
		Support.eventually().until(() -> owner.isDone() || this.runner.snapshot().active() > 0);
		owner.interrupt();
		assertThat(owner.failure()).isNotNull();
		stage.complete("late");
		assertThatTheRunnerWorks();
	}

	@ParameterizedTest
	@EnumSource
	void ownerLeavesOnTimeWhateverAStageThrowsThatIsHeardAgain(Way way) {
		// The JDK asks the exception what it is when it tells of it
		CompletableFuture<String> stage = new CompletableFuture<>() {

			@Override
			public boolean cancel(boolean mayInterruptIfRunning) {
				try {
					completeExceptionally(new HostileException());
				}
				catch (IllegalStateException ex) {
					assertThat(ex).hasMessage("toString");
				}
				return true;
			}

		};
		Owner<Object> owner = Owner.start(() -> way.call(this.runner, () -> stage));
		Support.untilActive(this.runner, 1);
		if (way == Way.SUBMIT) {
			Owner<Object> closer = Owner.start(() -> {
				this.runner.stop();
				this.runner.start();
				return null;
			});
			closer.value();
			assertThat(owner.failure()).hasCauseInstanceOf(RunnerClosedException.class);
		}
		else {
			owner.interrupt();
			assertThat(owner.failure().getClass()).isEqualTo(RunInterruptedException.class);
		}
		stage.complete("late");
		assertThatTheRunnerWorks();
	}

	private void assertThatItEnds(Way way, HostileStage stage, Throwable thrown) {
		Owner<Object> owner = Owner.start(() -> {
			try {
				return way.call(this.runner, () -> stage);
			}
			catch (Throwable ex) {
				Throwable failure = (ex instanceof ExecutionException) ? ex.getCause() : ex;
				return (failure == thrown) ? "thrown" : failure;
			}
		});
		assertThat(owner.value()).isIn("value", "thrown");
	}

	private static List<Throwable> thrown() {
		return List.of(new IllegalStateException("test"), new UnsupportedOperationException("test"),
				new OutOfMemoryError("test"), new StackOverflowError("test"));
	}

	private void assertThatTheRunnerWorks() {
		Support.eventually().until(() -> this.runner.snapshot().active() == 0 && this.runner.snapshot().pending() == 0);
		CountDownLatch both = new CountDownLatch(2);
		// As many as are admitted, which needs every permit to be back
		AsyncCallable<String> task = () -> {
			both.countDown();
			return CompletableFuture.supplyAsync(() -> {
				Support.await(both);
				return "value";
			}, (command) -> Support.daemon(command).start());
		};
		List<Owner<String>> owners = List.of(Owner.start(() -> this.runner.run(task)),
				Owner.start(() -> this.runner.run(task)));
		owners.forEach((owner) -> assertThat(owner.value()).isEqualTo("value"));
	}

	@Tag("slow")
	@ParameterizedTest
	@EnumSource
	void ownerIsNotLostWhenTheOutcomeIsObtrudedWhileItIsRead(Way way) {
		CompletableFuture<String> shared = CompletableFuture.completedFuture("value");
		AtomicBoolean over = new AtomicBoolean();
		Owner<Object> obtruder = Owner.start(() -> {
			while (!over.get()) {
				shared.obtrudeException(new IllegalStateException("obtruded"));
				shared.obtrudeValue("value");
			}
			return null;
		});
		try {
			for (int i = 0; i < 5_000; i++) {
				Object end;
				try {
					end = way.call(this.runner, () -> shared);
				}
				catch (Exception ex) {
					end = (ex instanceof ExecutionException) ? ex.getCause().getMessage() : ex.getMessage();
				}
				assertThat(end).as("round " + i).isIn("value", "obtruded");
			}
		}
		finally {
			over.set(true);
		}
		assertThat(obtruder.value()).isNull();
		assertThatTheRunnerWorks();
	}

	@Tag("slow")
	@Test
	void noneOfManyIsLostWhenTheOutcomeIsObtrudedWhileItIsRead() {
		CompletableFuture<String> shared = CompletableFuture.completedFuture("value");
		AtomicBoolean over = new AtomicBoolean();
		Owner<Object> obtruder = Owner.start(() -> {
			while (!over.get()) {
				shared.obtrudeException(new IllegalStateException("obtruded"));
				shared.obtrudeValue("value");
			}
			return null;
		});
		try (EventLoopThreadRunner unbounded = EventLoopThreadRunner.create()) {
			for (int round = 0; round < 300; round++) {
				List<CompletableFuture<Object>> futures = new ArrayList<>();
				try (HeldLoop held = HeldLoop.of(unbounded)) {
					for (int i = 0; i < 1_000; i++) {
						futures.add(unbounded.<String>submit(() -> shared).handle((value, failure) -> "ended"));
					}
				}
				futures.forEach((future) -> assertThat(Support.<Object>get(future)).isEqualTo("ended"));
			}
			over.set(true);
			Support.eventually().until(() -> unbounded.snapshot().active() == 0);
		}
		finally {
			over.set(true);
		}
		assertThat(obtruder.value()).isNull();
	}

	@Test
	void taskThatThrowsAnErrorOfTheJvmLosesNoOwner() {
		for (Throwable thrown : thrown()) {
			Owner<Object> owner = Owner.start(() -> this.runner.run(() -> {
				throw Support.<RuntimeException>sneaky(thrown);
			}));
			assertThat(owner.failure()).isSameAs(thrown);
		}
		assertThatTheRunnerWorks();
	}

	/**
	 * A future one of whose methods throws.
	 */
	private static final class HostileStage extends CompletableFuture<String> {

		private final String method;

		private final Throwable thrown;

		HostileStage(String method, Throwable thrown) {
			this.method = method;
			this.thrown = thrown;
		}

		private void called(String method) {
			if (method.equals(this.method)) {
				throw Support.<RuntimeException>sneaky(this.thrown);
			}
		}

		@Override
		public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> action) {
			called("whenComplete");
			return super.whenComplete(action);
		}

		@Override
		public CompletableFuture<String> toCompletableFuture() {
			called("toCompletableFuture");
			return super.toCompletableFuture();
		}

		@Override
		public boolean isDone() {
			called("isDone");
			return super.isDone();
		}

		@Override
		public String join() {
			called("join");
			return super.join();
		}

		@Override
		public String getNow(String valueIfAbsent) {
			called("getNow");
			return super.getNow(valueIfAbsent);
		}

		@Override
		public String get() throws InterruptedException, ExecutionException {
			called("get");
			return super.get();
		}

		@Override
		public String get(long timeout, TimeUnit unit)
				throws InterruptedException, ExecutionException, TimeoutException {
			called("get");
			return super.get(timeout, unit);
		}

		@Override
		public <U> CompletableFuture<U> handle(BiFunction<? super String, Throwable, ? extends U> fn) {
			called("handle");
			return super.handle(fn);
		}

		@Override
		public boolean isCompletedExceptionally() {
			called("isCompletedExceptionally");
			return super.isCompletedExceptionally();
		}

		@Override
		public boolean isCancelled() {
			called("isCancelled");
			return super.isCancelled();
		}

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			called("cancel");
			return super.cancel(mayInterruptIfRunning);
		}

		@Override
		public boolean equals(Object other) {
			called("equals");
			return super.equals(other);
		}

		@Override
		public int hashCode() {
			called("hashCode");
			return super.hashCode();
		}

		@Override
		public String toString() {
			called("toString");
			return super.toString();
		}

	}

	private static final class HostileException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		@Override
		public String toString() {
			throw new IllegalStateException("toString");
		}

	}

	/**
	 * How a stage is waited for.
	 */
	enum Way {

		RUN {

			@Override
			Object call(EventLoopThreadRunner runner, Supplier<CompletableFuture<String>> stage) {
				return runner.run(stage::get);
			}

		},

		RUN_SCOPED {

			@Override
			Object call(EventLoopThreadRunner runner, Supplier<CompletableFuture<String>> stage) {
				return runner.runScoped((scope) -> stage.get());
			}

		},

		FORK {

			@Override
			Object call(EventLoopThreadRunner runner, Supplier<CompletableFuture<String>> stage) {
				return runner.runScoped((scope) -> scope.fork(stage::get));
			}

		},

		GATHER {

			@Override
			Object call(EventLoopThreadRunner runner, Supplier<CompletableFuture<String>> stage) {
				return runner.gather(stage::get).get(0);
			}

		},

		GATHER_OUTCOMES {

			@Override
			Object call(EventLoopThreadRunner runner, Supplier<CompletableFuture<String>> stage) {
				return runner.gatherOutcomes(stage::get).get(0).orElseThrow();
			}

		},

		SUBMIT {

			@Override
			Object call(EventLoopThreadRunner runner, Supplier<CompletableFuture<String>> stage) throws Exception {
				return runner.submit(stage::get).get(Support.PATIENCE.toSeconds(), TimeUnit.SECONDS);
			}

		},

		AWAIT {

			@Override
			Object call(EventLoopThreadRunner runner, Supplier<CompletableFuture<String>> stage) {
				return runner.await(stage.get());
			}

		};

		abstract Object call(EventLoopThreadRunner runner, Supplier<CompletableFuture<String>> stage) throws Exception;

	}

}
