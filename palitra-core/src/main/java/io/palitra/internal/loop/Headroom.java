package io.palitra.internal.loop;

import java.lang.invoke.MethodHandles;

/**
 * Room on the current thread's stack. Code that must not be torn in its middle by a
 * {@link StackOverflowError} asks for it before it begins: the error then comes where
 * nothing has been done.
 */
public final class Headroom {

	/**
	 * Frames of about a hundred bytes where they are compiled, and of five hundred where
	 * they are interpreted; palitra's own code differs likewise. These are more than it
	 * ever needs at once: eight were too few on JDK 25, fourteen were enough.
	 */
	private static final int FRAMES = 20;

	private Headroom() {
	}

	/**
	 * Makes sure that palitra's own code has room.
	 * @throws StackOverflowError if it has not
	 */
	public static void require() {
		descend(FRAMES, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	}

	/**
	 * Makes sure of that for code that may still be interpreted when this is compiled.
	 * @throws StackOverflowError if it has not
	 */
	public static void requireForRareCode() {
		descend(4 * FRAMES, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	}

	/**
	 * Initializes classes whose initializers need more: where there is no room for one,
	 * its class cannot be used ever after, by no thread.
	 * @param lookup has access to them
	 */
	public static void initialize(MethodHandles.Lookup lookup, Class<?>... types) {
		try {
			for (Class<?> type : types) {
				lookup.ensureInitialized(type);
			}
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	// The compiler makes a frame small, but leaves room for the arguments of the next
	// call.
	private static int descend(int frames, long a, long b, long c, long d, long e, long f, long g, long h, long i,
			long j, long k, long l, long m, long n, long o, long p, long q, long r, long s, long t, long u, long v,
			long w, long x) {
		return (frames == 0) ? 0
				: 1 + descend(frames - 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	}

}
