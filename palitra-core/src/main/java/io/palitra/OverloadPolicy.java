package io.palitra;

/**
 * What becomes of a call when as much work is in flight as the runner admits (rule C15).
 */
public enum OverloadPolicy {

	/**
	 * It waits for its turn, within its deadline.
	 */
	WAIT,

	/**
	 * It is refused with {@link RunnerOverloadedException}.
	 */
	REJECT

}
