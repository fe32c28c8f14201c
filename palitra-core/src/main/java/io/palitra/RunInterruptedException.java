package io.palitra;

/**
 * The thread that waited for a call was interrupted, or was so already on entry (rule
 * C5). The work has been cancelled, the thread's interrupt flag is set. The cause is the
 * {@link InterruptedException}.
 *
 * @see EventLoopThreadRunner#runInterruptibly(AsyncCallable)
 */
public class RunInterruptedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param message the task and the runner
	 * @param cause the interrupt
	 */
	public RunInterruptedException(String message, InterruptedException cause) {
		super(message, cause);
	}

}
