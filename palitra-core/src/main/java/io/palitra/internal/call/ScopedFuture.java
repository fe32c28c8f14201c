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
import java.util.concurrent.atomic.AtomicInteger;
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

	/**
	 * In place of the number of {@link #takers}, once the value has been discarded.
	 */
	private static final int DISCARDED = Integer.MIN_VALUE / 2;

	/**
	 * How many futures have not been given this one's outcome.
	 */
	private final AtomicInteger takers = new AtomicInteger();

	/**
	 * Whether one of them has been given the same value, whose it is to say whether that
	 * has been taken. Written before {@link #takers}, read after it.
	 */
	private volatile boolean passed;

	/**
	 * Whether the value has been taken, by a work or a thread, or discarded: shared with
	 * the future that has passed it on, and with those that it was passed on to.
	 */
	private volatile AtomicBoolean settled = new AtomicBoolean();

	ScopedFuture(Scope scope) {
		this(scope, new Chain());
	}

	private ScopedFuture(Scope scope, Chain chain) {
		super(scope::moveOn);
		this.scope = scope;
		this.chain = chain;
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
	private void adopt(@Nullable CompletionStage<? extends T> stage) {
		Objects.requireNonNull(stage, "the function returned null instead of a CompletionStage");
		link(null).follow(stage);
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
		}, executor)).whenCompleteInPlace((value, failure) -> {
			if (!called.get() && failure != null) {
				// The executor does not take it.
				next.fail(failure);
				left();
			}
		});
		return next;
	}

	private <U extends @Nullable Object> void take(ScopedFuture<U> next, Step<T, U> step, T value,
			@Nullable Throwable failure) {
		if (!next.isDone()) {
			try {
				step.take(next, value, failure);
			}
			catch (Throwable ex) {
				next.fail(ex);
			}
		}
		left();
	}

	/**
	 * One of the next futures has come to this one's outcome, or never will.
	 */
	private void left() {
		if (this.takers.decrementAndGet() == 0 && !this.passed && !isCompletedExceptionally() && !this.settled.get()) {
			// Others still may take it, as long as the run goes on.
			this.scope.discardAtEnd(this);
		}
	}

	/**
	 * Discards the value, unless it has been taken or discarded.
	 */
	void discardUntaken() {
		if (this.takers.compareAndSet(0, DISCARDED) && this.settled.compareAndSet(false, true)) {
			discard(super.getNow(null));
		}
	}

	/**
	 * Ends the next future as this one has.
	 */
	private void pass(ScopedFuture<T> next, T value, @Nullable Throwable failure) {
		if (failure != null) {
			next.fail(failure);
			return;
		}
		AtomicBoolean own = next.settled;
		next.settled = this.settled;
		if (!next.complete(value)) {
			// Others have, with another value.
			next.settled = own;
			return;
		}
		this.passed = true;
		if (own.get()) {
			// By one who has not waited for the value, see settle().
			next.settle();
		}
	}

	/**
	 * The value is somebody's. Again if this has become one of several that share it just
	 * now.
	 */
	private void settle() {
		AtomicBoolean settled;
		do {
			settled = this.settled;
			settled.set(true);
		}
		while (settled != this.settled);
	}

	/**
	 * Ends with what a function has made of the outcome before.
	 */
	private void made(T value) {
		if (!complete(value)) {
			discard(value);
		}
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
		settle();
		whenCompleteInPlace(listener);
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
		return super.copy();
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
		return next(fn, executor, (next, value, failure) -> {
			if (failure != null) {
				next.fail(failure);
			}
			else {
				next.made(fn.apply(taken(value)));
			}
		});
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
		return next(fn, executor, (next, value, failure) -> {
			if (failure != null) {
				next.fail(failure);
			}
			else {
				next.adopt(fn.apply(taken(value)));
			}
		});
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
			pass(next, value, failure);
		});
	}

	@Override
	public <U> CompletableFuture<U> handleAsync(BiFunction<? super T, Throwable, ? extends U> fn, Executor executor) {
		return next(fn, executor, (next, value, failure) -> next.made(fn.apply(taken(value), failure)));
	}

	@Override
	public CompletableFuture<T> exceptionallyAsync(Function<Throwable, ? extends T> fn, Executor executor) {
		return next(fn, executor, (next, value, failure) -> {
			if (failure == null) {
				pass(next, value, null);
			}
			else {
				next.made(fn.apply(failure));
			}
		});
	}

	@Override
	public CompletableFuture<T> exceptionallyComposeAsync(Function<Throwable, ? extends CompletionStage<T>> fn,
			Executor executor) {
		return next(fn, executor, (next, value, failure) -> {
			if (failure == null) {
				pass(next, value, null);
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

}
