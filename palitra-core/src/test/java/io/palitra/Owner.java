package io.palitra;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A thread that makes one call which may block, and what came of it.
 */
final class Owner<T> {

	private final CountDownLatch done = new CountDownLatch(1);

	private final Thread thread;

	private T value;

	private Throwable failure;

	private boolean interrupted;

	private Owner(ThreadFactory threads, Callable<T> call) {
		this.thread = threads.newThread(() -> {
			try {
				this.value = call.call();
			}
			catch (Throwable ex) {
				this.failure = ex;
			}
			this.interrupted = Thread.currentThread().isInterrupted();
			this.done.countDown();
		});
	}

	static <T> Owner<T> start(Callable<T> call) {
		return start(Support::daemon, call);
	}

	static <T> Owner<T> start(ThreadFactory threads, Callable<T> call) {
		Owner<T> owner = new Owner<>(threads, call);
		owner.thread.start();
		return owner;
	}

	/**
	 * Starts an owner and waits until it is parked.
	 */
	static <T> Owner<T> parked(Callable<T> call) {
		return parked(Support::daemon, call);
	}

	static <T> Owner<T> parked(ThreadFactory threads, Callable<T> call) {
		Owner<T> owner = start(threads, call);
		Support.untilParked(owner.thread);
		return owner;
	}

	Thread thread() {
		return this.thread;
	}

	boolean isDone() {
		return this.done.getCount() == 0;
	}

	void interrupt() {
		this.thread.interrupt();
	}

	/**
	 * Returns what the call returned; fails if it threw or does not end.
	 */
	T value() {
		Support.await(this.done);
		assertThat(this.failure).isNull();
		return this.value;
	}

	/**
	 * Returns what the call threw; fails if it returned or does not end.
	 */
	Throwable failure() {
		Support.await(this.done);
		assertThat(this.failure).as("failure, the value being " + this.value).isNotNull();
		return this.failure;
	}

	/**
	 * Waits for the end and tells whether the thread's interrupt flag was set then.
	 */
	boolean wasInterruptedAtEnd() {
		Support.await(this.done);
		return this.interrupted;
	}

}
