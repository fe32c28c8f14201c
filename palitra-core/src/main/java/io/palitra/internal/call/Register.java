package io.palitra.internal.call;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * All calls of one runner, from before anybody looks whether it takes them until neither
 * an owner nor a work is left of them. Whoever ends, counts or shows calls finds them
 * here, wherever else they are.
 * <p>
 * A call takes a free place of a page, which costs it one compare-and-set and no memory
 * of its own: the same one each time for calls of one thread, so that it stays in the
 * cache of that thread's processor, and any other if that is taken. Where there is none
 * after a few tries, it looks on the next page, which is twice as large. Pages stay, like
 * the table of a map.
 */
public final class Register {

	/**
	 * How many places of a page a call looks at, beside its thread's own.
	 */
	private static final int TRIES = 8;

	/**
	 * Keeps the places of threads that were made one after the other apart: 2^64 divided
	 * by the golden ratio.
	 */
	private static final long SPREAD = 0x9E3779B97F4A7C15L;

	private final Page first = new Page(256);

	private final LongAdder entered = new LongAdder();

	private final LongAdder left = new LongAdder();

	/**
	 * How many calls have no owner any more, only work.
	 */
	private final AtomicInteger abandoned = new AtomicInteger();

	void enter(Call<?> call) {
		this.entered.increment();
		boolean placed = false;
		try {
			Page page = this.first;
			while (!page.enter(call)) {
				page = page.next();
			}
			placed = true;
		}
		finally {
			if (!placed) {
				// An Error: there is no call.
				this.left.increment();
			}
		}
	}

	/**
	 * The owner of a call has left, and its work goes on.
	 */
	void abandon() {
		this.abandoned.incrementAndGet();
	}

	/**
	 * Neither the owner nor the work of a call is left.
	 */
	void leave(Call<?> call) {
		if (call.page != null && call.page.places.compareAndSet(call.place, call, null)) {
			this.left.increment();
		}
	}

	/**
	 * The work of a call that was abandoned has ended.
	 */
	void leaveAbandoned(Call<?> call) {
		this.abandoned.decrementAndGet();
		leave(call);
	}

	/**
	 * Returns whether nobody needs the outcome of any call.
	 */
	public boolean isIdle() {
		return !this.first.any((call) -> !call.isLeft());
	}

	/**
	 * Returns the same, without the calls that some threads are inside of.
	 * @param some tells of a thread, or of none, whether it is one of them
	 */
	public boolean isIdleBut(Predicate<@Nullable Thread> some) {
		return !this.first.any((call) -> !call.isLeft() && !call.isHandledBy(some));
	}

	/**
	 * Returns whether a thread is inside a call.
	 */
	public boolean isBusy(Thread thread) {
		return this.first.any((call) -> call.isHandledBy((other) -> other == thread));
	}

	/**
	 * Returns how many calls have been entered so far.
	 */
	long entered() {
		return this.entered.sum();
	}

	/**
	 * Returns how many calls are here, or more, never less.
	 */
	long size() {
		// In this order: a call that leaves meanwhile still counts.
		long left = this.left.sum();
		return this.entered.sum() - left;
	}

	int abandoned() {
		return Math.max(this.abandoned.get(), 0);
	}

	void forEach(Consumer<Call<?>> action) {
		this.first.any((call) -> {
			action.accept(call);
			return false;
		});
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
		forEach((call) -> {
			youngestFirst.add(call);
			if (youngestFirst.size() > most) {
				youngestFirst.poll();
			}
		});
		List<Call<?>> oldest = new ArrayList<>(youngestFirst);
		oldest.sort(byAge.reversed());
		return oldest;
	}

	/**
	 * Places for calls. All accesses of places are volatile: who enters a call and then
	 * looks at something, and who writes that and then looks for calls, see each other.
	 */
	static final class Page {

		private final AtomicReferenceArray<@Nullable Call<?>> places;

		private final AtomicReference<@Nullable Page> next = new AtomicReference<>();

		Page(int size) {
			this.places = new AtomicReferenceArray<>(size);
		}

		/**
		 * Enters a call.
		 * @return {@code false} if there is no place
		 */
		boolean enter(Call<?> call) {
			int size = this.places.length();
			if (enter(call, (int) (Thread.currentThread().getId() * SPREAD >>> 33) % size)) {
				return true;
			}
			int start = ThreadLocalRandom.current().nextInt(size);
			for (int index = start; index < start + TRIES; index++) {
				if (enter(call, index % size)) {
					return true;
				}
			}
			return false;
		}

		private boolean enter(Call<?> call, int place) {
			if (this.places.get(place) != null) {
				return false;
			}
			// Before the call is there for others, who may take it out.
			call.page = this;
			call.place = place;
			return this.places.compareAndSet(place, null, call);
		}

		Page next() {
			Page next = this.next.get();
			if (next == null) {
				next = new Page(2 * this.places.length());
				if (!this.next.compareAndSet(null, next)) {
					return next();
				}
			}
			return next;
		}

		/**
		 * Returns whether a condition holds for any call, here or further on.
		 */
		boolean any(Predicate<Call<?>> condition) {
			for (Page page = this; page != null; page = page.next.get()) {
				for (int place = 0; place < page.places.length(); place++) {
					Call<?> call = page.places.get(place);
					if (call != null && condition.test(call)) {
						return true;
					}
				}
			}
			return false;
		}

	}

}
