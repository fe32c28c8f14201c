package io.palitra.internal.lifecycle;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

import io.palitra.BlockingNotAllowedException;
import io.palitra.EventLoop;
import io.palitra.internal.call.Calls;
import io.palitra.internal.loop.Loop;
import io.palitra.internal.loop.LoopFuture;
import io.palitra.internal.loop.LoopFutureTask;
import io.palitra.internal.loop.Names;
import io.palitra.internal.loop.Nanos;
import io.palitra.internal.loop.TimerTask;

/**
 * The loop of a runner as others see it, the same for all threads that the runner has
 * had.
 */
public final class RunnerLoop extends AbstractExecutorService implements EventLoop, AutoCloseable {

	private final Lifecycle lifecycle;

	private final Calls calls;

	public RunnerLoop(Lifecycle lifecycle, Calls calls) {
		this.lifecycle = lifecycle;
		this.calls = calls;
	}

	private Loop loop() {
		return this.calls.life().loop();
	}

	/**
	 * Refuses an operation that waits on the loop thread for the loop (rule C6).
	 */
	static void refuseOnLoop(String operation) {
		String runner = Loop.currentRunner();
		if (runner != null) {
			throw new BlockingNotAllowedException(operation + " was refused on thread \""
					+ Names.of(Thread.currentThread()) + "\", the event loop of runner \"" + runner
					+ "\", which must not block. Use submit and chain on futures, or call it on a thread that may "
					+ "block");
		}
	}

	@Override
	public void execute(Runnable command) {
		Objects.requireNonNull(command, "command");
		accepted(this.lifecycle.isAccepting() && loop().execute(command));
	}

	private void accepted(boolean accepted) {
		if (!accepted) {
			throw this.calls.closed("The loop does not take the task", null);
		}
	}

	@Override
	public boolean inEventLoop() {
		return loop().inLoop();
	}

	@Override
	public <T extends @Nullable Object> CompletableFuture<T> newFuture() {
		return new LoopFuture<>(this);
	}

	@Override
	public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
		Objects.requireNonNull(command, "command");
		return schedule(Executors.callable(command), unit.toNanos(delay), 0);
	}

	@Override
	public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
		Objects.requireNonNull(callable, "callable");
		return schedule(callable, unit.toNanos(delay), 0);
	}

	@Override
	public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
		Objects.requireNonNull(command, "command");
		return schedule(Executors.callable(command), unit.toNanos(initialDelay), positive("period", period, unit));
	}

	@Override
	public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
		Objects.requireNonNull(command, "command");
		return schedule(Executors.callable(command), unit.toNanos(initialDelay), -positive("delay", delay, unit));
	}

	private static long positive(String what, long value, TimeUnit unit) {
		if (value <= 0) {
			throw new IllegalArgumentException(what + " must be positive but was " + value + " " + unit);
		}
		return unit.toNanos(value);
	}

	private <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, long period) {
		Loop loop = loop();
		TimerTask<V> timer = new TimerTask<>(loop, callable, delay, period);
		accepted(this.lifecycle.isAccepting() && loop.schedule(timer));
		return timer;
	}

	@Override
	protected <T> RunnableFuture<T> newTaskFor(Callable<T> callable) {
		return new LoopFutureTask<>(callable);
	}

	@Override
	protected <T> RunnableFuture<T> newTaskFor(Runnable runnable, T value) {
		return new LoopFutureTask<>(Executors.callable(runnable, value));
	}

	@Override
	public <T> T invokeAny(Collection<? extends Callable<T>> tasks) throws InterruptedException, ExecutionException {
		try {
			return invokeAny(tasks, Nanos.FOREVER, TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			throw new ExecutionException(ex);
		}
	}

	/**
	 * Not as the base class does it: that is not told of tasks that the end of the loop
	 * keeps from running, and waits for one that nobody ends.
	 */
	@Override
	public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
			throws InterruptedException, ExecutionException, TimeoutException {
		refuseOnLoop("invokeAny");
		long limit = unit.toNanos(timeout);
		long since = System.nanoTime();
		if (tasks.isEmpty()) {
			throw new IllegalArgumentException("tasks must not be empty");
		}
		List<Future<T>> started = new ArrayList<>();
		BlockingQueue<Future<T>> ended = new LinkedBlockingQueue<>();
		try {
			for (Callable<T> task : tasks) {
				LoopFutureTask<T> future = new LoopFutureTask<>(task) {

					@Override
					protected void done() {
						ended.add(this);
					}

				};
				started.add(future);
				execute(future);
			}
			return firstValue(ended, started.size(), limit, since);
		}
		finally {
			started.forEach((future) -> future.cancel(true));
		}
	}

	private static <T> T firstValue(BlockingQueue<Future<T>> ended, int number, long limit, long since)
			throws InterruptedException, ExecutionException, TimeoutException {
		ExecutionException failure = null;
		for (int seen = 0; seen < number; seen++) {
			Future<T> next = ended.poll(Nanos.left(limit, since), TimeUnit.NANOSECONDS);
			if (next == null) {
				throw new TimeoutException();
			}
			try {
				return next.get();
			}
			catch (ExecutionException ex) {
				failure = ex;
			}
			catch (CancellationException ex) {
				failure = new ExecutionException(ex);
			}
		}
		throw Objects.requireNonNull(failure);
	}

	@Override
	public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks) throws InterruptedException {
		refuseOnLoop("invokeAll");
		return super.invokeAll(tasks);
	}

	@Override
	public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
			throws InterruptedException {
		refuseOnLoop("invokeAll");
		return super.invokeAll(tasks, timeout, unit);
	}

	@Override
	public void shutdown() {
		this.lifecycle.closeElsewhere(this.lifecycle.shutdownGrace());
	}

	@Override
	public List<Runnable> shutdownNow() {
		return this.lifecycle.close(0);
	}

	@Override
	public boolean isShutdown() {
		return this.lifecycle.isCloseRequested();
	}

	@Override
	public boolean isTerminated() {
		return this.lifecycle.closed().getCount() == 0 && loop().terminated().getCount() == 0;
	}

	@Override
	public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
		if (!isTerminated()) {
			refuseOnLoop("awaitTermination");
		}
		long limit = unit.toNanos(timeout);
		long since = System.nanoTime();
		// Which loop is the last one is settled by the close.
		return this.lifecycle.closed().await(limit, TimeUnit.NANOSECONDS)
				&& loop().terminated().await(Nanos.left(limit, since), TimeUnit.NANOSECONDS);
	}

	/**
	 * Also that of {@code ExecutorService} since Java 19, whose default would wait
	 * without a limit.
	 */
	@Override
	public void close() {
		this.lifecycle.close(this.lifecycle.shutdownGrace());
	}

	@Override
	public String toString() {
		return "EventLoop[runner=" + this.calls.settings().runner() + ", state=" + this.calls.life().state() + "]";
	}

}
