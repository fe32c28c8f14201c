package io.palitra;

/**
 * A blocking call was made on a thread that must not block (rule C6): that of a runner's
 * loop, of another event loop such as Netty's, or one that a
 * {@link io.palitra.spi.BlockingDetector} knows. Thrown before anything is started. The
 * thread that waits could be the one that would have to do the work, and all else that it
 * serves would wait with it. The message names the thread, the runner, the task and the
 * ways out.
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
