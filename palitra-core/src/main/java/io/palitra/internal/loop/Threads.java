package io.palitra.internal.loop;

import java.lang.reflect.Method;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;

import org.jspecify.annotations.Nullable;

/**
 * Threads that keep nothing of whoever happens to need the first of them: no
 * thread-locals, no priority, no context class loader but palitra's own, and, where the
 * JDK still has such a thing, no access-control context, which would name the class
 * loaders of everybody on the stack (rules C8 and C17).
 */
public final class Threads {

	private static final @Nullable ThreadFactory VIRTUAL = virtual();

	private Threads() {
	}

	/**
	 * Returns what makes virtual threads, {@code null} where the JVM has none: Java 17,
	 * which this is compiled for, does not know them, and Java 19 only as a preview.
	 */
	private static @Nullable ThreadFactory virtual() {
		if (Runtime.version().feature() < 21) {
			return null;
		}
		try {
			Class<?> builder = Class.forName("java.lang.Thread$Builder");
			Method inherit = builder.getMethod("inheritInheritableThreadLocals", boolean.class);
			Method name = builder.getMethod("name", String.class, long.class);
			Object virtual = Thread.class.getMethod("ofVirtual").invoke(null);
			Object plain = inherit.invoke(name.invoke(virtual, "palitra-start-", 1L), false);
			return (ThreadFactory) builder.getMethod("factory").invoke(plain);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException("Java " + Runtime.version() + " has no virtual threads", ex);
		}
	}

	/**
	 * Returns whether the JVM has virtual threads.
	 */
	public static boolean hasVirtual() {
		return VIRTUAL != null;
	}

	/**
	 * Starts a virtual thread, where there are such.
	 */
	public static void startVirtual(Runnable body) {
		Objects.requireNonNull(VIRTUAL).newThread(body).start();
	}

	/**
	 * Creates a daemon thread.
	 */
	@SuppressWarnings("removal")
	public static Thread daemon(String name, Runnable body) {
		return AccessController.doPrivileged((PrivilegedAction<Thread>) () -> {
			Thread thread = new Thread(null, body, name, 0, false);
			thread.setDaemon(true);
			thread.setPriority(Thread.NORM_PRIORITY);
			thread.setContextClassLoader(Threads.class.getClassLoader());
			return thread;
		});
	}

}
