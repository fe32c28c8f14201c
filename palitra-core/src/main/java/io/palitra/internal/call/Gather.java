package io.palitra.internal.call;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.Outcome;
import io.palitra.RunScope;
import io.palitra.ScopedAsyncCallable;

/**
 * Many tasks as the children of one run (rule C14): starts them together and completes
 * with their outcomes in their order. In the fail-fast form it fails with the first of
 * them; the end of the run then cancels the others.
 */
public final class Gather<T extends @Nullable Object> implements ScopedAsyncCallable<Gathered<T>> {

	private final String name;

	private final List<? extends AsyncCallable<? extends T>> tasks;

	private final boolean failFast;

	private final int maxConcurrency;

	private final CompletableFuture<Gathered<T>> result = new CompletableFuture<>();

	/**
	 * How each child ended; whoever takes one out when the whole has failed discards it.
	 */
	private final AtomicReferenceArray<@Nullable Outcome<T>> outcomes;

	private final AtomicInteger left;

	private final AtomicInteger running = new AtomicInteger();

	/**
	 * The next to start. Loop thread only, like {@link #starting}.
	 */
	private int next;

	/**
	 * Whether {@link #startChildren} is on the stack: a child that completes at once
	 * comes back there, and must not make the stack grow.
	 */
	private boolean starting;

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
		while (this.next < this.tasks.size() && this.running.get() < this.maxConcurrency && !this.result.isDone()) {
			int index = this.next++;
			this.running.incrementAndGet();
			Child<T> child = scope.child(this.tasks.get(index), () -> this.name + "[" + index + "]");
			child.whenComplete((value, failure) -> ended(scope, index, value, failure));
		}
		this.starting = false;
	}

	// Whether null is a T, only the caller knows.
	@SuppressWarnings("NullAway")
	private void ended(Scope scope, int index, @Nullable T value, @Nullable Throwable failure) {
		this.running.decrementAndGet();
		this.outcomes.set(index, (failure != null) ? new Outcome.Failure<>(failure) : new Outcome.Success<T>(value));
		if (failure != null && this.failFast && !this.result.completeExceptionally(failure)) {
			scope.discardFailure(failure);
		}
		if (this.result.isDone()) {
			discard(scope, index);
			return;
		}
		// The last decrement acquires what the others released: all outcomes are there.
		if (this.left.decrementAndGet() == 0) {
			List<Outcome<T>> all = new ArrayList<>(this.outcomes.length());
			for (int each = 0; each < this.outcomes.length(); each++) {
				all.add(this.outcomes.get(each));
			}
			this.result.complete(new Gathered<>(Collections.unmodifiableList(all)));
		}
		else if (this.maxConcurrency < this.outcomes.length()) {
			scope.home(() -> startChildren(scope));
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
