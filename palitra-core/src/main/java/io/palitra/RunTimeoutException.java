package io.palitra;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * A call did not end within its limit (rule C4). The work has been cancelled. The message
 * says the task, the limit, the phase the call was in, the time spent in each phase and,
 * where something holds the loop's thread, the stack of that thread. The cause is a
 * {@link TimeoutException}, so that code which looks for one finds it.
 * <p>
 * A {@link TimeoutException} of the work itself is never turned into this exception.
 */
public class RunTimeoutException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * The time the call had.
	 */
	private final Duration limit;

	/**
	 * Where the call was when its time was up.
	 */
	private final RunPhase phase;

	/**
	 * Creates an exception.
	 * @param message everything that is known of the call
	 * @param limit the time the call had
	 * @param phase the phase the call was in
	 */
	public RunTimeoutException(String message, Duration limit, RunPhase phase) {
		super(message, new TimeoutException("no result within " + limit));
		this.limit = limit;
		this.phase = phase;
	}

	/**
	 * Returns the time the call had, counted from the call itself.
	 * @return the limit
	 */
	public Duration getLimit() {
		return this.limit;
	}

	/**
	 * Returns where the call was when its time was up.
	 * @return the phase
	 */
	public RunPhase getPhase() {
		return this.phase;
	}

}
