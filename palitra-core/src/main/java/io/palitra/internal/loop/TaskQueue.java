package io.palitra.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * What a loop is to do. Any thread adds and may close; one thread, the consumer, takes
 * and sleeps. Tasks are a chain, the newest first, onto which adders put theirs with one
 * compare-and-set; the consumer turns round what it finds there, and goes through it.
 *
 * <pre>
 *                   not taken                    taken
 *  add ──▶ newest ──older──▶ … ──older──▶ newest ◀──newer── … ◀──newer── oldest ──▶ loop
 * </pre>
 *
 * The consumer writes nowhere that adders look, as long as it is busy: it remembers the
 * newest task that it has taken, and cuts the chain behind the oldest that it has not
 * come to. The newest stays in the chain when it has run, if none came after it. It is
 * taken out before the consumer looks at timers or sleeps, so that an idle loop keeps
 * none (rule C17).
 * <p>
 * A queue is closed by the same word that tasks are added by: a task is added before, and
 * the closer has it in his chain or the consumer has come to it, or it is refused. The
 * consumer says what it runs before it takes that out of the chain, and the closer looks
 * in the other order: he misses nothing, but may get a task that the loop has come to
 * meanwhile or has even run. A {@link LoopTask} can bear that. The closer takes the chain
 * apart after he has closed it: a consumer who has found a part of it sees that.
 * <p>
 * <em>Add, then wake</em>: a thread adds, then reads {@link Inbox#sleeping}; the consumer
 * writes that, then looks into the inbox. These are volatile accesses, so that one side
 * always sees the other.
 */
final class TaskQueue {

	/**
	 * In the place of the newest task, once the queue is closed.
	 */
	private static final LoopTask CLOSED = new Command(() -> {
	}, true);

	private final Inbox inbox = new Inbox();

	private final Taken taken = new Taken();

	/**
	 * Adds a task and wakes the consumer.
	 * @return {@code false} if the queue is closed; the task is still the caller's then
	 */
	boolean add(LoopTask task, Thread consumer) {
		LoopTask newest;
		do {
			newest = this.inbox.newest;
			if (newest == CLOSED) {
				task.older = null;
				return false;
			}
			task.older = newest;
		}
		while (!this.inbox.compareAndSet(newest, task));
		wake(consumer);
		return true;
	}

	/**
	 * Wakes the consumer if it sleeps. All who see that do, until the consumer itself
	 * says that it is awake: were it said by one who then overflows, nobody would wake
	 * it.
	 */
	void wake(Thread consumer) {
		if (this.inbox.sleeping) {
			LockSupport.unpark(consumer);
		}
	}

	/**
	 * Returns the oldest task, for the consumer. All that its adder did before
	 * happens-before this (rule C20).
	 */
	@Nullable LoopTask first() {
		if (this.taken.oldest == null) {
			take();
		}
		return this.taken.oldest;
	}

	private void take() {
		LoopTask newest = this.inbox.newest;
		if (newest == this.taken.newest || newest == null || newest == CLOSED) {
			return;
		}
		LoopTask oldest = newest;
		for (LoopTask older = oldest.older; older != null && older != this.taken.newest; older = oldest.older) {
			older.newer = oldest;
			oldest = older;
		}
		oldest.older = null;
		// Pairs with the fence in close(..): who sees a cut link sees that it is closed.
		VarHandle.acquireFence();
		if (isClosed()) {
			unlink(oldest);
			return;
		}
		this.taken.newest = newest;
		this.taken.oldest = oldest;
	}

	/**
	 * Takes the oldest task out, after the consumer has said that it runs it. Neither it
	 * nor the next keeps the other (rule C17).
	 */
	void removeFirst(LoopTask first) {
		VarHandle.releaseFence();
		LoopTask next = first.newer;
		this.taken.oldest = next;
		if (next != null) {
			next.older = null;
			first.newer = null;
		}
	}

	/**
	 * Returns the oldest task that the consumer has not come to, as far as others can
	 * tell, who read this without ordering and may miss what is taken just then.
	 */
	@Nullable LoopTask peek() {
		LoopTask oldest = this.taken.oldest;
		if (oldest != null) {
			return oldest;
		}
		LoopTask last = this.taken.newest;
		for (LoopTask task = this.inbox.newest; task != null && task != CLOSED && task != last; task = task.older) {
			oldest = task;
		}
		return oldest;
	}

	/**
	 * Returns whether there is nothing to do and the queue open, for the consumer.
	 */
	boolean isEmpty() {
		return this.taken.oldest == null && this.inbox.newest == this.taken.newest;
	}

	/**
	 * Takes the last task out, if it has run and none came after it; for the consumer.
	 */
	void forgetLast() {
		LoopTask last = this.taken.newest;
		if (last != null && this.taken.oldest == null && this.inbox.compareAndSet(last, null)) {
			this.taken.newest = null;
		}
	}

	/**
	 * Tells that the consumer is about to sleep; it must look once more before it does.
	 */
	void sleeping() {
		forgetLast();
		this.inbox.sleeping = true;
		// Timers are looked at next, by plain reads.
		VarHandle.fullFence();
	}

	/**
	 * Tells that the consumer is awake.
	 */
	void awake() {
		this.inbox.sleeping = false;
	}

	boolean isClosed() {
		return this.inbox.newest == CLOSED;
	}

	/**
	 * Accepts nothing any more if nothing is there, for the consumer.
	 * @return whether it was so
	 */
	boolean closeIfEmpty() {
		return this.taken.oldest == null && this.inbox.compareAndSet(this.taken.newest, CLOSED);
	}

	/**
	 * Accepts nothing any more, and wakes the consumer.
	 * @return all that was there, oldest first
	 */
	List<LoopTask> close(Thread consumer) {
		List<LoopTask> left = new ArrayList<>();
		LoopTask newest = this.inbox.close();
		VarHandle.releaseFence();
		for (LoopTask task = newest; task != null && task != CLOSED;) {
			left.add(task);
			LoopTask older = task.older;
			// None keeps another, even if the loop hangs (rule C17).
			task.older = null;
			task.newer = null;
			task = older;
		}
		// Only then may be looked at what the consumer runs.
		VarHandle.acquireFence();
		wake(consumer);
		Collections.reverse(left);
		return left;
	}

	/**
	 * Lets go of what the consumer had not come to when the queue was closed, for the
	 * consumer as it ends (rule C17).
	 */
	void forget() {
		unlink(this.taken.oldest);
		this.taken.oldest = null;
		this.taken.newest = null;
	}

	private static void unlink(@Nullable LoopTask oldest) {
		for (LoopTask task = oldest; task != null;) {
			LoopTask newer = task.newer;
			task.newer = null;
			task = newer;
		}
	}

	/**
	 * The tasks that come in. All who hand tasks over write here, so what they read
	 * besides stands in the same line of the cache, and nothing else does.
	 */
	private static final class Inbox extends Padding {

		private static final VarHandle NEWEST;

		static {
			try {
				NEWEST = MethodHandles.lookup().findVarHandle(Inbox.class, "newest", LoopTask.class);
			}
			catch (ReflectiveOperationException ex) {
				throw new ExceptionInInitializerError(ex);
			}
		}

		/**
		 * {@code null} if there is none.
		 */
		private volatile @Nullable LoopTask newest;

		/**
		 * Whether the consumer sleeps, or is about to.
		 */
		private volatile boolean sleeping;

		boolean compareAndSet(@Nullable LoopTask expected, @Nullable LoopTask next) {
			return NEWEST.compareAndSet(this, expected, next);
		}

		@Nullable LoopTask close() {
			return (LoopTask) NEWEST.getAndSet(this, CLOSED);
		}

	}

	/**
	 * The tasks that the consumer has taken. Written by the consumer alone, and away from
	 * what adders read.
	 */
	private static final class Taken extends Padding {

		/**
		 * The last; may have run.
		 */
		private @Nullable LoopTask newest;

		/**
		 * The next to run.
		 */
		private @Nullable LoopTask oldest;

	}

}
