package io.palitra.stress.soak;

import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * A thread that makes calls, and the interrupts that it is sent.
 */
final class Caller {

	private final AtomicInteger interrupts = new AtomicInteger();

	private volatile @Nullable Thread thread;

	/**
	 * The current thread becomes the caller.
	 */
	void begin() {
		this.thread = Thread.currentThread();
	}

	void end() {
		this.thread = null;
	}

	@Nullable Thread thread() {
		return this.thread;
	}

	/**
	 * Counts before and after, so that whoever finds the count odd or changed knows that
	 * an interrupt may have hit.
	 */
	void interrupt() {
		Thread thread = this.thread;
		if (thread != null) {
			this.interrupts.incrementAndGet();
			thread.interrupt();
			this.interrupts.incrementAndGet();
		}
	}

	int interrupts() {
		return this.interrupts.get();
	}

	boolean mayBeInterruptedSince(int before) {
		return before % 2 != 0 || this.interrupts.get() != before;
	}

}
