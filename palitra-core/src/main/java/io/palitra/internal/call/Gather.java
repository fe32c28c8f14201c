package io.palitra.internal.call;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.Outcome;
import io.palitra.RunScope;
import io.palitra.ScopedAsyncCallable;
import io.palitra.internal.loop.Stages;

/**
 * Many tasks as the children of one run (rule C14): starts them together and completes
 * with what they resulted in, in their order. In the fail-fast form it fails with the
 * first of them; the end of the run then cancels the others.
 */
public final class Gather<T extends @Nullable Object> implements ScopedAsyncCallable<Gathered<T>>, Runnable {

	/**
	 * In place of the value {@code null}, which would be none.
	 */
	private static final Object NULL = new Object();

	private final String name;

	private final List<? extends AsyncCallable<? extends T>> tasks;

	private final boolean failFast;

	private final int maxConcurrency;

	private final CompletableFuture<Gathered<T>> result = new CompletableFuture<>();

	/**
	 * The outcome of each child, or in the fail-fast form its value; whoever takes one
	 * out when the whole has failed discards it.
	 */
	private final AtomicReferenceArray<@Nullable Object> ends;

	/**
	 * How many children have not ended. Who counts the last acquires what the others have
	 * released: all outcomes are there.
	 */
	private final AtomicInteger left;

	/**
	 * Loop thread only, like what follows.
	 */
	private @Nullable Scope scope;

	/**
	 * The next to start.
	 */
	private int next;

	/**
	 * Whether {@link #startChildren} is on the stack: a child that completes at once
	 * comes back there, and must not make the stack grow.
	 */
	private boolean starting;

	/**
	 * How many children have a stage that is not done.
	 */
	private int running;

	/**
	 * How many children have ended as soon as they were called and are not counted in
	 * {@link #left} yet.
	 */
	private int endedInPlace;

	/**
	 * Creates a task.
	 * @param name what errors call it
	 * @param tasks the children; not copied
	 * @param failFast whether the first failure ends it
	 * @param maxConcurrency how many children run at once
	 */
	public Gather(String name, List<? extends AsyncCallable<? extends T>> tasks, boolean failFast, int maxConcurrency) {
		this.name = name;
		this.tasks = tasks;
		this.failFast = failFast;
		this.maxConcurrency = maxConcurrency;
		this.ends = new AtomicReferenceArray<>(tasks.size());
		this.left = new AtomicInteger(tasks.size());
	}

	@Override
	public CompletionStage<Gathered<T>> call(RunScope scope) {
		if (this.tasks.isEmpty()) {
			this.result.complete(gathered(List.of()));
			return this.result;
		}
		Scope own = (Scope) scope;
		this.scope = own;
		this.result.whenComplete((all, failure) -> {
			if (failure != null) {
				discard(own);
			}
		});
		startChildren(own);
		return this.result;
	}

	private void startChildren(Scope scope) {
		if (this.starting) {
			return;
		}
		this.starting = true;
		while (this.next < this.tasks.size() && this.running < this.maxConcurrency && scope.isOpen()
				&& !this.result.isDone()) {
			// Each by itself: what one changes of the context must not leak to the next.
			scope.inContext(this);
		}
		this.starting = false;
		int endedInPlace = this.endedInPlace;
		this.endedInPlace = 0;
		countDown(endedInPlace);
		if (endedInPlace > 0 && this.result.isCompletedExceptionally()) {
			discard(scope);
		}
	}

	/**
	 * Starts the next child, on the loop thread and in the run's context.
	 */
	@Override
	public void run() {
		Scope scope = Objects.requireNonNull(this.scope);
		int index = this.next++;
		CompletionStage<? extends T> stage;
		try {
			stage = this.tasks.get(index).call();
			if (stage == null) {
				throw new NullPointerException(Child.returnedNull(this.name + "[" + index + "]"));
			}
		}
		catch (Throwable ex) {
			this.endedInPlace++;
			fail(scope, index, ex);
			return;
		}
		if (Stages.hasValue(stage)) {
			// Released with the count of those that ended in place; whether the whole has
			// failed meanwhile is read after that.
			this.ends.lazySet(index, success(stage.toCompletableFuture().join()));
			this.endedInPlace++;
			return;
		}
		this.running++;
		Child<T> child = scope.child();
		child.whenComplete((value, failure) -> {
			if (failure != null) {
				fail(scope, index, failure);
			}
			else {
				this.ends.set(index, success(value));
			}
			countDown(1);
			// Written before this is read, and the other way round where it fails: it is
			// discarded either there or here.
			if (this.result.isCompletedExceptionally()) {
				discard(scope, index);
			}
			if (this.maxConcurrency < this.ends.length()) {
				scope.home(() -> {
					this.running--;
					startChildren(scope);
				});
			}
		});
		child.follow(stage);
	}

	private Object success(@Nullable Object value) {
		if (!this.failFast) {
			return new Outcome.Success<@Nullable Object>(value);
		}
		return (value != null) ? value : NULL;
	}

	private void fail(Scope scope, int index, Throwable failure) {
		if (!this.failFast) {
			this.ends.set(index, new Outcome.Failure<>(failure));
		}
		else if (!this.result.completeExceptionally(failure)) {
			scope.discardFailure(failure);
		}
	}

	/**
	 * So many children have ended, and their outcomes are there.
	 */
	private void countDown(int ended) {
		if (ended > 0 && this.left.addAndGet(-ended) == 0 && !this.result.isDone()) {
			@Nullable Object[] all = new @Nullable Object[this.ends.length()];
			for (int index = 0; index < all.length; index++) {
				all[index] = unmasked(this.ends.get(index));
			}
			this.result.complete(gathered(Collections.unmodifiableList(Arrays.asList(all))));
		}
	}

	private Gathered<T> gathered(List<?> list) {
		return new Gathered<>(list, !this.failFast);
	}

	private static @Nullable Object unmasked(@Nullable Object end) {
		return (end != NULL) ? end : null;
	}

	/**
	 * The whole has failed: what its children have achieved all the same is nobody's.
	 */
	private void discard(Scope scope) {
		for (int index = 0; index < this.ends.length(); index++) {
			discard(scope, index);
		}
	}

	private void discard(Scope scope, int index) {
		Object end = this.ends.getAndSet(index, null);
		if (end != null) {
			scope.discard(gathered(Collections.singletonList(unmasked(end))));
		}
	}

}
