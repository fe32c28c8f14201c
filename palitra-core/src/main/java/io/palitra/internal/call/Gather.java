package io.palitra.internal.call;

import java.util.ArrayList;
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
 * with their outcomes in their order. In the fail-fast form it fails with the first of
 * them; the end of the run then cancels the others.
 */
public final class Gather<T extends @Nullable Object> implements ScopedAsyncCallable<Gathered<T>>, Runnable {

	private final String name;

	private final List<? extends AsyncCallable<? extends T>> tasks;

	private final boolean failFast;

	private final int maxConcurrency;

	private final CompletableFuture<Gathered<T>> result = new CompletableFuture<>();

	/**
	 * How each child ended; whoever takes one out when the whole has failed discards it.
	 */
	private final AtomicReferenceArray<@Nullable Outcome<T>> outcomes;

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
		this.outcomes = new AtomicReferenceArray<>(tasks.size());
		this.left = new AtomicInteger(tasks.size());
	}

	@Override
	public CompletionStage<Gathered<T>> call(RunScope scope) {
		if (this.tasks.isEmpty()) {
			this.result.complete(new Gathered<>(List.of()));
			return this.result;
		}
		Scope own = (Scope) scope;
		this.scope = own;
		this.result.whenComplete((all, failure) -> {
			for (int index = 0; failure != null && index < this.outcomes.length(); index++) {
				discard(own, index);
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
			ended(scope, index, null, ex);
			return;
		}
		if (Stages.hasValue(stage)) {
			this.endedInPlace++;
			ended(scope, index, stage.toCompletableFuture().join(), null);
			return;
		}
		this.running++;
		Child<T> child = scope.child();
		child.whenComplete((value, failure) -> {
			ended(scope, index, value, failure);
			countDown(1);
			if (this.maxConcurrency < this.outcomes.length()) {
				scope.home(() -> {
					this.running--;
					startChildren(scope);
				});
			}
		});
		child.follow(stage);
	}

	// Whether null is a T, only the caller knows.
	@SuppressWarnings("NullAway")
	private void ended(Scope scope, int index, @Nullable T value, @Nullable Throwable failure) {
		Outcome<T> outcome = (failure != null) ? new Outcome.Failure<>(failure) : new Outcome.Success<T>(value);
		// Written before the result is read, and the other way round where that fails:
		// either it is discarded there or here.
		this.outcomes.set(index, outcome);
		if (failure != null && this.failFast && !this.result.completeExceptionally(failure)) {
			scope.discardFailure(failure);
		}
		if (this.result.isDone()) {
			discard(scope, index);
		}
	}

	/**
	 * So many children have ended, and their outcomes are there.
	 */
	private void countDown(int ended) {
		if (ended > 0 && this.left.addAndGet(-ended) == 0 && !this.result.isDone()) {
			List<Outcome<T>> all = new ArrayList<>(this.outcomes.length());
			for (int index = 0; index < this.outcomes.length(); index++) {
				all.add(this.outcomes.get(index));
			}
			this.result.complete(new Gathered<>(Collections.unmodifiableList(all)));
		}
	}

	/**
	 * The whole has failed: what a child has achieved all the same is nobody's.
	 */
	private void discard(Scope scope, int index) {
		if (this.outcomes.getAndSet(index, null) instanceof Outcome.Success<T> success) {
			scope.discard(success.value());
		}
	}

}
