package io.palitra;

import java.util.concurrent.RejectedExecutionException;

/**
 * The runner has as much work in flight as it admits, and refuses more instead of letting
 * it wait (rule C15); or the executor that a task was to start on does not take it, and
 * the cause is what that has thrown (rule C1).
 *
 * @see OverloadPolicy#REJECT
 */
public class RunnerOverloadedException extends RejectedExecutionException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param message the task, the runner and its limit
	 */
	public RunnerOverloadedException(String message) {
		super(message);
	}

}
