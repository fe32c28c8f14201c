package io.palitra.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * Something the loop does once. It is its own link in the {@link TaskQueue}, so it may be
 * handed over once only.
 */
public abstract class LoopTask {

	/**
	 * The task that was added before this one, until the loop comes to this.
	 */
	@Nullable LoopTask older;

	/**
	 * The task that runs after this one. The loop thread's own until the queue is closed.
	 */
	@Nullable LoopTask newer;

	/**
	 * Does it, on the loop thread.
	 */
	public abstract void perform();

	/**
	 * Called instead when the loop has ended before it came to this task, and also for
	 * the task that the loop hangs in or has just run: whoever waits for it must be told
	 * here.
	 * @return what was to be executed and never started, to be given back; {@code null}
	 * for anything else
	 */
	public abstract @Nullable Runnable abandon();

}
