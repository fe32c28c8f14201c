package io.palitra.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * Something the loop does once. It is its own queue node: one that has been handed over
 * belongs to the queue and must not be handed over again.
 */
public abstract class LoopTask {

	/**
	 * The neighbour in the queue. Written before the node is published by the
	 * compare-and-set on the queue's head, and afterwards by the loop thread alone.
	 */
	@Nullable LoopTask next;

	/**
	 * Does it, on the loop thread.
	 */
	protected abstract void perform();

	/**
	 * Called when the loop has ended and will not come to this task: whoever waits for it
	 * must be told here. Called on any thread, possibly twice, and also for a task that
	 * the loop hangs in.
	 * @return what was handed to {@code execute} and the like and never started, to be
	 * given back; {@code null} for anything else
	 */
	protected abstract @Nullable Runnable abandon();

}
