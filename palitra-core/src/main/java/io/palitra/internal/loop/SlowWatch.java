package io.palitra.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Notices callbacks that hold one loop too long (rule C18). While they run, the
 * {@link Watchdog} looks and sees the stack; those that end between two looks, the loop
 * itself notices when it starts the next one.
 */
final class SlowWatch {

	/**
	 * At most one report a second.
	 */
	private static final long REPORT_INTERVAL = 1_000_000_000;

	private static final VarHandle START;

	static {
		try {
			START = MethodHandles.lookup().findVarHandle(SlowWatch.class, "start", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Loop loop;

	private final long threshold;

	private final AtomicLong count = new AtomicLong();

	/**
	 * When the last callback began, zero if the loop has slept since. Written by the loop
	 * thread; the watchdog compares values to tell callbacks apart and can do with an old
	 * one, so opaque access is enough.
	 */
	private long start;

	/**
	 * The start of the callback that was counted last; whoever sets it counts.
	 */
	private final AtomicLong counted = new AtomicLong();

	/**
	 * Whether the watchdog looks at this. Set by the loop thread, cleared by the
	 * watchdog, which then looks once more.
	 */
	private volatile boolean watched;

	private final AtomicLong lastReport = new AtomicLong(System.nanoTime() - REPORT_INTERVAL);

	private final AtomicLong unreported = new AtomicLong();

	SlowWatch(Loop loop, long threshold) {
		this.loop = loop;
		this.threshold = threshold;
	}

	long count() {
		return this.count.get();
	}

	/**
	 * Returns how often to look, in nanoseconds.
	 */
	long period() {
		return Math.min(Math.max(this.threshold / 4, 5_000_000), 250_000_000);
	}

	long start() {
		return (long) START.getOpaque(this);
	}

	/**
	 * A callback begins, the one before has ended. On the loop thread.
	 */
	void next(long now) {
		ended(now);
		START.setOpaque(this, now);
		if (!this.watched && this.threshold != Nanos.FOREVER) {
			this.watched = true;
			Watchdog.watch(this);
		}
	}

	/**
	 * The loop has nothing to do. On the loop thread.
	 */
	void idle() {
		if (this.start != 0) {
			ended(System.nanoTime());
			START.setOpaque(this, 0L);
		}
	}

	/**
	 * The loop ends. On the loop thread.
	 */
	void end() {
		idle();
		Watchdog.forget(this);
	}

	private void ended(long now) {
		long start = this.start;
		if (start != 0 && now - start >= this.threshold && count(start)) {
			report(now - start, new StackTraceElement[0]);
		}
	}

	/**
	 * Looks at the callback that runs now. On the watchdog's thread.
	 */
	void look() {
		// In this order: the time may be that of a later callback, which the comparison
		// below shows, but not that of an earlier one.
		long start = start();
		long held = this.loop.heldFor();
		if (held >= this.threshold && start != 0) {
			StackTraceElement[] stack = this.loop.thread().getStackTrace();
			// The stack is that of this callback only if the loop has not moved on.
			if (start() == start && count(start)) {
				report(held, stack);
			}
		}
	}

	void unwatched() {
		this.watched = false;
	}

	private boolean count(long start) {
		long before = this.counted.get();
		if (before == start || !this.counted.compareAndSet(before, start)) {
			return false;
		}
		this.count.incrementAndGet();
		return true;
	}

	private void report(long held, StackTraceElement[] stack) {
		long last = this.lastReport.get();
		long now = System.nanoTime();
		if (now - last < REPORT_INTERVAL || !this.lastReport.compareAndSet(last, now)) {
			this.unreported.incrementAndGet();
			return;
		}
		long more = this.unreported.getAndSet(0);
		StringBuilder text = new StringBuilder("A callback has held thread \"").append(this.loop.thread().getName())
			.append("\", the ")
			.append(this.loop)
			.append(", for ")
			.append(Nanos.text(held));
		if (more > 0) {
			text.append(" (and ").append(more).append(" others have since the last report)");
		}
		for (StackTraceElement frame : stack) {
			text.append("\n\tat ").append(frame);
		}
		Log.warn(text.toString());
	}

}
