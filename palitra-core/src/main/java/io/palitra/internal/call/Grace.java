package io.palitra.internal.call;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.loop.Nanos;

/**
 * The time that a runner takes to end, which a second closer in a greater hurry or an
 * interrupt can shorten. Thread-safe.
 */
public final class Grace {

	/**
	 * How often a wait looks whether the grace has been shortened: 10 ms.
	 */
	private static final long SLICE = 10_000_000;

	private final @Nullable Grace parent;

	private final long since = System.nanoTime();

	private final AtomicLong nanos;

	private Grace(@Nullable Grace parent, long nanos) {
		this.parent = parent;
		this.nanos = new AtomicLong(nanos);
	}

	public static Grace of(long nanos) {
		return new Grace(null, nanos);
	}

	/**
	 * Returns this grace, but no less than some nanoseconds from now, which nothing
	 * shortens.
	 */
	public Grace atLeast(long least) {
		return new Grace(this, least);
	}

	public long left() {
		long own = Nanos.left(this.nanos.get(), this.since);
		return Math.max((this.parent != null) ? Math.max(own, this.parent.left()) : own, 0);
	}

	/**
	 * Leaves no more than this many nanoseconds from now.
	 */
	public void shorten(long left) {
		if (this.parent != null) {
			this.parent.shorten(left);
			return;
		}
		long elapsed = System.nanoTime() - this.since;
		this.nanos.accumulateAndGet((left < Nanos.FOREVER - elapsed) ? elapsed + left : Nanos.FOREVER, Math::min);
	}

	/**
	 * Waits for a latch.
	 * @param inVain tells whether the latch will not be opened
	 * @return whether it opened within the grace, which an interrupt shortens; the
	 * thread's flag is kept
	 */
	public boolean await(CountDownLatch latch, BooleanSupplier inVain) {
		boolean interrupted = false;
		for (long left = left(); left > 0 && latch.getCount() > 0 && !inVain.getAsBoolean(); left = left()) {
			try {
				latch.await(Math.min(left, SLICE), TimeUnit.NANOSECONDS);
			}
			catch (InterruptedException ex) {
				interrupted = true;
				shorten(0);
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
		return latch.getCount() == 0;
	}

	/**
	 * Waits for a thread to end, within the grace, which an interrupt shortens; the
	 * waiting thread's flag is kept.
	 */
	public void await(Thread thread) {
		boolean interrupted = false;
		for (long left = left(); left > 0 && thread.isAlive(); left = left()) {
			try {
				TimeUnit.NANOSECONDS.timedJoin(thread, Math.min(left, SLICE));
			}
			catch (InterruptedException ex) {
				interrupted = true;
				shorten(0);
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

}
