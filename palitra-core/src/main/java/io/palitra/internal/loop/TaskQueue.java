package io.palitra.internal.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * What a loop is to do. Any thread adds and may close; one thread, the consumer, takes
 * and sleeps. A task that was accepted is given out once: to the consumer or to the
 * closer.
 * <p>
 * Two orderings hold it together, each of two volatile accesses on either side, so that
 * one side always sees the other. <em>Add, then look</em>: a thread adds, then reads
 * {@link #closed}; the closer writes that, then takes what is there. <em>Add, then
 * wake</em>: a thread adds, then reads {@link #sleeping}; the consumer writes that, then
 * looks whether there is something.
 */
final class TaskQueue {

	private final ConcurrentLinkedQueue<LoopTask> tasks = new ConcurrentLinkedQueue<>();

	private volatile boolean sleeping;

	private volatile boolean closed;

	/**
	 * Adds a task and wakes the consumer.
	 * @return {@code false} if the queue is closed; the task is still the caller's then
	 */
	boolean add(LoopTask task, Thread consumer) {
		if (this.closed) {
			return false;
		}
		this.tasks.add(task);
		if (this.closed && this.tasks.remove(task)) {
			return false;
		}
		wake(consumer);
		return true;
	}

	/**
	 * Wakes the consumer if it sleeps. All who see that do, until the consumer itself
	 * says that it is awake: were it said by one who then overflows, nobody would wake
	 * it.
	 */
	void wake(Thread consumer) {
		if (this.sleeping) {
			LockSupport.unpark(consumer);
		}
	}

	/**
	 * Takes the oldest task. All that its adder did before happens-before this (rule
	 * C20).
	 */
	@Nullable LoopTask poll() {
		return this.tasks.poll();
	}

	/**
	 * Returns the oldest task, for anybody.
	 */
	@Nullable LoopTask peek() {
		return this.tasks.peek();
	}

	boolean isEmpty() {
		return this.tasks.isEmpty();
	}

	/**
	 * Tells that the consumer is about to sleep; it must look once more before it does.
	 */
	void sleeping() {
		this.sleeping = true;
	}

	/**
	 * Tells that the consumer is awake.
	 */
	void awake() {
		this.sleeping = false;
	}

	boolean isClosed() {
		return this.closed;
	}

	/**
	 * Accepts nothing any more.
	 */
	void close(Thread consumer) {
		this.closed = true;
		wake(consumer);
	}

	/**
	 * Takes all that is there, oldest first.
	 */
	List<LoopTask> drain() {
		List<LoopTask> left = new ArrayList<>();
		for (LoopTask task = poll(); task != null; task = poll()) {
			left.add(task);
		}
		return left;
	}

}
