package io.palitra.internal.call;

import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.internal.loop.LoopFuture;

/**
 * The future of a work inside a run, and the futures derived from it: a chain. A plain
 * {@link CompletableFuture} runs dependents on whatever thread completes it and keeps a
 * cancellation to itself. In a chain
 * <ul>
 * <li>dependents run on the loop in the run's context: each method without {@code Async}
 * in its name becomes the one with it;</li>
 * <li>the stages that functions return to {@code thenCompose} and the like are children
 * of the run, cancelled with it and discarded if they come late;</li>
 * <li>cancelling any of its futures cancels whatever of it runs.</li>
 * </ul>
 */
final class ScopedFuture<T extends @Nullable Object> extends LoopFuture<T> {

	private final Scope scope;

	/**
	 * Shared by all futures of the chain.
	 */
	private final Chain chain;

	ScopedFuture(Scope scope) {
		this(scope, new Chain());
	}

	private ScopedFuture(Scope scope, Chain chain) {
		super(scope::moveOn);
		this.scope = scope;
		this.chain = chain;
	}

	/**
	 * Makes this the future of a task, which is still to be started.
	 */
	Child<T> follow(AsyncCallable<? extends T> task) {
		Link<T> link = new Link<>(this, this, task, State.QUEUED);
		this.chain.enter(link);
		link.enter();
		return link;
	}

	/**
	 * Makes a stage that a function of the chain returns a child of the run.
	 */
	private <U extends @Nullable Object> CompletionStage<U> adopt(@Nullable CompletionStage<U> stage) {
		Objects.requireNonNull(stage, "the function returned null instead of a CompletionStage");
		Adopted<U> link = new Adopted<>(this);
		this.chain.enter(link);
		link.enter();
		link.follow(stage);
		return link.future();
	}

	/**
	 * Has a work called by the thread that completes this future.
	 */
	void listen(Work<?> work) {
		listen(this, work);
	}

	@SuppressWarnings("unchecked")
	private <U extends @Nullable Object> void listen(ScopedFuture<U> source, Work<?> work) {
		source.superWhenComplete((BiConsumer<? super U, ? super @Nullable Throwable>) (BiConsumer<?, ?>) work);
	}

	private void superWhenComplete(BiConsumer<? super T, ? super @Nullable Throwable> action) {
		super.whenComplete(action);
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		boolean cancelled = super.cancel(mayInterruptIfRunning);
		if (cancelled) {
			this.chain.cancel();
		}
		return cancelled;
	}

	@Override
	public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
		return new ScopedFuture<>(this.scope, this.chain);
	}

	@Override
	public <U> CompletableFuture<U> thenApply(Function<? super T, ? extends U> fn) {
		return thenApplyAsync(fn);
	}

	@Override
	public CompletableFuture<Void> thenAccept(Consumer<? super T> action) {
		return thenAcceptAsync(action);
	}

	@Override
	public CompletableFuture<Void> thenRun(Runnable action) {
		return thenRunAsync(action);
	}

	@Override
	public <U, V> CompletableFuture<V> thenCombine(CompletionStage<? extends U> other,
			BiFunction<? super T, ? super U, ? extends V> fn) {
		return thenCombineAsync(other, fn);
	}

	@Override
	public <U> CompletableFuture<Void> thenAcceptBoth(CompletionStage<? extends U> other,
			BiConsumer<? super T, ? super U> action) {
		return thenAcceptBothAsync(other, action);
	}

	@Override
	public CompletableFuture<Void> runAfterBoth(CompletionStage<?> other, Runnable action) {
		return runAfterBothAsync(other, action);
	}

	@Override
	public <U> CompletableFuture<U> applyToEither(CompletionStage<? extends T> other, Function<? super T, U> fn) {
		return applyToEitherAsync(other, fn);
	}

	@Override
	public CompletableFuture<Void> acceptEither(CompletionStage<? extends T> other, Consumer<? super T> action) {
		return acceptEitherAsync(other, action);
	}

	@Override
	public CompletableFuture<Void> runAfterEither(CompletionStage<?> other, Runnable action) {
		return runAfterEitherAsync(other, action);
	}

	@Override
	public <U> CompletableFuture<U> thenCompose(Function<? super T, ? extends CompletionStage<U>> fn) {
		return thenComposeAsync(fn);
	}

	@Override
	public <U> CompletableFuture<U> thenComposeAsync(Function<? super T, ? extends CompletionStage<U>> fn) {
		return thenComposeAsync(fn, defaultExecutor());
	}

	@Override
	public <U> CompletableFuture<U> thenComposeAsync(Function<? super T, ? extends CompletionStage<U>> fn,
			Executor executor) {
		Objects.requireNonNull(fn, "fn");
		return super.thenComposeAsync((value) -> adopt(fn.apply(value)), executor);
	}

	@Override
	public CompletableFuture<T> whenComplete(BiConsumer<? super T, ? super Throwable> action) {
		return whenCompleteAsync(action);
	}

	@Override
	public <U> CompletableFuture<U> handle(BiFunction<? super T, Throwable, ? extends U> fn) {
		return handleAsync(fn);
	}

	@Override
	public CompletableFuture<T> exceptionally(Function<Throwable, ? extends T> fn) {
		return exceptionallyAsync(fn);
	}

	@Override
	public CompletableFuture<T> exceptionallyCompose(Function<Throwable, ? extends CompletionStage<T>> fn) {
		return exceptionallyComposeAsync(fn);
	}

	@Override
	public CompletableFuture<T> exceptionallyComposeAsync(Function<Throwable, ? extends CompletionStage<T>> fn) {
		return exceptionallyComposeAsync(fn, defaultExecutor());
	}

	@Override
	public CompletableFuture<T> exceptionallyComposeAsync(Function<Throwable, ? extends CompletionStage<T>> fn,
			Executor executor) {
		Objects.requireNonNull(fn, "fn");
		return super.exceptionallyComposeAsync((failure) -> adopt(fn.apply(failure)), executor);
	}

	/**
	 * The works of a chain that run. Who enters one then looks at the flag; who cancels
	 * sets that, then looks at the works: none is missed.
	 */
	private static final class Chain {

		private final Set<Child<?>> works = ConcurrentHashMap.newKeySet();

		private volatile boolean cancelled;

		void enter(Child<?> work) {
			this.works.add(work);
			if (this.cancelled) {
				work.cancel();
			}
		}

		void leave(Child<?> work) {
			this.works.remove(work);
		}

		void cancel() {
			this.cancelled = true;
			this.works.forEach(Child::cancel);
		}

	}

	/**
	 * A work of a chain.
	 */
	private static class Link<T extends @Nullable Object> extends Child<T> {

		private final CompletableFuture<T> future;

		private final Chain chain;

		Link(ScopedFuture<?> of, CompletableFuture<T> future, @Nullable AsyncCallable<? extends T> task,
				State.Open initial) {
			super(of.scope, task, initial);
			this.future = future;
			this.chain = of.chain;
		}

		CompletableFuture<T> future() {
			return this.future;
		}

		@Override
		final String getTaskName() {
			return scope().call().getTaskName() + "/fork";
		}

		@Override
		void ended() {
			this.chain.leave(this);
			Object outcome = outcome();
			leave();
			complete(outcome);
		}

		@SuppressWarnings("unchecked")
		final void complete(@Nullable Object outcome) {
			if (outcome instanceof Failed failed) {
				Throwable failure = failed.failure();
				if (failure == null) {
					this.future.cancel(true);
				}
				else if (!this.future.completeExceptionally(failure)) {
					discardFailure(failure);
				}
			}
			else if (!this.future.complete((T) outcome)) {
				discard(outcome);
			}
		}

	}

	/**
	 * A stage that a function of the chain has returned.
	 */
	private static final class Adopted<T extends @Nullable Object> extends Link<T> {

		Adopted(ScopedFuture<?> of) {
			super(of, new CompletableFuture<>(), null, State.STARTING);
		}

		/**
		 * On the loop: in place, chains in chains would make the stack grow.
		 */
		@Override
		void ended() {
			scope().moveOn(super::ended);
		}

	}

}
