package io.palitra.internal.loop;

/**
 * Room on the current thread's stack. Code that must not be torn in its middle by a
 * {@link StackOverflowError} asks for it before it begins: the error then comes where
 * nothing has been done.
 */
public final class Headroom {

	/**
	 * More calls than palitra itself ever makes in one another.
	 */
	private static final int DEPTH = 64;

	private Headroom() {
	}

	/**
	 * Makes sure that palitra's own code has room.
	 * @throws StackOverflowError if it has not
	 */
	public static void require() {
		descend(DEPTH, 1, 2, 3);
	}

	// Not a loop, and with values that live across the call: each level must take a
	// frame.
	private static long descend(int depth, long a, long b, long c) {
		return (depth == 0) ? a : descend(depth - 1, b, c, a + depth) + a + b + c;
	}

}
