package io.palitra.internal.loop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * A future that follows a foreign stage. A plain {@link CompletableFuture} runs its
 * dependents on whatever thread completes it and keeps a cancellation to itself; here
 * both are mended, for the future and for everything derived from it: each method without
 * {@code Async} in its name becomes the one with it, on an executor that runs a command
 * in place when it is on the loop already.
 */
public final class AdoptedFuture<T extends @Nullable Object> extends LoopFuture<T> {

	private final Executor loop;

	private final Executor home;

	/**
	 * The foreign stage, shared with all dependents; emptied by the first that cancels
	 * it, and when it completes.
	 */
	private final AtomicReference<@Nullable CompletionStage<?>> upstream;

	private AdoptedFuture(Executor loop, Executor home, AtomicReference<@Nullable CompletionStage<?>> upstream) {
		super(loop);
		this.loop = loop;
		this.home = home;
		this.upstream = upstream;
	}

	/**
	 * Creates a future that follows a stage.
	 * @param loop runs commands on the loop
	 * @param home the same, but in place when on the loop, and never rejects
	 * @param discard gets the stage's value if the future does not take it any more
	 * @param stage the stage to follow
	 */
	public static <T extends @Nullable Object> AdoptedFuture<T> of(Executor loop, Executor home,
			Consumer<@Nullable Object> discard, CompletionStage<T> stage) {
		AdoptedFuture<T> adopted = new AdoptedFuture<>(loop, home, new AtomicReference<>(stage));
		Stages.listen(stage, (value, failure) -> {
			adopted.upstream.set(null);
			if (failure != null) {
				adopted.completeExceptionally(Stages.peel(failure));
			}
			else if (!adopted.complete(value)) {
				discard.accept(value);
			}
		});
		return adopted;
	}

	/**
	 * Has an action called by the thread that completes this future.
	 */
	void listen(BiConsumer<? super T, ? super @Nullable Throwable> action) {
		super.whenComplete(action);
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		boolean cancelled = super.cancel(mayInterruptIfRunning);
		CompletionStage<?> stage = cancelled ? this.upstream.getAndSet(null) : null;
		if (stage != null) {
			Stages.cancel(stage);
		}
		return cancelled;
	}

	@Override
	public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
		return new AdoptedFuture<>(this.loop, this.home, this.upstream);
	}

	@Override
	public <U> CompletableFuture<U> thenApply(Function<? super T, ? extends U> fn) {
		return thenApplyAsync(fn, this.home);
	}

	@Override
	public CompletableFuture<Void> thenAccept(Consumer<? super T> action) {
		return thenAcceptAsync(action, this.home);
	}

	@Override
	public CompletableFuture<Void> thenRun(Runnable action) {
		return thenRunAsync(action, this.home);
	}

	@Override
	public <U, V> CompletableFuture<V> thenCombine(CompletionStage<? extends U> other,
			BiFunction<? super T, ? super U, ? extends V> fn) {
		return thenCombineAsync(other, fn, this.home);
	}

	@Override
	public <U> CompletableFuture<Void> thenAcceptBoth(CompletionStage<? extends U> other,
			BiConsumer<? super T, ? super U> action) {
		return thenAcceptBothAsync(other, action, this.home);
	}

	@Override
	public CompletableFuture<Void> runAfterBoth(CompletionStage<?> other, Runnable action) {
		return runAfterBothAsync(other, action, this.home);
	}

	@Override
	public <U> CompletableFuture<U> applyToEither(CompletionStage<? extends T> other, Function<? super T, U> fn) {
		return applyToEitherAsync(other, fn, this.home);
	}

	@Override
	public CompletableFuture<Void> acceptEither(CompletionStage<? extends T> other, Consumer<? super T> action) {
		return acceptEitherAsync(other, action, this.home);
	}

	@Override
	public CompletableFuture<Void> runAfterEither(CompletionStage<?> other, Runnable action) {
		return runAfterEitherAsync(other, action, this.home);
	}

	@Override
	public <U> CompletableFuture<U> thenCompose(Function<? super T, ? extends CompletionStage<U>> fn) {
		return thenComposeAsync(fn, this.home);
	}

	@Override
	public CompletableFuture<T> whenComplete(BiConsumer<? super T, ? super Throwable> action) {
		return whenCompleteAsync(action, this.home);
	}

	@Override
	public <U> CompletableFuture<U> handle(BiFunction<? super T, Throwable, ? extends U> fn) {
		return handleAsync(fn, this.home);
	}

	@Override
	public CompletableFuture<T> exceptionally(Function<Throwable, ? extends T> fn) {
		return exceptionallyAsync(fn, this.home);
	}

	@Override
	public CompletableFuture<T> exceptionallyCompose(Function<Throwable, ? extends CompletionStage<T>> fn) {
		return exceptionallyComposeAsync(fn, this.home);
	}

}
