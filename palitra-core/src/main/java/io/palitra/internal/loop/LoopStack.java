package io.palitra.internal.loop;

/**
 * The stack of a loop's thread, as a log or another exception carries it.
 */
public final class LoopStack extends Exception {

	private static final long serialVersionUID = 1L;

	public LoopStack(String message, StackTraceElement[] stack) {
		super(message, null, false, true);
		setStackTrace(stack);
	}

	/**
	 * Never that of whoever made this.
	 */
	@Override
	public synchronized Throwable fillInStackTrace() {
		return this;
	}

	/**
	 * Returns whether the thread is loading classes, as it does when something is called
	 * for the first time: slow once, and nobody's fault.
	 */
	static boolean isOfClassLoading(StackTraceElement[] stack) {
		for (StackTraceElement frame : stack) {
			String method = frame.getMethodName();
			if (method.equals("loadClass") || method.equals("defineClass") || method.equals("linkCallSite")
					|| method.equals("<clinit>")) {
				return true;
			}
		}
		return false;
	}

}
