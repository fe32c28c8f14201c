package io.palitra.internal.loop;

import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * A plain {@link Runnable} that the loop runs.
 */
final class Command extends LoopTask {

	/**
	 * Let go when it has been run or given back.
	 */
	private @Nullable Runnable runnable;

	/**
	 * Whether others depend on it, so that it is run even where the loop cannot.
	 */
	private final boolean needed;

	/**
	 * Taken by whoever comes first, the loop that runs it or the thread that ends the
	 * loop, so that a command reported as never started never is. A task of the loop with
	 * a result knows better, as it may be cancelled in between.
	 */
	private final AtomicBoolean taken = new AtomicBoolean();

	Command(Runnable runnable, boolean needed) {
		this.runnable = runnable;
		this.needed = needed;
	}

	@Override
	public void perform() {
		Runnable runnable = this.runnable;
		if (runnable != null && this.taken.compareAndSet(false, true)) {
			try {
				runnable.run();
			}
			finally {
				this.runnable = null;
			}
		}
	}

	@Override
	public @Nullable Runnable abandon() {
		if (this.needed) {
			perform();
			return null;
		}
		Runnable runnable = this.runnable;
		this.runnable = null;
		if (runnable instanceof LoopFutureTask<?> task) {
			return task.giveBack() ? task : null;
		}
		boolean unstarted = this.taken.compareAndSet(false, true);
		// Also when it has started: if the loop hangs in it, nobody else ends its wait.
		if (runnable instanceof Future<?> future) {
			future.cancel(false);
		}
		return unstarted ? runnable : null;
	}

}
