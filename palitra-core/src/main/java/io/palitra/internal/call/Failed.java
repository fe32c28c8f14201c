package io.palitra.internal.call;

import org.jspecify.annotations.Nullable;

import io.palitra.spi.RunResult;

/**
 * An outcome that is not a value.
 *
 * @param result how the call ended
 * @param failure the task's own exception, or what the loop's thread died of
 */
public record Failed(RunResult result, @Nullable Throwable failure) {

	/**
	 * The call's time was up.
	 */
	public static final Failed TIMEOUT = new Failed(RunResult.TIMEOUT, null);

	/**
	 * The owner was interrupted.
	 */
	public static final Failed INTERRUPTED = new Failed(RunResult.INTERRUPTED, null);

	/**
	 * Whoever had the call's future did not want it any more.
	 */
	public static final Failed CANCELLED = new Failed(RunResult.CANCELLED, null);

	/**
	 * Returns whether the failure is the task's own.
	 */
	public boolean ofTask() {
		return this.failure != null && this.result != RunResult.CLOSED;
	}

}
