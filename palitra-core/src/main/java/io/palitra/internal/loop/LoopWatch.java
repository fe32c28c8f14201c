package io.palitra.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * Keeps the time of one loop: what it does, how long it has been busy, and which
 * callbacks hold it too long (rule C18). Callbacks are looked at from outside while they
 * run, which shows their stack; those that end between two looks, the loop itself notices
 * when it starts the next one. The {@link Clock} looks, and only while the loop is busy,
 * so that an idle runner costs nothing.
 * <p>
 * {@link #since}, {@link #idleSince} and {@link #idleTime} are written by the loop thread
 * and read by others, who compare values to tell callbacks apart or tell the time by
 * them. An old value does no harm there, so opaque access is enough.
 */
public final class LoopWatch extends Padding {

	/**
	 * At most one first report a second.
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

	/**
	 * A callback that goes on is reported again after 1 s, 10 s and each minute; one that
	 * was is reported once more when it ends.
	 */
	private static final long[] AGAIN = { 1_000_000_000L, 10_000_000_000L, 60_000_000_000L };

	private static final VarHandle CURRENT;

	private static final VarHandle SINCE;

	private static final VarHandle IDLE_SINCE;

	private static final VarHandle IDLE_TIME;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			CURRENT = lookup.findVarHandle(LoopWatch.class, "current", LoopTask.class);
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
	 * How long to wait between two looks.
	 */
	private final long period;

	private final long bornAt = System.nanoTime();

	/**
	 * What the loop runs now. Written with release before that leaves the queue or the
	 * timers, read after these by whoever closes the loop while it hangs, and tells it.
	 */
	private @Nullable LoopTask current;

	/**
	 * When the callback that runs now began, zero if the loop has nothing to do.
	 */
	private long since;

	/**
	 * When the loop ran out of work, zero while it has some.
	 */
	private long idleSince = this.bornAt;

	/**
	 * How long the loop has had nothing to do before.
	 */
	private long idleTime;

	/**
	 * When the loop saw what it is about to begin, zero if that has to be asked. The loop
	 * thread's own.
	 */
	private long taskSeenAt;

	/**
	 * Whether looks are on their way. Set by whoever begins to look, cleared by the last
	 * look, which then looks once more.
	 */
	private final AtomicBoolean looking = new AtomicBoolean();

	/**
	 * What the last look saw, and since when looks have been seeing it. The looks' own,
	 * which come one after the other.
	 */
	private long seen;

	private long seenSince;

	/**
	 * When the callback that was seen last is to be reported, counted from its start. The
	 * looks' own.
	 */
	private long nextReport;

	/**
	 * What the loop was doing when two looks had seen the same callback.
	 */
	private volatile @Nullable Sample sample;

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
		this.period = Math.min(Math.max(threshold / 2, SHORTEST_PERIOD), LONGEST_PERIOD);
	}

	/**
	 * Returns how many callbacks have held the loop too long.
	 */
	public long slow() {
		return this.slow.get();
	}

	/**
	 * Returns the task that runs now.
	 */
	public @Nullable LoopTask current() {
		return (LoopTask) CURRENT.getAcquire(this);
	}

	/**
	 * Another task runs now, or none. On the loop thread.
	 */
	void current(@Nullable LoopTask task) {
		CURRENT.setRelease(this, task);
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
	 * The loop, which had nothing to do, has seen a task just now, and is about to begin
	 * it. On the loop thread.
	 * @param at when, zero if nobody has looked at the clock
	 */
	void seen(long at) {
		this.taskSeenAt = at;
	}

	/**
	 * A callback begins, the one before has ended. On the loop thread.
	 */
	void next() {
		long now = (this.taskSeenAt != 0) ? this.taskSeenAt : System.nanoTime();
		this.taskSeenAt = 0;
		if (this.since != 0) {
			now = ended(now);
		}
		else {
			long waited = now - this.idleSince;
			IDLE_SINCE.setOpaque(this, 0L);
			IDLE_TIME.setOpaque(this, this.idleTime + waited);
			this.spin.waited(waited);
		}
		SINCE.setOpaque(this, now);
		if (!this.looking.get() && this.threshold != Nanos.FOREVER && this.looking.compareAndSet(false, true)) {
			startLooking();
		}
	}

	private void startLooking() {
		try {
			Clock.after(this.period, this::look);
		}
		catch (OutOfMemoryError ex) {
			// There is no thread to be had, and the callback is to run all the same.
			this.looking.set(false);
			Log.debug("The " + this.loop + " cannot be looked at", ex);
		}
	}

	/**
	 * The loop has nothing to do. On the loop thread.
	 */
	void idle() {
		if (this.since != 0) {
			long now = ended(System.nanoTime());
			SINCE.setOpaque(this, 0L);
			IDLE_SINCE.setOpaque(this, now);
		}
	}

	/**
	 * Reports the callback that has ended, if it was slow.
	 * @return the time now, which is later if a report had to be written
	 */
	private long ended(long now) {
		long since = this.since;
		long held = now - since;
		this.spin.served(held);
		if (held < this.threshold) {
			return now;
		}
		// What a look sees from here on is the report and not what was slow.
		SINCE.setOpaque(this, 0L);
		if (!report(since, held) && held >= AGAIN[0]) {
			Log.warn("The callback that held " + describeLoop() + " has ended, after " + Nanos.text(held));
		}
		return System.nanoTime();
	}

	/**
	 * Looks at the callback that runs now, on the clock's thread.
	 */
	private void look() {
		long next = this.period;
		try {
			long since = since();
			long now = System.nanoTime();
			long held = (since != 0) ? now - since : 0;
			if (since != 0 && since == this.seen) {
				sample(since);
			}
			if (since != this.seen) {
				this.nextReport = this.threshold;
			}
			if (since != 0 && held >= this.nextReport) {
				this.nextReport = reportAfter(held);
				Clock.elsewhere(() -> reportHeld(since));
			}
			else if (since != 0) {
				next = Math.min(next, Math.max(this.nextReport - held, SHORTEST_PERIOD));
			}
			if (since != 0 || this.seen != since) {
				this.seen = since;
				this.seenSince = now;
			}
			else if (now - this.seenSince >= LINGER) {
				this.looking.set(false);
				// A callback that begins later finds that nobody looks. One that began
				// before may not have been seen, nor have seen that: it is in a moment.
				Clock.after(this.period, this::lookAgain);
				return;
			}
		}
		catch (Throwable ex) {
			Log.warn("The " + this.loop + " could not be looked at", ex);
		}
		Clock.after(next, this::look);
	}

	private void lookAgain() {
		if (since() != 0 && this.looking.compareAndSet(false, true)) {
			look();
		}
	}

	private static long reportAfter(long held) {
		for (long limit : AGAIN) {
			if (held < limit) {
				return limit;
			}
		}
		long longest = AGAIN[AGAIN.length - 1];
		return (held / longest + 1) * longest;
	}

	private void sample(long since) {
		StackTraceElement[] stack = this.loop.thread().getStackTrace();
		// The stack is that of this callback only if the loop has not moved on.
		if (since() == since) {
			this.sample = new Sample(since, stack);
		}
	}

	private void reportHeld(long since) {
		sample(since);
		long held = System.nanoTime() - since;
		if (since() == since && !report(since, held) && held >= AGAIN[0]) {
			log(since, held, "still, ");
		}
	}

	/**
	 * Counts a callback and reports it, unless that has been done.
	 * @return {@code false} if it has
	 */
	private boolean report(long since, long held) {
		long before = this.counted.get();
		if (before == since || !this.counted.compareAndSet(before, since)) {
			return false;
		}
		long last = this.lastReport.get();
		long now = System.nanoTime();
		if (now - last >= REPORT_INTERVAL && this.lastReport.compareAndSet(last, now)) {
			log(since, held, "");
		}
		else {
			this.unreported.incrementAndGet();
		}
		this.slow.incrementAndGet();
		return true;
	}

	private void log(long since, long held, String still) {
		long more = this.unreported.getAndSet(0);
		String text = "A callback has held " + describeLoop() + ", " + still + "for " + Nanos.text(held)
				+ ((more > 0) ? " (and " + more + " others have since the last report)" : "");
		Sample last = this.sample;
		if (last == null || last.since() != since) {
			Log.warn(text);
		}
		else if (held < AGAIN[0] && LoopStack.isOfClassLoading(last.stack())) {
			Log.debug(text + ", loading classes", new LoopStack("what held it", last.stack()));
		}
		else {
			Log.warn(text, new LoopStack("what holds it", last.stack()));
		}
	}

	private String describeLoop() {
		return "thread \"" + Names.of(this.loop.thread()) + "\", the " + this.loop;
	}

	/**
	 * A stack of the loop.
	 *
	 * @param since when the callback began that was seen
	 * @param stack what it was doing
	 */
	private record Sample(long since, StackTraceElement[] stack) {
	}

}
