package io.palitra.internal.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

import org.jspecify.annotations.Nullable;

/**
 * The timers of one loop, the one that is due first in front. Any thread adds and
 * removes, so that a cancelled timer is gone at once even while the loop is held; adding,
 * removing and taking grow with the logarithm of their number. A timer is given out once:
 * whoever removes it has it, with a command that runs it this time.
 */
final class Timers {

	private final ConcurrentSkipListMap<TimerTask<?>, Command> timers = new ConcurrentSkipListMap<>();

	void add(TimerTask<?> timer) {
		this.timers.put(timer, new Command(timer, false));
	}

	/**
	 * Removes a timer.
	 * @return {@code false} if somebody else has taken it
	 */
	boolean remove(TimerTask<?> timer) {
		return this.timers.remove(timer) != null;
	}

	/**
	 * Returns for how many nanoseconds the timer that is due first has been waiting to be
	 * taken, zero or less if none is due, {@link Long#MIN_VALUE} if there is none.
	 */
	long overdue() {
		Map.Entry<TimerTask<?>, Command> first = this.timers.firstEntry();
		return (first != null) ? -first.getKey().dueIn(System.nanoTime()) : Long.MIN_VALUE;
	}

	/**
	 * Returns the timer that is due first, {@code null} if none is due. It stays here.
	 */
	Map.@Nullable Entry<TimerTask<?>, Command> due() {
		Map.Entry<TimerTask<?>, Command> first = this.timers.firstEntry();
		return (first != null && first.getKey().dueIn(System.nanoTime()) <= 0) ? first : null;
	}

	/**
	 * Takes all, in the order in which they are due.
	 */
	List<Command> drain() {
		List<Command> left = new ArrayList<>();
		for (var first = this.timers.pollFirstEntry(); first != null; first = this.timers.pollFirstEntry()) {
			left.add(first.getValue());
		}
		return left;
	}

}
