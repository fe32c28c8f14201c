package io.palitra.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps the time of one loop: how long it has been busy, and which callbacks hold it too
 * long (rule C18). Callbacks are looked at from outside while they run, which shows their
 * stack; those that end between two looks, the loop itself notices when it starts the
 * next one. The looks come from the JDK's timer and only while the loop is busy, so that
 * an idle runner costs nothing.
 */
public final class LoopWatch {

	/**
	 * At most one report a second.
	 */
	private static final long REPORT_INTERVAL = 1_000_000_000;

	/**
	 * For how long an idle loop is still looked at: one second.
	 */
	private static final long LINGER = 1_000_000_000;

	/**
	 * 5 ms.
	 */
	private static final long SHORTEST_PERIOD = 5_000_000;

	/**
	 * 250 ms.
	 */
	private static final long LONGEST_PERIOD = 250_000_000;

	private static final VarHandle SINCE;

	private static final VarHandle IDLE_SINCE;

	private static final VarHandle IDLE_TIME;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			SINCE = lookup.findVarHandle(LoopWatch.class, "since", long.class);
			IDLE_SINCE = lookup.findVarHandle(LoopWatch.class, "idleSince", long.class);
			IDLE_TIME = lookup.findVarHandle(LoopWatch.class, "idleTime", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Loop loop;

	private final Spin spin;

	private final long threshold;

	/**
	 * How long to wait between two looks while no callback runs that both have seen.
	 */
	private final long period;

	private final long bornAt = System.nanoTime();

	/**
	 * When the callback that runs now began, zero if the loop has nothing to do. Written
	 * by the loop thread, like the next two; others compare values to tell callbacks
	 * apart or tell the time by them and can do with an old one, so opaque access is
	 * enough.
	 */
	private long since;

	/**
	 * When the loop last had nothing to do, zero while it has.
	 */
	private long idleSince = this.bornAt;

	/**
	 * How long the loop has had nothing to do before.
	 */
	private long idleTime;

	/**
	 * Whether looks are on their way. Set by the loop thread, cleared by the last look,
	 * which then looks once more.
	 */
	private final AtomicBoolean looking = new AtomicBoolean();

	/**
	 * What the last look saw, and since when it has been seeing it. The looks' own, which
	 * come one after the other.
	 */
	private long seen;

	private long seenSince;

	/**
	 * The start of the callback that was counted last; whoever sets it counts.
	 */
	private final AtomicLong counted = new AtomicLong();

	private final AtomicLong slow = new AtomicLong();

	private final AtomicLong lastReport = new AtomicLong(this.bornAt - REPORT_INTERVAL);

	private final AtomicLong unreported = new AtomicLong();

	LoopWatch(Loop loop, Spin spin, long threshold) {
		this.loop = loop;
		this.spin = spin;
		this.threshold = threshold;
		this.period = Math.min(Math.max(threshold, SHORTEST_PERIOD), LONGEST_PERIOD);
	}

	/**
	 * Returns how many callbacks have held the loop too long.
	 */
	public long slow() {
		return this.slow.get();
	}

	/**
	 * Returns when the current callback began, zero if none runs.
	 */
	public long since() {
		return (long) SINCE.getOpaque(this);
	}

	/**
	 * Returns for how long the current callback has held the loop, in nanoseconds, zero
	 * if none does.
	 */
	public long heldFor() {
		long since = since();
		return (since != 0) ? Math.max(System.nanoTime() - since, 1) : 0;
	}

	/**
	 * Returns how long the loop has had something to do since it was started, in
	 * nanoseconds.
	 */
	public long busyTime() {
		long idleSince = (long) IDLE_SINCE.getOpaque(this);
		long until = (idleSince != 0) ? idleSince : System.nanoTime();
		return Math.max(until - this.bornAt - (long) IDLE_TIME.getOpaque(this), 0);
	}

	/**
	 * A callback begins, the one before has ended. On the loop thread.
	 */
	void next() {
		long now = System.nanoTime();
		if (this.since != 0) {
			ended(now - this.since);
		}
		else {
			long waited = now - this.idleSince;
			IDLE_SINCE.setOpaque(this, 0L);
			IDLE_TIME.setOpaque(this, this.idleTime + waited);
			this.spin.waited(waited);
		}
		SINCE.setOpaque(this, now);
		if (!this.looking.get() && this.threshold != Nanos.FOREVER) {
			this.looking.set(true);
			startLooking();
		}
	}

	/**
	 * Has the JDK's timer look from now on. This may be its first use, which starts its
	 * thread: that must not inherit an application's class loader for ever.
	 */
	private void startLooking() {
		Thread thread = Thread.currentThread();
		ClassLoader contextClassLoader = thread.getContextClassLoader();
		thread.setContextClassLoader(null);
		try {
			lookIn(this.period);
		}
		finally {
			thread.setContextClassLoader(contextClassLoader);
		}
	}

	private void lookIn(long nanos) {
		CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, Runnable::run).execute(this::look);
	}

	/**
	 * The loop has nothing to do. On the loop thread.
	 */
	void idle() {
		if (this.since != 0) {
			long now = System.nanoTime();
			ended(now - this.since);
			SINCE.setOpaque(this, 0L);
			IDLE_SINCE.setOpaque(this, now);
		}
	}

	private void ended(long held) {
		this.spin.served(held);
		if (held >= this.threshold) {
			report(this.since, held, new StackTraceElement[0]);
		}
	}

	/**
	 * Looks at the callback that runs now. On the thread of the JDK's timer, which others
	 * need too: whatever can take time is done elsewhere.
	 */
	private void look() {
		long next = this.period;
		try {
			long since = since();
			long now = System.nanoTime();
			long held = (since != 0) ? now - since : 0;
			if (held >= this.threshold && this.counted.get() != since) {
				Thread reporter = new Thread(null, () -> reportHeld(since), this.loop.thread().getName() + "-watch", 0,
						false);
				reporter.setDaemon(true);
				reporter.setContextClassLoader(null);
				reporter.start();
			}
			else if (since != 0 && held < this.threshold) {
				// When it has held the loop too long, if it goes on.
				next = Math.min(next, Math.max(this.threshold - held, SHORTEST_PERIOD));
			}
			if (since != 0 || this.seen != since) {
				this.seen = since;
				this.seenSince = now;
			}
			else if (now - this.seenSince >= LINGER) {
				this.looking.set(false);
				// A callback that began before this read is looked at further; one that
				// begins later finds that nobody looks.
				if (since() == 0 || !this.looking.compareAndSet(false, true)) {
					return;
				}
			}
		}
		catch (Throwable ex) {
			Log.warn("The " + this.loop + " could not be looked at", ex);
		}
		lookIn(next);
	}

	private void reportHeld(long since) {
		StackTraceElement[] stack = this.loop.thread().getStackTrace();
		// The stack is that of this callback only if the loop has not moved on.
		if (since() == since) {
			report(since, System.nanoTime() - since, stack);
		}
	}

	/**
	 * Reports and counts a callback, unless that has been done.
	 */
	private void report(long since, long held, StackTraceElement[] stack) {
		long before = this.counted.get();
		if (before == since || !this.counted.compareAndSet(before, since)) {
			return;
		}
		long last = this.lastReport.get();
		long now = System.nanoTime();
		if (now - last >= REPORT_INTERVAL && this.lastReport.compareAndSet(last, now)) {
			log(held, stack);
		}
		else {
			this.unreported.incrementAndGet();
		}
		this.slow.incrementAndGet();
	}

	private void log(long held, StackTraceElement[] stack) {
		long more = this.unreported.getAndSet(0);
		StringBuilder text = new StringBuilder("A callback has held thread \"").append(Names.of(this.loop.thread()))
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
