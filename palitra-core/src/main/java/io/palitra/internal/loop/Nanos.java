package io.palitra.internal.loop;

import java.math.BigDecimal;
import java.time.Duration;

/**
 * Durations as nanoseconds that saturate instead of overflowing.
 */
public final class Nanos {

	/**
	 * No limit: 292 years.
	 */
	public static final long FOREVER = Long.MAX_VALUE;

	private static final long MAX_SECONDS = Long.MAX_VALUE / 1_000_000_000L;

	private Nanos() {
	}

	public static long of(Duration duration) {
		return (duration.getSeconds() < MAX_SECONDS) ? duration.toNanos() : FOREVER;
	}

	/**
	 * Returns what is left of a limit. Subtracting two readings of the clock is safe
	 * whatever the clock's origin; adding a limit to one of them is not.
	 */
	public static long left(long limit, long since) {
		return (limit == FOREVER) ? FOREVER : limit - (System.nanoTime() - since);
	}

	/**
	 * Returns a time as people read it, in the largest unit that does not make it less
	 * than one: {@code 9 us}, {@code 12.346 ms}, {@code 2 s}.
	 */
	public static String text(long nanos) {
		if (nanos < 1_000) {
			return nanos + " ns";
		}
		if (nanos < 1_000_000) {
			return thousandths(nanos) + " us";
		}
		return (nanos < 1_000_000_000) ? thousandths(nanos / 1_000) + " ms" : thousandths(nanos / 1_000_000) + " s";
	}

	private static String thousandths(long value) {
		return BigDecimal.valueOf(value, 3).stripTrailingZeros().toPlainString();
	}

}
