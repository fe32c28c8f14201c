package io.palitra.internal.loop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

import io.palitra.BlockingNotAllowedException;

/**
 * A future that must not be waited for on a loop thread, and whose {@code ...Async}
 * dependents run on the loop unless told otherwise.
 */
public class LoopFuture<T extends @Nullable Object> extends CompletableFuture<T> {

	private final Executor loop;

	public LoopFuture(Executor loop) {
		this.loop = loop;
	}

	/**
	 * Refuses to wait on a loop thread for something that has not happened (rule C6).
	 */
	static void refuseOnLoop(Future<?> future) {
		String runner = Loop.currentRunner();
		if (runner != null && !future.isDone()) {
			throw new BlockingNotAllowedException("Waiting for a future that is not done was refused on thread \""
					+ Names.of(Thread.currentThread()) + "\", the event loop of runner \"" + runner
					+ "\": nothing on this loop could run while it waits. Chain on the future (thenApply, "
					+ "thenCompose), or wait on a thread that may block");
		}
	}

	@Override
	public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
		return new LoopFuture<>(this.loop);
	}

	@Override
	public Executor defaultExecutor() {
		return this.loop;
	}

	@Override
	public T get() throws InterruptedException, ExecutionException {
		refuseOnLoop(this);
		return super.get();
	}

	@Override
	public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
		refuseOnLoop(this);
		return super.get(timeout, unit);
	}

	@Override
	public T join() {
		refuseOnLoop(this);
		return super.join();
	}

	/**
	 * Returns the value of a future that has one, as the JDK's own do since Java 19, but
	 * by {@link #join()}: whoever takes the value is seen to.
	 */
	public T resultNow() {
		if (!isDone() || isCompletedExceptionally()) {
			throw new IllegalStateException("The future has no value: " + this);
		}
		return join();
	}

}
