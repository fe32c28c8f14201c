package io.palitra.internal.call;

import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.internal.loop.Headroom;
import io.palitra.internal.loop.Log;
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

	/**
	 * How many futures have not been given this one's outcome.
	 */
	private final AtomicInteger takers = new AtomicInteger();

	/**
	 * Whether one of them has taken it. Written before {@link #takers}, read after it.
	 */
	private volatile boolean taken;

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
		Link<T> link = new Link<>(this, task, State.QUEUED);
		this.chain.enter(link);
		link.enter();
		return link;
	}

	/**
	 * Ends like a stage that a function of the chain has returned, which becomes a child
	 * of the run.
	 */
	private void adopt(@Nullable CompletionStage<? extends T> stage) {
		Objects.requireNonNull(stage, "the function returned null instead of a CompletionStage");
		Adopted<T> link = new Adopted<>(this);
		this.chain.enter(link);
		link.enter();
		link.follow(stage);
	}

	/**
	 * Makes the next future of the chain. In place of the JDK's own way, which drops a
	 * value silently where the future that it is for has been given up meanwhile: this
	 * has it discarded (rule C11).
	 * @param step completes that future
	 */
	private <U extends @Nullable Object> CompletableFuture<U> next(Object fn, Executor executor, Step<T, U> step) {
		Objects.requireNonNull(fn, "fn");
		ScopedFuture<U> next = new ScopedFuture<>(this.scope, this.chain);
		AtomicBoolean called = new AtomicBoolean();
		this.takers.incrementAndGet();
		((ScopedFuture<T>) super.whenCompleteAsync((value, failure) -> {
			called.set(true);
			take(next, step, value, failure);
		}, executor)).superWhenComplete((value, failure) -> {
			if (!called.get() && failure != null) {
				// The executor does not take it.
				next.fail(failure);
			}
		});
		return next;
	}

	private <U extends @Nullable Object> void take(ScopedFuture<U> next, Step<T, U> step, T value,
			@Nullable Throwable failure) {
		boolean wanted = !next.isDone();
		if (wanted) {
			this.taken = true;
			try {
				step.take(next, value, failure);
			}
			catch (Throwable ex) {
				next.fail(ex);
			}
		}
		if (this.takers.decrementAndGet() == 0 && !this.taken) {
			discard(value);
		}
	}

	/**
	 * Ends as the future before.
	 */
	private void pass(T value, @Nullable Throwable failure) {
		if (failure != null) {
			fail(failure);
		}
		else if (!complete(value)) {
			discard(value);
		}
	}

	/**
	 * Fails of what the future before has failed of, or a function, in the layer that the
	 * JDK would put around it.
	 */
	private boolean fail(Throwable failure) {
		Throwable layer = failure;
		if (!(failure instanceof CompletionException)) {
			try {
				layer = new CompletionException(failure);
			}
			catch (Throwable ex) {
				Log.debug("A failure of " + failure.getClass() + " cannot tell what it is", ex);
			}
		}
		return completeExceptionally(layer);
	}

	private void discard(@Nullable Object value) {
		if (value != null) {
			this.scope.events().discard(value);
		}
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
		Headroom.require();
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
	public <U> CompletableFuture<U> thenApplyAsync(Function<? super T, ? extends U> fn) {
		return thenApplyAsync(fn, defaultExecutor());
	}

	@Override
	public <U> CompletableFuture<U> thenApplyAsync(Function<? super T, ? extends U> fn, Executor executor) {
		return next(fn, executor, (next, value, failure) -> {
			if (failure != null) {
				next.fail(failure);
			}
			else {
				next.pass(fn.apply(value), null);
			}
		});
	}

	@Override
	public CompletableFuture<Void> thenAccept(Consumer<? super T> action) {
		return thenAcceptAsync(action);
	}

	@Override
	public CompletableFuture<Void> thenAcceptAsync(Consumer<? super T> action) {
		return thenAcceptAsync(action, defaultExecutor());
	}

	@Override
	@SuppressWarnings("NullAway") // the only value of Void
	public CompletableFuture<Void> thenAcceptAsync(Consumer<? super T> action, Executor executor) {
		Objects.requireNonNull(action, "action");
		return thenApplyAsync((value) -> {
			action.accept(value);
			return null;
		}, executor);
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
		return next(fn, executor, (next, value, failure) -> {
			if (failure != null) {
				next.fail(failure);
			}
			else {
				next.adopt(fn.apply(value));
			}
		});
	}

	@Override
	public CompletableFuture<T> whenComplete(BiConsumer<? super T, ? super Throwable> action) {
		return whenCompleteAsync(action);
	}

	@Override
	public CompletableFuture<T> whenCompleteAsync(BiConsumer<? super T, ? super Throwable> action) {
		return whenCompleteAsync(action, defaultExecutor());
	}

	@Override
	public CompletableFuture<T> whenCompleteAsync(BiConsumer<? super T, ? super Throwable> action, Executor executor) {
		return next(action, executor, (next, value, failure) -> {
			try {
				action.accept(value, failure);
			}
			catch (Throwable ex) {
				if (failure == null) {
					discard(value);
					throw ex;
				}
				if (failure != ex) {
					failure.addSuppressed(ex);
				}
			}
			next.pass(value, failure);
		});
	}

	@Override
	public <U> CompletableFuture<U> handle(BiFunction<? super T, Throwable, ? extends U> fn) {
		return handleAsync(fn);
	}

	@Override
	public <U> CompletableFuture<U> handleAsync(BiFunction<? super T, Throwable, ? extends U> fn) {
		return handleAsync(fn, defaultExecutor());
	}

	@Override
	public <U> CompletableFuture<U> handleAsync(BiFunction<? super T, Throwable, ? extends U> fn, Executor executor) {
		return next(fn, executor, (next, value, failure) -> next.pass(fn.apply(value, failure), null));
	}

	@Override
	public CompletableFuture<T> exceptionally(Function<Throwable, ? extends T> fn) {
		return exceptionallyAsync(fn);
	}

	@Override
	public CompletableFuture<T> exceptionallyAsync(Function<Throwable, ? extends T> fn) {
		return exceptionallyAsync(fn, defaultExecutor());
	}

	@Override
	public CompletableFuture<T> exceptionallyAsync(Function<Throwable, ? extends T> fn, Executor executor) {
		return next(fn, executor,
				(next, value, failure) -> next.pass((failure != null) ? fn.apply(failure) : value, null));
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
		return next(fn, executor, (next, value, failure) -> {
			if (failure == null) {
				next.pass(value, null);
			}
			else {
				next.adopt(fn.apply(failure));
			}
		});
	}

	/**
	 * Completes the next future of a chain with what the outcome before makes of it.
	 */
	private interface Step<T extends @Nullable Object, U extends @Nullable Object> {

		void take(ScopedFuture<U> next, T value, @Nullable Throwable failure);

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

		private final ScopedFuture<T> future;

		Link(ScopedFuture<T> future, @Nullable AsyncCallable<? extends T> task, State.Open initial) {
			super(future.scope, task, initial);
			this.future = future;
		}

		@Override
		final String getTaskName() {
			return scope().call().getTaskName() + "/fork";
		}

		@Override
		void ended() {
			this.future.chain.leave(this);
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
				else if (!fail(this.future, failure)) {
					discardFailure(failure);
				}
			}
			else if (!this.future.complete((T) outcome)) {
				discard(outcome);
			}
		}

		boolean fail(ScopedFuture<T> future, Throwable failure) {
			return future.completeExceptionally(failure);
		}

	}

	/**
	 * A stage that a function of the chain has returned.
	 */
	private static final class Adopted<T extends @Nullable Object> extends Link<T> {

		Adopted(ScopedFuture<T> future) {
			super(future, null, State.STARTING);
		}

		/**
		 * On the loop: in place, chains in chains would make the stack grow.
		 */
		@Override
		void ended() {
			scope().moveOn(super::ended);
		}

		@Override
		boolean fail(ScopedFuture<T> future, Throwable failure) {
			return future.fail(failure);
		}

	}

}
