package io.palitra.internal.stream;

import java.util.concurrent.CancellationException;

import org.jspecify.annotations.Nullable;

/**
 * The answer of a client that calls back.
 */
public final class CallbackFuture<T extends @Nullable Object> extends LateResultFuture<T> {

	/**
	 * Cancels the client's call if this is cancelled.
	 */
	private volatile @Nullable Runnable cancellation;

	/**
	 * Sets what cancels the client's call, once that has been started.
	 */
	public void onCancel(Runnable cancellation) {
		this.cancellation = cancellation;
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		// The base class says of all who cancel that they have.
		boolean first = completeExceptionally(new CancellationException());
		Runnable cancellation = this.cancellation;
		if (first && cancellation != null) {
			cancellation.run();
		}
		return first || isCancelled();
	}

}
