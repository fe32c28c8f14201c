package io.palitra;

/**
 * A blocking call was made on a thread that must not block: the loop thread of a runner
 * (rule C6). Thrown before anything is started; blocking there could never end, since the
 * thread that waits is the one that would have to do the work. The message names the
 * thread, the runner, the task and the ways out.
 */
public class BlockingNotAllowedException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param message what was refused, where, and what to do instead
	 */
	public BlockingNotAllowedException(String message) {
		super(message);
	}

}
