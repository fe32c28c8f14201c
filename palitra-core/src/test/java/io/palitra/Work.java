package io.palitra;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A stage that remembers how it was cancelled.
 */
class Work<T> extends CompletableFuture<T> {

	private final List<Boolean> cancellations = new CopyOnWriteArrayList<>();

	/**
	 * A stage that is told to cancel and goes on.
	 */
	static <T> Work<T> stubborn() {
		return new Work<>() {

			@Override
			protected boolean cancelled(boolean mayInterruptIfRunning) {
				return false;
			}

		};
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		this.cancellations.add(mayInterruptIfRunning);
		return cancelled(mayInterruptIfRunning);
	}

	protected boolean cancelled(boolean mayInterruptIfRunning) {
		return super.cancel(mayInterruptIfRunning);
	}

	/**
	 * Returns the argument of each cancellation.
	 */
	List<Boolean> cancellations() {
		return this.cancellations;
	}

}
