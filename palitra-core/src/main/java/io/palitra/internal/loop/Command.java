package io.palitra.internal.loop;

import java.util.concurrent.Future;

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
	 * Set by the loop thread before it runs the command; read by whoever ends the loop.
	 * Volatile: a command that was reported as never started never is, since the queue
	 * gives it to one of the two only.
	 */
	private volatile boolean started;

	Command(Runnable runnable, boolean needed) {
		this.runnable = runnable;
		this.needed = needed;
	}

	@Override
	public void perform() {
		this.started = true;
		this.runnable.run();
	}

	@Override
	public @Nullable Runnable abandon() {
		if (this.needed) {
			if (!this.started) {
				perform();
			}
			return null;
		}
		// Also when it has started: if the loop hangs in it, nobody else ends its wait.
		if (this.runnable instanceof Future<?> future) {
			future.cancel(false);
		}
		return this.started ? null : this.runnable;
	}

}
