package io.palitra.internal.call;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.internal.loop.Headroom;
import io.palitra.internal.loop.Log;

/**
 * The future of a work inside a run, and the futures derived from it: a chain. A plain
 * {@link CompletableFuture} runs dependents on whatever thread completes it and keeps a
 * cancellation to itself. In a chain
 * <ul>
 * <li>dependents run on the loop in the run's context;</li>
 * <li>the stages that functions return to {@code thenCompose} and the like are children
 * of the run, cancelled with it and discarded if they come late;</li>
 * <li>cancelling any of its futures cancels whatever of it runs.</li>
 * </ul>
 */
final class ScopedFuture<T extends @Nullable Object> extends AsyncFuture<T> {

	private final Scope scope;

	/**
	 * Shared by all futures of the chain.
	 */
	private final Chain chain;

	private final ValueEnd end;

	ScopedFuture(Scope scope) {
		this(scope, new Chain());
	}

	private ScopedFuture(Scope scope, Chain chain) {
		super(scope::moveOn);
		this.scope = scope;
		this.chain = chain;
		this.end = new ValueEnd(chain);
	}

	/**
	 * Makes this the future of a work.
	 * @param task what is still to be called, {@code null} for a stage that is there
	 */
	Child<T> link(@Nullable AsyncCallable<? extends T> task) {
		Chain.Link<T> link = new Chain.Link<>(this.scope, this.chain, this, task);
		this.chain.enter(link);
		this.scope.enter(link);
		return link;
	}

	/**
	 * Ends like a stage that a function of the chain has returned, which becomes a child
	 * of the run.
	 */
	private boolean adopt(@Nullable CompletionStage<? extends T> stage) {
		Objects.requireNonNull(stage, "the function returned null instead of a CompletionStage");
		link(null).follow(stage);
		return true;
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
		this.end.enter();
		((ScopedFuture<T>) super.whenCompleteAsync((value, failure) -> {
			called.set(true);
			leave(!take(next, step, value, failure));
		}, executor)).whenCompleteInPlace((value, failure) -> {
			if (!called.get() && failure != null) {
				// The executor does not take it.
				next.fail(failure);
				leave(true);
			}
		});
		return next;
	}

	private <U extends @Nullable Object> boolean take(ScopedFuture<U> next, Step<T, U> step, T value,
			@Nullable Throwable failure) {
		if (next.isDone()) {
			return false;
		}
		try {
			return step.take(next, value, failure);
		}
		catch (Throwable ex) {
			next.fail(ex);
			return false;
		}
	}

	private void leave(boolean refused) {
		if (this.end.leave(refused) && !isCompletedExceptionally()) {
			// Others still may take the value, as long as the run goes on.
			this.scope.discardAtEnd(this);
		}
	}

	/**
	 * Discards the value, unless it has been taken or discarded, or still may be taken.
	 */
	void discardUntaken() {
		if (this.end.settleUntaken()) {
			discard(super.getNow(null));
		}
	}

	/**
	 * Ends the next future as this one has.
	 * @return {@code false} if others have, with another outcome
	 */
	private boolean pass(ScopedFuture<T> next, T value, @Nullable Throwable failure) {
		if (failure != null) {
			return next.fail(failure);
		}
		// Kept from being discarded until it is known that it is the same.
		next.end.enter();
		boolean passed = next.complete(value);
		if (passed) {
			next.end.become(this.end);
		}
		next.leave(false);
		return passed;
	}

	private void settle() {
		this.end.settle();
	}

	/**
	 * Ends with what a function has made of the outcome before.
	 */
	private boolean made(T value) {
		if (!complete(value)) {
			discard(value);
		}
		return true;
	}

	/**
	 * Fails of what the future before has failed of, or a function, in the layer that the
	 * JDK would put around it.
	 */
	boolean fail(Throwable failure) {
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
	 * Has a listener called by the thread that completes this future.
	 */
	void listen(StageListener<? super T> listener) {
		if (listener.ownsStage()) {
			settle();
			whenCompleteInPlace(listener);
		}
		else {
			this.end.enter();
			whenCompleteInPlace(new Await<>(this, listener));
		}
	}

	/**
	 * Asked for by whoever puts this future into a stage of its own.
	 */
	@Override
	public CompletableFuture<T> toCompletableFuture() {
		settle();
		return this;
	}

	@Override
	public CompletableFuture<T> copy() {
		settle();
		ScopedFuture<T> copy = (ScopedFuture<T>) super.copy();
		copy.settle();
		return copy;
	}

	@Override
	public CompletionStage<T> minimalCompletionStage() {
		settle();
		return super.minimalCompletionStage();
	}

	@Override
	public <U, V> CompletableFuture<V> thenCombineAsync(CompletionStage<? extends U> other,
			BiFunction<? super T, ? super U, ? extends V> fn, Executor executor) {
		settle();
		return super.thenCombineAsync(other, fn, executor);
	}

	@Override
	public <U> CompletableFuture<Void> thenAcceptBothAsync(CompletionStage<? extends U> other,
			BiConsumer<? super T, ? super U> action, Executor executor) {
		settle();
		return super.thenAcceptBothAsync(other, action, executor);
	}

	@Override
	public <U> CompletableFuture<U> applyToEitherAsync(CompletionStage<? extends T> other, Function<? super T, U> fn,
			Executor executor) {
		settle();
		return super.applyToEitherAsync(other, fn, executor);
	}

	@Override
	public CompletableFuture<Void> acceptEitherAsync(CompletionStage<? extends T> other, Consumer<? super T> action,
			Executor executor) {
		settle();
		return super.acceptEitherAsync(other, action, executor);
	}

	private T taken(T value) {
		settle();
		return value;
	}

	@Override
	public T join() {
		return taken(super.join());
	}

	@Override
	public T get() throws InterruptedException, ExecutionException {
		return taken(super.get());
	}

	@Override
	public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
		return taken(super.get(timeout, unit));
	}

	@Override
	public T getNow(T valueIfAbsent) {
		return isDone() ? taken(super.getNow(valueIfAbsent)) : valueIfAbsent;
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		Headroom.requireForRareCode();
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
	public <U> CompletableFuture<U> thenApplyAsync(Function<? super T, ? extends U> fn, Executor executor) {
		return next(fn, executor,
				(next, value, failure) -> (failure != null) ? next.fail(failure) : next.made(fn.apply(taken(value))));
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
	public <U> CompletableFuture<U> thenComposeAsync(Function<? super T, ? extends CompletionStage<U>> fn,
			Executor executor) {
		return next(fn, executor,
				(next, value, failure) -> (failure != null) ? next.fail(failure) : next.adopt(fn.apply(taken(value))));
	}

	@Override
	public CompletableFuture<T> whenCompleteAsync(BiConsumer<? super T, ? super Throwable> action, Executor executor) {
		return next(action, executor, (next, value, failure) -> {
			try {
				action.accept(value, failure);
			}
			catch (Throwable ex) {
				if (failure == null) {
					throw ex;
				}
				if (failure != ex) {
					failure.addSuppressed(ex);
				}
			}
			return pass(next, value, failure);
		});
	}

	@Override
	public <U> CompletableFuture<U> handleAsync(BiFunction<? super T, Throwable, ? extends U> fn, Executor executor) {
		return next(fn, executor, (next, value, failure) -> next.made(fn.apply(taken(value), failure)));
	}

	@Override
	public CompletableFuture<T> exceptionallyAsync(Function<Throwable, ? extends T> fn, Executor executor) {
		return next(fn, executor,
				(next, value, failure) -> (failure != null) ? next.made(fn.apply(failure)) : pass(next, value, null));
	}

	@Override
	public CompletableFuture<T> exceptionallyComposeAsync(Function<Throwable, ? extends CompletionStage<T>> fn,
			Executor executor) {
		return next(fn, executor,
				(next, value, failure) -> (failure != null) ? next.adopt(fn.apply(failure)) : pass(next, value, null));
	}

	/**
	 * Takes the value for one who waits for it, if he still does. Nobody discards it
	 * meanwhile. No lambda, as in {@link StageListener.End}.
	 */
	record Await<T extends @Nullable Object>(ScopedFuture<T> future,
			StageListener<? super T> waiting) implements BiConsumer<T, @Nullable Throwable> {

		@Override
		public void accept(T value, @Nullable Throwable failure) {
			if (this.waiting.hear(value, failure)) {
				this.future.settle();
			}
			this.future.leave(false);
		}

	}

	/**
	 * Completes the next future of a chain with what the outcome before makes of it.
	 */
	private interface Step<T extends @Nullable Object, U extends @Nullable Object> {

		/**
		 * Returns whether the outcome has been taken.
		 */
		boolean take(ScopedFuture<U> next, T value, @Nullable Throwable failure);

	}

}
