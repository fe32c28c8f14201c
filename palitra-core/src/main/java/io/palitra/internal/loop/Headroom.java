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
		descend(FRAMES);
	}

	/**
	 * Makes sure of that for code that may still be interpreted when this is compiled.
	 * @throws StackOverflowError if it has not
	 */
	public static void requireForRareCode() {
		descend(4 * FRAMES);
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

	// The interpreter makes a frame as large as all variables of its method need: hence
	// those of the loop, which has no second turn. The compiler leaves them out, but
	// leaves room in each frame for the arguments of any call in it, also of one that
	// only the last makes.
	private static int descend(int frames) {
		for (long a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0, j = 0, k = 0, l = 0, m = 0, n = 0,
				o = 0, p = 0, q = 0, r = 0, s = 0, t = 0, u = 0, v = 0, w = 0, x = 0; frames == 0;) {
			return spread(3, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x);
		}
		return 1 + descend(frames - 1);
	}

	// Calls itself, or it would be compiled into the frame of its caller.
	private static int spread(int frames, long a, long b, long c, long d, long e, long f, long g, long h, long i,
			long j, long k, long l, long m, long n, long o, long p, long q, long r, long s, long t, long u, long v,
			long w, long x) {
		return (frames == 0) ? 0
				: 1 + spread(frames - 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	}

}
