package io.palitra.internal.loop;

import java.security.AccessController;
import java.security.PrivilegedAction;

import org.jspecify.annotations.Nullable;

/**
 * Threads that keep nothing of whoever happens to need the first of them: no
 * thread-locals, no priority, no context class loader but palitra's own, and, where the
 * JDK still has such a thing, no access-control context, which would name the class
 * loaders of everybody on the stack (rules C8 and C17).
 */
public final class Threads {

	private Threads() {
	}

	/**
	 * Creates a daemon thread.
	 */
	public static Thread daemon(String name, Runnable body) {
		return daemon(name, body, Threads.class.getClassLoader());
	}

	/**
	 * Creates a daemon thread with a context class loader.
	 */
	@SuppressWarnings("removal")
	public static Thread daemon(String name, Runnable body, @Nullable ClassLoader contextClassLoader) {
		return AccessController.doPrivileged((PrivilegedAction<Thread>) () -> {
			Thread thread = new Thread(null, body, name, 0, false);
			thread.setDaemon(true);
			thread.setPriority(Thread.NORM_PRIORITY);
			thread.setContextClassLoader(contextClassLoader);
			return thread;
		});
	}

}
