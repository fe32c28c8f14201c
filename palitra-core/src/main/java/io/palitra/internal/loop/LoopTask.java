package io.palitra.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * Something the loop does once. Compared by identity: the queue looks for it.
 */
public interface LoopTask {

	/**
	 * Does it, on the loop thread.
	 */
	void perform();

	/**
	 * Called instead when the loop has ended before it came to this task, and also for
	 * the task that the loop hangs in: whoever waits for it must be told here.
	 * @return what was handed to {@code execute} and never started, to be given back;
	 * {@code null} for anything else
	 */
	@Nullable Runnable abandon();

}
