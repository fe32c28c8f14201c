package io.palitra.internal.loop;

/**
 * Room on the current thread's stack. Code that must not be torn in its middle by a
 * {@link StackOverflowError} asks for it before it begins: the error then comes where
 * nothing has been done.
 */
public final class Headroom {

	/**
	 * Frames of 600 bytes: more than palitra's own code ever needs at once, compiled or
	 * not.
	 */
	private static final int FRAMES = 8;

	private Headroom() {
	}

	/**
	 * Makes sure that palitra's own code has room.
	 * @throws StackOverflowError if it has not
	 */
	public static void require() {
		descend(FRAMES, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
				27, 28, 29, 30, 31, 32);
	}

	// The compiler makes a frame as small as it can, a seventh of what the interpreter
	// takes for the same code: only values that live across the call keep it large.
	private static long descend(int frames, long a, long b, long c, long d, long e, long f, long g, long h, long i,
			long j, long k, long l, long m, long n, long o, long p, long q, long r, long s, long t, long u, long v,
			long w, long x, long y, long z, long a2, long b2, long c2, long d2, long e2, long f2) {
		return (frames == 0) ? a
				: descend(frames - 1, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, a2, b2,
						c2, d2, e2, f2, a) + a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + r + s
						+ t + u + v + w + x + y + z + a2 + b2 + c2 + d2 + e2 + f2;
	}

}
