package io.palitra.stress.mode;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.spi.RunResult;

/**
 * Stages that throw from what is asked of them, whose outcome is obtruded while it is
 * read, and exceptions that throw when they are looked at.
 */
final class HostileLoad implements Load {

	private static final String[] METHODS = { "none", "whenComplete", "whenComplete, later", "handle",
			"toCompletableFuture", "isDone", "isCompletedExceptionally", "join", "get", "getNow", "cancel" };

	@Override
	public void configure(EventLoopThreadRunner.Builder builder, SplittableRandom random) {
		builder.maxInFlight(16 + random.nextInt(64));
	}

	@Override
	public boolean isDisturbed(SplittableRandom random) {
		return random.nextInt(4) == 0;
	}

	@Override
	public void call(Bench bench, SplittableRandom random) {
		String method = METHODS[random.nextInt(METHODS.length)];
		int kind = random.nextInt(5);
		int delay = random.nextInt(200);
		boolean hurried = random.nextInt(4) == 0;
		Set<RunResult> allowed = EnumSet.of(RunResult.SUCCESS, RunResult.ERROR);
		if (hurried) {
			allowed.add(RunResult.TIMEOUT);
		}
		RunOptions options = RunOptions.defaults()
			.timeout(hurried ? Duration.ofNanos(1 + random.nextInt(400_000)) : Bench.LONG);
		EventLoopThreadRunner runner = bench.runner();
		switch (random.nextInt(5)) {
			case 0 -> bench.make(() -> runner.submit(() -> stage(bench, method, kind, delay), options).get(), allowed);
			case 1 -> bench.make(
					() -> runner.runScoped((scope) -> scope.fork(() -> stage(bench, method, kind, delay)), options),
					allowed);
			case 2 -> bench.make(() -> runner.gather(
					List.of(() -> stage(bench, method, kind, delay), () -> stage(bench, method, kind, delay)), options),
					allowed);
			case 3 -> bench.make(() -> runner.await(stage(bench, method, kind, delay), options.timeout().orElseThrow()),
					allowed);
			default -> bench.make(() -> runner.run(() -> stage(bench, method, kind, delay), options), allowed);
		}
	}

	private static CompletionStage<@Nullable Object> stage(Bench bench, String method, int kind, int delay) {
		Stage stage = new Stage(method);
		switch (kind) {
			case 0 -> stage.complete("soak");
			case 1 -> bench.later(delay, () -> stage.complete("soak"));
			case 2 -> bench.later(delay, () -> fail(stage));
			case 3 -> {
				stage.complete("soak");
				bench.later(0, () -> stage.obtrudeException(new HostileException()));
			}
			default -> bench.later(delay, () -> {
				stage.complete("soak");
				stage.obtrudeException(new HostileException());
				stage.obtrudeValue("other");
			});
		}
		return stage;
	}

	private static void fail(Stage stage) {
		try {
			stage.completeExceptionally(new HostileException());
		}
		catch (IllegalStateException ex) {
			// The JDK asks such an exception what it is, and is told that.
			if (!"toString".equals(ex.getMessage())) {
				throw ex;
			}
		}
	}

	/**
	 * Throws from one of its methods.
	 */
	private static final class Stage extends CompletableFuture<@Nullable Object> {

		private final String hostile;

		Stage(String hostile) {
			this.hostile = hostile;
		}

		private void called(String method) {
			if (method.equals(this.hostile)) {
				throw new HostileException();
			}
		}

		@Override
		public CompletableFuture<@Nullable Object> whenComplete(
				BiConsumer<? super @Nullable Object, ? super Throwable> action) {
			called("whenComplete");
			CompletableFuture<@Nullable Object> future = super.whenComplete(action);
			called("whenComplete, later");
			return future;
		}

		@Override
		public <U> CompletableFuture<U> handle(BiFunction<? super @Nullable Object, Throwable, ? extends U> fn) {
			called("handle");
			return super.handle(fn);
		}

		@Override
		public CompletableFuture<@Nullable Object> toCompletableFuture() {
			called("toCompletableFuture");
			return super.toCompletableFuture();
		}

		@Override
		public boolean isDone() {
			called("isDone");
			return super.isDone();
		}

		@Override
		public boolean isCompletedExceptionally() {
			called("isCompletedExceptionally");
			return super.isCompletedExceptionally();
		}

		@Override
		public @Nullable Object join() {
			called("join");
			return super.join();
		}

		@Override
		public @Nullable Object getNow(@Nullable Object absent) {
			called("getNow");
			return super.getNow(absent);
		}

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			// Or its work would hold the permit for ever.
			boolean cancelled = super.cancel(mayInterruptIfRunning);
			called("cancel");
			return cancelled;
		}

	}

	/**
	 * Throws from all that can be asked of it.
	 */
	private static final class HostileException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		@Override
		public String getMessage() {
			throw new IllegalStateException("getMessage");
		}

		@Override
		public synchronized Throwable getCause() {
			throw new IllegalStateException("getCause");
		}

		@Override
		public boolean equals(Object other) {
			throw new IllegalStateException("equals");
		}

		@Override
		public int hashCode() {
			throw new IllegalStateException("hashCode");
		}

		@Override
		public String toString() {
			throw new IllegalStateException("toString");
		}

	}

}
