package io.palitra.internal.stream;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * The answer of a client that calls back.
 */
public final class CallbackFuture<T extends @Nullable Object> extends LateResultFuture<T> {

	/**
	 * Cancels the client's call if this is cancelled. Taken by whoever does so: the one
	 * that cancels this, or the one that sets it later.
	 */
	private final AtomicReference<@Nullable Runnable> cancellation = new AtomicReference<>();

	/**
	 * Sets what cancels the client's call, once that has been started.
	 */
	public void onCancel(Runnable cancellation) {
		this.cancellation.set(cancellation);
		if (isCancelled()) {
			cancelCall();
		}
	}

	private void cancelCall() {
		Runnable cancellation = this.cancellation.getAndSet(null);
		if (cancellation != null) {
			cancellation.run();
		}
	}

	/**
	 * The client's call could not be started.
	 * @return a future that has failed of that, and loses no answer that has come all the
	 * same
	 */
	public CallbackFuture<T> fail(Throwable failure) {
		if (completeExceptionally(failure)) {
			return this;
		}
		CallbackFuture<T> failed = new CallbackFuture<>();
		failed.completeExceptionally(failure);
		onLateResult(failed::late);
		T answer = isCompletedExceptionally() ? null : join();
		if (answer != null) {
			failed.late(answer);
		}
		return failed;
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		// The base class says of all who cancel that they have.
		boolean first = completeExceptionally(new CancellationException());
		if (first) {
			cancelCall();
		}
		return first || isCancelled();
	}

}
