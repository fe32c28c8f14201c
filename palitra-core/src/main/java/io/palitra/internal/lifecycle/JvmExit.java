package io.palitra.internal.lifecycle;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.loop.Threads;

/**
 * The end of the JVM, by {@link System#exit}: the thread that calls it waits there for
 * all shutdown hooks. If one of these ends a runner for which that thread does something,
 * they wait for each other.
 */
final class JvmExit {

	/**
	 * Registered to see whether that is still possible, and never more than that.
	 */
	private static final Thread PROBE = Threads.daemon("palitra-exit-probe", () -> {
	});

	private JvmExit() {
	}

	/**
	 * Returns whether the JVM is ending: no hook is taken then.
	 */
	static synchronized boolean isUnderWay() {
		try {
			Runtime.getRuntime().addShutdownHook(PROBE);
			Runtime.getRuntime().removeShutdownHook(PROBE);
			return false;
		}
		catch (IllegalStateException ex) {
			return true;
		}
	}

	/**
	 * Returns whether a thread waits for the end of the JVM.
	 */
	static boolean isAwaitedBy(@Nullable Thread thread) {
		if (thread == null) {
			return false;
		}
		for (StackTraceElement frame : thread.getStackTrace()) {
			if (frame.getClassName().equals("java.lang.Shutdown")) {
				return true;
			}
		}
		return false;
	}

}
