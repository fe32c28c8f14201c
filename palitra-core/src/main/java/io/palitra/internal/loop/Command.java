package io.palitra.internal.loop;

import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * A plain {@link Runnable} in the loop's queue.
 */
final class Command implements LoopTask {

	private final Runnable runnable;

	/**
	 * Whether others depend on it, so that it is run even where the loop cannot.
	 */
	private final boolean needed;

	/**
	 * Taken by whoever comes first, the loop that runs it or the thread that ends the
	 * loop, so that a command reported as never started never is.
	 */
	private final AtomicBoolean taken = new AtomicBoolean();

	Command(Runnable runnable, boolean needed) {
		this.runnable = runnable;
		this.needed = needed;
	}

	@Override
	public void perform() {
		if (this.taken.compareAndSet(false, true)) {
			this.runnable.run();
		}
	}

	@Override
	public @Nullable Runnable abandon() {
		if (this.needed) {
			perform();
			return null;
		}
		boolean unstarted = this.taken.compareAndSet(false, true);
		// Also when it has started: if the loop hangs in it, nobody else ends its wait.
		if (this.runnable instanceof Future<?> future) {
			future.cancel(false);
		}
		return unstarted ? this.runnable : null;
	}

}
