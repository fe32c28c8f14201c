package io.palitra;

/**
 * Where a call is between hand-over and outcome (rule C4).
 */
public enum RunPhase {

	/**
	 * Made while the runner had as much work in flight as it admits: it waits for a
	 * permit.
	 */
	WAITING_FOR_PERMIT,

	/**
	 * Handed over, not started: it waits for its turn on the loop, or for the executor
	 * that it is to start on.
	 */
	QUEUED,

	/**
	 * Started; its stage has not completed.
	 */
	RUNNING,

	/**
	 * Started, and now running something on the thread that waits for it.
	 */
	CALLER_HOP

}
