package io.palitra.internal.stream;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * The answer of a client that calls back.
 */
public final class CallbackFuture<T extends @Nullable Object> extends LateResultFuture<T> {

	/**
	 * Cancels the client's call if anybody but the client ends this. Taken by whoever
	 * cancels first.
	 */
	private final AtomicReference<@Nullable Runnable> cancellation = new AtomicReference<>();

	/**
	 * Sets what cancels the client's call, once that has been started.
	 */
	public void onCancel(Runnable cancellation) {
		this.cancellation.set(cancellation);
	}

	/**
	 * Cancels the client's call with this, unless it is the client that tells of a
	 * cancellation, with {@code false}.
	 */
	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		Runnable cancellation = isDone() ? null : this.cancellation.getAndSet(null);
		boolean cancelled = super.cancel(mayInterruptIfRunning);
		if (cancelled && mayInterruptIfRunning && cancellation != null) {
			cancellation.run();
		}
		return cancelled;
	}

}
