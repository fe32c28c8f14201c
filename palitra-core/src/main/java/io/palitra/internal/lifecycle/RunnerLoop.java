package io.palitra.internal.lifecycle;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
		refuseOnLoop("invokeAny");
		return super.invokeAny(tasks);
	}

	@Override
	public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
			throws InterruptedException, ExecutionException, TimeoutException {
		refuseOnLoop("invokeAny");
		return super.invokeAny(tasks, timeout, unit);
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
