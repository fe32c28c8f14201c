package io.palitra.internal.call;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.internal.loop.Stages;

/**
 * A task inside a run. Completes like the task's stage, on the same thread; cancelling it
 * cancels the stage, once, whenever the stage appears.
 */
final class Child<T extends @Nullable Object> extends CompletableFuture<T> {

	private static final Object CANCELLED = new Object();

	private final Scope scope;

	/**
	 * The stage once there is one. Whoever takes it cancels it, or was too late to.
	 */
	private final AtomicReference<@Nullable Object> stage = new AtomicReference<>();

	Child(Scope scope) {
		this.scope = scope;
	}

	static String returnedNull(String taskName) {
		return "task \"" + taskName + "\" returned null instead of a CompletionStage; for a null result return "
				+ "CompletableFuture.completedFuture(null)";
	}

	/**
	 * Calls the task, on the loop thread, unless the child has been cancelled.
	 */
	void start(AsyncCallable<? extends T> task, String taskName) {
		if (isDone()) {
			return;
		}
		try {
			CompletionStage<? extends T> started = task.call();
			if (started == null) {
				throw new NullPointerException(returnedNull(taskName));
			}
			follow(started);
		}
		catch (Throwable ex) {
			ended(null, ex);
		}
	}

	/**
	 * Ends like a stage.
	 */
	void follow(CompletionStage<? extends T> started) {
		// Either the stage is there for cancel(..), or that has been.
		boolean wanted = this.stage.compareAndSet(null, started);
		try {
			Stages.listen(started, this::ended);
		}
		catch (Throwable ex) {
			ended(null, ex);
		}
		if (!wanted) {
			Stages.cancel(started);
		}
	}

	private void ended(@Nullable T value, @Nullable Throwable failure) {
		this.stage.set(CANCELLED);
		if (failure != null) {
			Throwable peeled = Stages.peel(failure);
			if (!completeExceptionally(peeled)) {
				this.scope.discardFailure(peeled);
			}
		}
		else if (!complete(value)) {
			this.scope.discard(value);
		}
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		boolean cancelled = super.cancel(mayInterruptIfRunning);
		if (cancelled && this.stage.getAndSet(CANCELLED) instanceof CompletionStage<?> started) {
			Stages.cancel(started);
		}
		return cancelled;
	}

}
