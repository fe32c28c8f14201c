package io.palitra.internal.loop;

import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A plain {@link Runnable} in the loop's queue.
 */
final class RunnableTask extends LoopTask {

	private final Runnable runnable;

	/**
	 * Taken by whoever comes first, the loop that runs it or the thread that ends the
	 * loop, so that a task reported as never started never is.
	 */
	private final AtomicBoolean taken = new AtomicBoolean();

	RunnableTask(Runnable runnable) {
		this.runnable = runnable;
	}

	Runnable runnable() {
		return this.runnable;
	}

	@Override
	protected void run() {
		if (this.taken.compareAndSet(false, true)) {
			this.runnable.run();
		}
	}

	@Override
	protected boolean abandon() {
		boolean unstarted = this.taken.compareAndSet(false, true);
		// Also when it has started: if the loop hangs in it, nobody else ends its wait.
		if (this.runnable instanceof Future<?> future) {
			future.cancel(false);
		}
		return unstarted;
	}

	@Override
	public String toString() {
		return this.runnable.toString();
	}

}
