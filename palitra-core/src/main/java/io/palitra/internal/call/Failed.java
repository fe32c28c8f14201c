package io.palitra.internal.call;

import org.jspecify.annotations.Nullable;

import io.palitra.RunPhase;
import io.palitra.spi.RunResult;

/**
 * An outcome that is not a value.
 *
 * @param result how the work ended
 * @param failure the task's own exception, or what the runner ended of
 * @param phase where the work was
 * @param hopTime how many nanoseconds its owner had spent on what the work had for it
 */
public record Failed(RunResult result, @Nullable Throwable failure, RunPhase phase, long hopTime) {

	static Failed unstarted(RunResult result) {
		return new Failed(result, null, RunPhase.QUEUED, 0);
	}

	/**
	 * Returns whether the failure is the task's own.
	 */
	public boolean ofTask() {
		return this.failure != null && this.result != RunResult.CLOSED && this.result != RunResult.REJECTED;
	}

	/**
	 * Returns whether the task had been called.
	 */
	boolean wasStarted() {
		return this.phase == RunPhase.RUNNING || this.phase == RunPhase.CALLER_HOP;
	}

}
