package io.palitra.internal.loop;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A task of the loop with a result. Differs from its base class in what a loop thread
 * demands: a cancellation never interrupts, since the interrupt could hit whatever runs
 * there next, and the loop thread may not wait for itself.
 */
public class LoopFutureTask<V> extends FutureTask<V> {

	/**
	 * Set by whoever comes first, the loop that calls the callable or the thread that
	 * ends the loop, so that a task reported as never started never is, and one that is
	 * cancelled for the end just before it starts is reported.
	 */
	private final AtomicBoolean taken;

	public LoopFutureTask(Callable<V> callable) {
		this(Objects.requireNonNull(callable, "callable"), new AtomicBoolean());
	}

	private LoopFutureTask(Callable<V> callable, AtomicBoolean taken) {
		super(new Body<>(callable, taken));
		this.taken = taken;
	}

	/**
	 * Lets a task that has run run again; for the loop thread.
	 */
	final void rearm() {
		this.taken.set(false);
	}

	/**
	 * Cancels the task for the end of its loop.
	 * @return whether it is to be given back: it was never started, and its owner had not
	 * cancelled it
	 */
	final boolean giveBack() {
		// Also when it has started: if the loop hangs in it, nobody else ends its wait.
		boolean cancelled = super.cancel(false);
		// After that: a body that comes too late must find that nobody asks for its
		// result.
		boolean unstarted = this.taken.compareAndSet(false, true);
		return cancelled && unstarted;
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		return super.cancel(false);
	}

	@Override
	public V get() throws InterruptedException, ExecutionException {
		LoopFuture.refuseOnLoop(this);
		return super.get();
	}

	@Override
	public V get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
		LoopFuture.refuseOnLoop(this);
		return super.get(timeout, unit);
	}

	/**
	 * What is called. Known to the base class alone, which forgets it at the end.
	 */
	private record Body<V>(Callable<V> callable, AtomicBoolean taken) implements Callable<V> {

		@Override
		public V call() throws Exception {
			if (!this.taken.compareAndSet(false, true)) {
				throw new CancellationException("The loop has ended");
			}
			return this.callable.call();
		}

		@Override
		public String toString() {
			return this.callable.toString();
		}

	}

}
