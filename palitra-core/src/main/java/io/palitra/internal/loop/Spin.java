package io.palitra.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides for one loop, from what was seen of late, whether a thread that has nothing to
 * do should look again and again for some microseconds before it parks. Waking a parked
 * thread costs about 25 us on each side of a hand-off, looking costs a processor: it pays
 * while tasks follow one another quickly and take hardly any time, and only then.
 */
public final class Spin {

	/**
	 * The longest spin: 50 us, about what parking and waking would have cost.
	 */
	private static final long LONGEST = 50_000;

	/**
	 * Tasks that come at longer intervals are not worth spinning for: 100 us, which two
	 * parked threads that hand tasks to each other stay below.
	 */
	private static final long SHORT_GAP = 100_000;

	/**
	 * Work that takes longer is not worth spinning for: 20 us.
	 */
	private static final long SHORT_SERVICE = 20_000;

	/**
	 * What is longer counts as this much, so that one long pause is soon outweighed: 1
	 * ms.
	 */
	private static final long CAP = 1_000_000;

	/**
	 * How often to look between two readings of the clock.
	 */
	private static final int LOOKS = 32;

	private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

	/**
	 * How many threads spin, for all loops of the process.
	 */
	private static final AtomicInteger spinning = new AtomicInteger();

	private static final VarHandle SERVICE;

	static {
		try {
			SERVICE = MethodHandles.lookup().findVarHandle(Spin.class, "service", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final boolean enabled;

	private final Backoff forTasks = new Backoff();

	private final Backoff forResults = new Backoff();

	/**
	 * The moving average of the time from a task's start to its result, in nanoseconds.
	 * Any thread updates it, and an update that gets lost changes little: opaque access
	 * is enough.
	 */
	private long service = CAP;

	/**
	 * The moving average of the time that the loop has waited for a task, in nanoseconds.
	 * The loop thread's own.
	 */
	private long gap = CAP;

	Spin(boolean adaptive) {
		this.enabled = adaptive && PROCESSORS > 1;
	}

	/**
	 * Records how long work has taken.
	 */
	public void served(long nanos) {
		if (this.enabled) {
			long service = (long) SERVICE.getOpaque(this);
			SERVICE.setOpaque(this, average(service, nanos));
		}
	}

	/**
	 * Records how long the loop has waited. On the loop thread.
	 */
	void waited(long nanos) {
		this.gap = average(this.gap, nanos);
	}

	private static long average(long before, long nanos) {
		return before + (Math.min(nanos, CAP) - before) / 4;
	}

	/**
	 * Spins on the loop thread until the condition holds, if that is likely to be soon.
	 */
	void spinForTask(Condition condition) {
		if (this.enabled && this.gap < SHORT_GAP) {
			spin(condition, this.forTasks);
		}
	}

	/**
	 * Spins on an owner's thread until the condition holds, if that is likely to be soon.
	 */
	public void spinForResult(Condition condition) {
		if (this.enabled && (long) SERVICE.getOpaque(this) < SHORT_SERVICE
				&& !VirtualThreads.isVirtual(Thread.currentThread())) {
			spin(condition, this.forResults);
		}
	}

	private static void spin(Condition condition, Backoff backoff) {
		if (backoff.isOver()) {
			if (spinning.incrementAndGet() <= PROCESSORS) {
				backoff.spun(isInTime(condition));
			}
			spinning.decrementAndGet();
		}
	}

	private static boolean isInTime(Condition condition) {
		long since = System.nanoTime();
		while (!holds(condition)) {
			if (System.nanoTime() - since > LONGEST) {
				return false;
			}
		}
		return true;
	}

	private static boolean holds(Condition condition) {
		for (int look = 0; look < LOOKS; look++) {
			if (condition.holds()) {
				return true;
			}
			Thread.onSpinWait();
		}
		return false;
	}

	/**
	 * What a thread waits for. Implemented by the call and the loop themselves, so that
	 * waiting allocates nothing.
	 */
	public interface Condition {

		boolean holds();

	}

	/**
	 * Keeps threads from spinning where that has not paid: when the processors are busy
	 * with something else, what a thread spins for cannot happen meanwhile. Each spin in
	 * vain doubles the number of those left out. Threads share this without ordering:
	 * what one gets wrong by that is one spin.
	 */
	private static final class Backoff {

		private static final int MOST = 1023;

		private int penalty;

		private int leftOut;

		boolean isOver() {
			if (this.leftOut > 0) {
				this.leftOut--;
				return false;
			}
			return true;
		}

		void spun(boolean inTime) {
			this.penalty = inTime ? this.penalty / 2 : Math.min(this.penalty * 2 + 1, MOST);
			this.leftOut = inTime ? 0 : this.penalty;
		}

	}

	/**
	 * Virtual threads, which are not known to the Java version that this is compiled for.
	 */
	private static final class VirtualThreads {

		private static final Class<?> TYPE = type();

		private static Class<?> type() {
			try {
				return Class.forName("java.lang.BaseVirtualThread");
			}
			catch (ClassNotFoundException ex) {
				// Before Java 21: of this class there are no threads.
				return Void.class;
			}
		}

		static boolean isVirtual(Thread thread) {
			return TYPE.isInstance(thread);
		}

	}

}
