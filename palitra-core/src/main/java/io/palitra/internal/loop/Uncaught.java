package io.palitra.internal.loop;

/**
 * Where exceptions go that nobody waits for.
 */
public final class Uncaught {

	private Uncaught() {
	}

	/**
	 * Passes an exception to the current thread's handler, as if it had ended the thread.
	 */
	public static void report(Throwable ex) {
		Thread thread = Thread.currentThread();
		try {
			thread.getUncaughtExceptionHandler().uncaughtException(thread, ex);
		}
		catch (Throwable handlerFailure) {
			Log.error("The uncaught exception handler of thread \"" + Names.of(thread) + "\" failed", handlerFailure);
		}
	}

}
