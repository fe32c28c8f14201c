package io.palitra.spi;

/**
 * How a call ended (rule C2).
 */
public enum RunResult {

	/**
	 * The stage completed with a value.
	 */
	SUCCESS,

	/**
	 * The task threw, returned no stage, or its stage failed.
	 */
	ERROR,

	/**
	 * The stage was cancelled, or the caller cancelled the future it had submitted for.
	 */
	CANCELLED,

	/**
	 * The call's time was up.
	 */
	TIMEOUT,

	/**
	 * The thread that waited was interrupted.
	 */
	INTERRUPTED,

	/**
	 * The runner had as much work in flight as it admits.
	 */
	REJECTED,

	/**
	 * The runner ended first, or does not take calls.
	 */
	CLOSED

}
