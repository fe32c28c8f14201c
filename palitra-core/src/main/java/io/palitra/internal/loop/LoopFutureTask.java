package io.palitra.internal.loop;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * A task of the loop with a result. Differs from its base class in what a loop thread
 * demands: a cancellation never interrupts, since the interrupt could hit whatever runs
 * there next, and the loop thread may not wait for itself.
 */
public class LoopFutureTask<V> extends FutureTask<V> implements LoopTask {

	private final Body<V> body;

	public LoopFutureTask(Callable<V> callable) {
		this(new Body<>(Objects.requireNonNull(callable, "callable")));
	}

	private LoopFutureTask(Body<V> body) {
		super(body);
		this.body = body;
	}

	/**
	 * Lets a task that has run run again; for the loop thread.
	 */
	final void rearm() {
		this.body.taken.set(false);
	}

	@Override
	public final void perform() {
		run();
	}

	@Override
	public final @Nullable Runnable abandon() {
		// Also when it has started: if the loop hangs in it, nobody else ends its wait.
		boolean cancelled = super.cancel(false);
		// After that: a body that comes too late must find that nobody asks for its
		// result.
		boolean unstarted = this.body.taken.compareAndSet(false, true);
		return (cancelled && unstarted) ? this : null;
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
	 * What is called. Taken by whoever comes first, the loop that calls it or the thread
	 * that ends the loop, so that a task reported as never started never is, and one that
	 * is cancelled for the end just before it starts is reported.
	 */
	private static final class Body<V> implements Callable<V> {

		private final Callable<V> callable;

		private final AtomicBoolean taken = new AtomicBoolean();

		Body(Callable<V> callable) {
			this.callable = callable;
		}

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
