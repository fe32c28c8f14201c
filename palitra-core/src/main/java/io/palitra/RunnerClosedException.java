package io.palitra;

import java.util.concurrent.RejectedExecutionException;

import org.jspecify.annotations.Nullable;

/**
 * The runner does not take the call, or ended before the call did (rule C10): it is
 * stopped, closed, or its thread has died. In the last case the cause is what the thread
 * died of.
 */
public class RunnerClosedException extends RejectedExecutionException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param message the runner, its state, and what became of the call
	 * @param cause what the loop's thread died of, or {@code null} if it was stopped or
	 * closed on purpose
	 */
	public RunnerClosedException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
