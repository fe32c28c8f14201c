package io.palitra.internal.loop;

import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A task that becomes due later, once or periodically.
 */
public final class TimerTask<V> extends LoopFutureTask<V> implements RunnableScheduledFuture<V> {

	/**
	 * Further ahead than this, differences of clock readings would overflow: 146 years.
	 */
	private static final long MAX_DELAY = Long.MAX_VALUE >> 1;

	private static final AtomicLong sequence = new AtomicLong();

	private final Loop loop;

	/**
	 * Nanoseconds between two starts if positive, from an end to the next start if
	 * negative, zero for a task that runs once.
	 */
	private final long period;

	private final long number = sequence.getAndIncrement();

	/**
	 * When it is due, as a reading of {@link System#nanoTime()}. Changed on the loop
	 * thread only, while the task is not among the timers; their own ordering makes it
	 * visible to the others.
	 */
	private long due;

	public TimerTask(Loop loop, Callable<V> callable, long delay, long period) {
		super(callable);
		this.loop = loop;
		this.period = period;
		this.due = after(delay);
	}

	private static long after(long delay) {
		return System.nanoTime() + Math.min(Math.max(delay, 0), MAX_DELAY);
	}

	long dueIn(long now) {
		return this.due - now;
	}

	@Override
	public void run() {
		if (!isPeriodic()) {
			super.run();
			return;
		}
		if (runAndReset()) {
			rearm();
			this.due = (this.period > 0) ? this.due + this.period : after(-this.period);
			if (!this.loop.schedule(this)) {
				super.cancel(false);
			}
			else if (isCancelled()) {
				this.loop.unschedule(this);
			}
		}
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		boolean cancelled = super.cancel(false);
		this.loop.unschedule(this);
		return cancelled;
	}

	@Override
	public boolean isPeriodic() {
		return this.period != 0;
	}

	@Override
	public long getDelay(TimeUnit unit) {
		return unit.convert(dueIn(System.nanoTime()), TimeUnit.NANOSECONDS);
	}

	@Override
	public int compareTo(Delayed other) {
		if (other instanceof TimerTask<?> that) {
			int byDue = Long.signum(this.due - that.due);
			return (byDue != 0) ? byDue : Long.compare(this.number, that.number);
		}
		return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
	}

}
