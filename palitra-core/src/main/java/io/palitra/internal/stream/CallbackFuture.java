package io.palitra.internal.stream;

import org.jspecify.annotations.Nullable;

/**
 * The answer of a client that calls back.
 */
public final class CallbackFuture<T extends @Nullable Object> extends LateResultFuture<T> {

	/**
	 * Cancels the client's call if anybody but the client ends this.
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
		Runnable cancellation = this.cancellation;
		boolean cancelled = super.cancel(mayInterruptIfRunning);
		if (cancelled && cancellation != null) {
			cancellation.run();
		}
		return cancelled;
	}

}
