package io.palitra.internal.loop;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A task of the loop with a result. Differs from its base class in what a loop thread
 * demands: a cancellation never interrupts, since the interrupt could hit whatever runs
 * there next, and the loop thread may not wait for itself.
 */
public class LoopFutureTask<V> extends FutureTask<V> {

	public LoopFutureTask(Callable<V> callable) {
		super(callable);
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

}
