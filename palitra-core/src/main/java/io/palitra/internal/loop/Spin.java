package io.palitra.internal.loop;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides for one loop, from what was seen of late, whether a thread that has nothing to
 * do should look again and again for some microseconds before it parks. Waking a parked
 * thread costs about 25 us on each side of a hand-off, looking costs a processor: it pays
 * while tasks follow one another quickly and take hardly any time, and only then.
 * <p>
 * Threads that look take turns in being served, so what they write must not share a cache
 * line with what the other side reads: hence the padding, and hence no count of spinning
 * threads that all loops would change. Instead a loop that is in a hurry takes its share
 * of the processors, for itself and its owners, and gives it back before it parks.
 */
public final class Spin {

	/**
	 * The longest spin: 50 us, about what parking and waking would have cost.
	 */
	private static final long LONGEST_SPIN = 50_000;

	/**
	 * The longest time that a thread gives way again and again: 200 us.
	 */
	private static final long LONGEST_YIELD = 200_000;

	/**
	 * Tasks that come at longer intervals are not worth spinning for: 100 us, which two
	 * parked threads that hand tasks to each other stay below.
	 */
	private static final long SHORT_GAP = 100_000;

	/**
	 * Work that takes longer is not worth spinning for: 40 us.
	 */
	private static final long SHORT_SERVICE = 40_000;

	/**
	 * What is longer counts as this much, so that one long pause is soon outweighed: 1
	 * ms.
	 */
	private static final long CAP = 1_000_000;

	private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

	/**
	 * The class of virtual threads, unknown to the Java version that this is compiled
	 * for.
	 */
	private static final Class<?> VIRTUAL = virtual();

	/**
	 * How many loops have a share of the processors: each at least two, one for the loop
	 * and one for an owner.
	 */
	private static final AtomicInteger shares = new AtomicInteger();

	/**
	 * At most one change of mind a second is told.
	 */
	private static final long TELL_INTERVAL = 1_000_000_000;

	private final String runner;

	private final boolean enabled;

	private final Side loopSide = new Side();

	private final Side ownerSide = new Side();

	/**
	 * How many owners may spin at once. Written by the loop thread when that changes,
	 * which is seldom.
	 */
	private volatile int places;

	/**
	 * The loop thread's own.
	 */
	private long toldAt = System.nanoTime() - TELL_INTERVAL;

	Spin(String runner, boolean adaptive) {
		this.runner = runner;
		this.enabled = adaptive && PROCESSORS > 1;
	}

	private static Class<?> virtual() {
		try {
			return Class.forName("java.lang.BaseVirtualThread");
		}
		catch (ClassNotFoundException ex) {
			// Before Java 21: no thread is of this class.
			return Void.class;
		}
	}

	/**
	 * Records how long work has taken. An update that gets lost among several threads
	 * changes little. What is quick and stays so is not written: threads that call their
	 * tasks in place would wait for each other's caches.
	 */
	public void served(long nanos) {
		long service = this.loopSide.service;
		if (service >= SHORT_SERVICE / 2 || nanos >= SHORT_SERVICE / 2) {
			this.loopSide.service = average(service, nanos);
		}
	}

	/**
	 * Records how long the loop has waited. On the loop thread.
	 */
	void waited(long nanos) {
		this.loopSide.gap = average(this.loopSide.gap, nanos);
	}

	private static long average(long before, long nanos) {
		return before + (Math.min(nanos, CAP) - before) / 4;
	}

	/**
	 * Spins on the loop thread until the condition holds, if that is likely to be soon.
	 * @return when it was seen to hold, zero if it was not
	 */
	long spinForTask(Condition condition) {
		if (!this.enabled || this.loopSide.gap >= SHORT_GAP || !takeShare()) {
			return 0;
		}
		places(isQuick() ? PROCESSORS / shares.get() - 1 : 0);
		// Where more owners look than have a processor, the loop's own serves them best.
		boolean hasPlace = this.ownerSide.spinning.get() <= this.places;
		return spin(condition, this.loopSide, hasPlace);
	}

	private boolean isQuick() {
		return this.loopSide.service < SHORT_SERVICE;
	}

	/**
	 * Returns whether owners look for their results before they park.
	 */
	public boolean isSpinning() {
		return this.places > 0;
	}

	private void places(int places) {
		int before = this.places;
		if (places == before) {
			return;
		}
		this.places = places;
		long now = System.nanoTime();
		if ((places == 0 || before == 0) && now - this.toldAt >= TELL_INTERVAL) {
			this.toldAt = now;
			Log.debug("Threads that wait for the loop of runner \"" + this.runner + "\" "
					+ ((places > 0) ? "spin before they park" : "park at once"), null);
		}
	}

	private boolean takeShare() {
		if (!this.loopSide.hasShare) {
			int taken = shares.get();
			this.loopSide.hasShare = taken < PROCESSORS / 2 && shares.compareAndSet(taken, taken + 1);
		}
		return this.loopSide.hasShare;
	}

	/**
	 * The loop is about to park. On the loop thread. An owner may look all the same,
	 * while there are processors that no loop has taken: unless owners are quick to make
	 * the next call, tasks never follow one another quickly.
	 */
	void parks() {
		giveShareBack();
		places((this.enabled && isQuick() && shares.get() < PROCESSORS / 2) ? 1 : 0);
	}

	/**
	 * The loop ends. On the loop thread.
	 */
	void ends() {
		giveShareBack();
		places(0);
	}

	private void giveShareBack() {
		if (this.loopSide.hasShare) {
			this.loopSide.hasShare = false;
			shares.decrementAndGet();
		}
	}

	/**
	 * Looks on an owner's thread until the condition holds, if that is likely to be soon:
	 * spinning if there is a processor for it, and otherwise giving way to other threads
	 * between two looks, which costs a tenth of parking and being woken.
	 */
	public void spinForResult(Condition condition) {
		if (this.places > 0 && !VIRTUAL.isInstance(Thread.currentThread())) {
			boolean hasPlace = this.ownerSide.spinning.incrementAndGet() <= this.places;
			try {
				spin(condition, this.ownerSide, hasPlace);
			}
			finally {
				this.ownerSide.spinning.decrementAndGet();
			}
		}
	}

	private static long spin(Condition condition, Side side, boolean hasPlace) {
		if (side.leftOut > 0) {
			side.leftOut--;
			return 0;
		}
		long seenAt = look(condition, hasPlace);
		side.spun(seenAt != 0);
		return seenAt;
	}

	/**
	 * Returns when the condition was seen to hold, zero if it was not in time. It was not
	 * if the thread lost its processor between two looks, as it does where others want
	 * that: who parks there is woken sooner than who spins gets it back.
	 * <p>
	 * No lambda for the pause: to link one takes more of an owner's stack than there may
	 * be.
	 */
	private static long look(Condition condition, boolean hasPlace) {
		long longest = hasPlace ? LONGEST_SPIN : LONGEST_YIELD;
		long since = System.nanoTime();
		long now;
		do {
			if (hasPlace) {
				Thread.onSpinWait();
			}
			else {
				Thread.yield();
			}
			// Right before it looks: what holds the thread up between the two counts for
			// the time that the task takes.
			now = System.nanoTime();
			if (condition.holds()) {
				return (now - since < longest) ? now : 0;
			}
		}
		while (now - since < longest);
		return 0;
	}

	/**
	 * What a thread waits for. Implemented by the call and the loop themselves, so that
	 * waiting allocates nothing.
	 */
	public interface Condition {

		boolean holds();

	}

	/**
	 * What one side, the loop or its owners, remembers. Owners share it without ordering:
	 * what one gets wrong by that is one spin.
	 */
	private abstract static class State extends Padding {

		private static final int MOST = 1023;

		/**
		 * How many threads spin.
		 */
		final AtomicInteger spinning = new AtomicInteger();

		/**
		 * The moving average of the time that work takes, in nanoseconds.
		 */
		long service = CAP;

		/**
		 * The moving average of the time that the loop has waited for a task, in
		 * nanoseconds.
		 */
		long gap = CAP;

		boolean hasShare;

		/**
		 * Keeps threads from spinning where that has not paid: when the processors are
		 * busy with something else, what a thread spins for cannot happen meanwhile. Each
		 * spin in vain doubles the number of those left out.
		 */
		int penalty;

		int leftOut;

		void spun(boolean inTime) {
			int penalty = inTime ? this.penalty / 2 : Math.min(this.penalty * 2 + 1, MOST);
			if (penalty != this.penalty) {
				this.penalty = penalty;
			}
			if (!inTime) {
				this.leftOut = penalty;
			}
		}

	}

	/**
	 * The same with a distance to what comes next in memory.
	 */
	private static final class Side extends State {

		long q1;

		long q2;

		long q3;

		long q4;

		long q5;

		long q6;

		long q7;

		long q8;

	}

}
