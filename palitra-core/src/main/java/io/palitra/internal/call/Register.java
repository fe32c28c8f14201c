package io.palitra.internal.call;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * All calls of one runner, from before anybody looks whether it takes them until neither
 * an owner nor a work is left of them. Whoever ends, counts or shows calls finds them
 * here, wherever else they are.
 */
public final class Register {

	private final Set<Call<?>> calls = ConcurrentHashMap.newKeySet();

	/**
	 * How many of them have no owner any more, only work.
	 */
	private final AtomicInteger abandoned = new AtomicInteger();

	/**
	 * The thread that waits for the calls to leave. Volatile: it is written before that
	 * thread looks for the last time, and read after a call has left.
	 */
	private volatile @Nullable Thread drainer;

	void enter(Call<?> call) {
		this.calls.add(call);
	}

	/**
	 * The owner of a call has left, and its work goes on.
	 */
	void abandon() {
		this.abandoned.incrementAndGet();
		tellDrainer();
	}

	/**
	 * Neither the owner nor the work of a call is left.
	 */
	void leave(Call<?> call) {
		this.calls.remove(call);
		tellDrainer();
	}

	/**
	 * The work of a call that was abandoned has ended.
	 */
	void leaveAbandoned(Call<?> call) {
		this.abandoned.decrementAndGet();
		leave(call);
	}

	private void tellDrainer() {
		Thread drainer = this.drainer;
		if (drainer != null) {
			LockSupport.unpark(drainer);
		}
	}

	/**
	 * Sets the thread to wake when calls leave.
	 */
	public void setDrainer(@Nullable Thread drainer) {
		this.drainer = drainer;
	}

	/**
	 * Returns whether no call has an owner any more. Looks at the calls themselves where
	 * the counts, which threads change one after the other, do not say so.
	 */
	public boolean isIdle() {
		return size() <= this.abandoned.get() || isIdleBut((thread) -> false);
	}

	/**
	 * Returns whether no call is left but those whose thread does not count.
	 */
	public boolean isIdleBut(Predicate<Thread> passed) {
		for (Call<?> call : this.calls) {
			Thread thread = call.thread();
			if (!call.isLeft() && (thread == null || !passed.test(thread))) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Returns whether a thread is busy with a call: it waits for one, calls its task, or
	 * tells of its end.
	 */
	public boolean isBusy(Thread thread) {
		for (Call<?> call : this.calls) {
			if (call.isHandledBy(thread)) {
				return true;
			}
		}
		return false;
	}

	int size() {
		return this.calls.size();
	}

	int abandoned() {
		return Math.max(this.abandoned.get(), 0);
	}

	void forEach(Consumer<Call<?>> action) {
		this.calls.forEach(action);
	}

	/**
	 * Returns the oldest calls, the oldest first.
	 * @param most how many at most
	 * @param now when their ages are taken, one moment for all, or they would not be in
	 * order
	 */
	List<Call<?>> oldest(int most, long now) {
		Comparator<Call<?>> byAge = Comparator.comparingLong((call) -> call.age(now));
		PriorityQueue<Call<?>> youngestFirst = new PriorityQueue<>(byAge);
		for (Call<?> call : this.calls) {
			youngestFirst.add(call);
			if (youngestFirst.size() > most) {
				youngestFirst.poll();
			}
		}
		List<Call<?>> oldest = new ArrayList<>(youngestFirst);
		oldest.sort(byAge.reversed());
		return oldest;
	}

}
