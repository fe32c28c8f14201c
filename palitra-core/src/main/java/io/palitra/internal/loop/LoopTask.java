package io.palitra.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * Something the loop runs once. It is its own queue node: one that has been handed over
 * belongs to the queue and must not be handed over again.
 */
public abstract class LoopTask {

	/**
	 * The neighbour in the queue. Written before the node is published by the
	 * compare-and-set on the queue's head, and afterwards by the loop thread alone.
	 */
	@Nullable LoopTask next;

	/**
	 * Does the work, on the loop thread.
	 */
	protected abstract void run();

	/**
	 * Called when the loop has ended and will not run this task: whoever waits for it
	 * must be told here. Called on any thread, possibly twice, and also for a task that
	 * the loop hangs in.
	 * @return whether the task had not started and never will
	 */
	protected abstract boolean abandon();

}
