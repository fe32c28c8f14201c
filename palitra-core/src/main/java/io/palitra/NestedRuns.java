package io.palitra;

/**
 * What becomes of a call that is made on the thread of its own runner's loop (rule C6).
 */
public enum NestedRuns {

	/**
	 * It is refused with {@link BlockingNotAllowedException}.
	 */
	REJECT,

	/**
	 * It drives the loop until it is done: other tasks and timers run inside the waiting
	 * one. The calls end in reverse order of their beginning, so a nested call can be
	 * held up by one that was nested in it; for code that cannot be changed.
	 */
	PUMP

}
