package io.palitra.internal.loop;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
import io.palitra.RunnerClosedException;

/**
 * A loop as an executor service. What it means to be shut down is its runner's to say.
 */
public abstract class LoopExecutor extends AbstractExecutorService implements EventLoop {

	/**
	 * Returns the loop that serves the runner now.
	 */
	protected abstract Loop loop();

	/**
	 * Returns whether tasks may be handed over.
	 */
	protected abstract boolean isAccepting();

	/**
	 * Returns what to throw when a task cannot be handed over.
	 */
	protected abstract RunnerClosedException rejection();

	/**
	 * A value has come that nobody waits for any more.
	 */
	protected abstract void discard(@Nullable Object value);

	/**
	 * Returns the tasks among these that were handed to {@code execute} and the like, as
	 * they were handed over.
	 */
	public static List<Runnable> runnables(List<LoopTask> tasks) {
		List<Runnable> runnables = new ArrayList<>();
		for (LoopTask task : tasks) {
			if (task instanceof RunnableTask runnableTask) {
				runnables.add(runnableTask.runnable());
			}
		}
		return runnables;
	}

	@Override
	public void execute(Runnable command) {
		Objects.requireNonNull(command, "command");
		if (!isAccepting() || !loop().execute(command)) {
			throw rejection();
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
	public <T extends @Nullable Object> CompletableFuture<T> adopt(CompletionStage<T> stage) {
		Objects.requireNonNull(stage, "stage");
		return AdoptedFuture.of(this, (command) -> loop().home(command), this::discard, stage);
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
		if (!isAccepting() || !loop.schedule(timer)) {
			throw rejection();
		}
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

	/**
	 * Refuses an operation that waits on the loop thread for the loop (rule C6).
	 */
	public static void refuseOnLoop(String operation) {
		String runner = Loop.currentRunner();
		if (runner != null) {
			throw new BlockingNotAllowedException(operation + " was refused on thread \""
					+ Thread.currentThread().getName() + "\", the event loop of runner \"" + runner
					+ "\", which must not block. Use submit and chain on futures, or call it on a thread that may "
					+ "block");
		}
	}

}
