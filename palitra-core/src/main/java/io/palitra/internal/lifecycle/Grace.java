package io.palitra.internal.lifecycle;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import io.palitra.internal.loop.Nanos;

/**
 * How long a runner may take to end: the least that anybody who ends it leaves it.
 * Thread-safe.
 */
final class Grace {

	/**
	 * Whoever waits is told neither of what he waits for nor that the grace was
	 * shortened: he looks after 50 us, then less and less often, at last every 10 ms.
	 */
	private static final long SHORTEST_SLICE = 50_000;

	private static final long LONGEST_SLICE = 10_000_000;

	private final long bornAt = System.nanoTime();

	/**
	 * When the grace is over, in nanoseconds since {@link #bornAt}.
	 */
	private final AtomicLong end = new AtomicLong(Nanos.FOREVER);

	/**
	 * Leaves no more than this many nanoseconds from now.
	 */
	void shorten(long nanos) {
		long now = now();
		this.end.accumulateAndGet((nanos < Nanos.FOREVER - now) ? now + nanos : Nanos.FOREVER, Math::min);
	}

	/**
	 * Takes the limit away: this end is over.
	 */
	void reset() {
		this.end.set(Nanos.FOREVER);
	}

	long left() {
		long end = this.end.get();
		return (end != Nanos.FOREVER) ? Math.max(end - now(), 0) : Nanos.FOREVER;
	}

	private long now() {
		return System.nanoTime() - this.bornAt;
	}

	/**
	 * Waits within the grace, which an interrupt ends; the thread's flag is kept.
	 * @param done what to wait for
	 * @param least how many nanoseconds there are in any case
	 */
	void await(BooleanSupplier done, long least) {
		long leastEnd = now() + least;
		long slice = SHORTEST_SLICE;
		boolean interrupted = false;
		while (!done.getAsBoolean() && left(leastEnd) > 0) {
			LockSupport.parkNanos(this, Math.min(left(leastEnd), slice));
			slice = Math.min(slice * 2, LONGEST_SLICE);
			if (Thread.interrupted()) {
				interrupted = true;
				shorten(0);
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	private long left(long leastEnd) {
		return Math.max(left(), leastEnd - now());
	}

}
