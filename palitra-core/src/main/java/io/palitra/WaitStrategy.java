package io.palitra;

/**
 * How a runner's threads wait for one another: the loop for the next task, the callers
 * for their results.
 */
public enum WaitStrategy {

	/**
	 * Spins for some microseconds before parking as long as tasks have come and ended in
	 * quick succession, since waking a parked thread takes longer than such a task. Never
	 * spins with one processor, on a virtual thread, or in more threads than there are
	 * processors.
	 */
	ADAPTIVE,

	/**
	 * Parks at once.
	 */
	PARK

}
