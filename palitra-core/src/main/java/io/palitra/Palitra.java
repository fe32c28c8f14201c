package io.palitra;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.loop.Threads;

/**
 * The runner of the whole process, for scripts and code that nobody hands a runner.
 * <p>
 * It is created on first use and again after it was shut down or its thread has died, on
 * a daemon thread, with a timeout of 30 seconds for calls that do not say otherwise, and
 * is closed when the JVM exits. All methods may be called from any thread.
 */
public final class Palitra {

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	private static final Object lock = new Object();

	/**
	 * Written while holding the lock.
	 */
	private static volatile @Nullable Global global;

	private Palitra() {
	}

	/**
	 * Runs a task on the global runner and waits for its result.
	 * @param <T> the type of the result
	 * @param task the work
	 * @return the result
	 * @see EventLoopThreadRunner#run(AsyncCallable)
	 */
	public static <T extends @Nullable Object> T run(AsyncCallable<T> task) {
		return runner().run(task);
	}

	/**
	 * Runs a task on the global runner and waits for its result, at most as long as
	 * given.
	 * @param <T> the type of the result
	 * @param task the work
	 * @param timeout the limit, positive
	 * @return the result
	 * @see EventLoopThreadRunner#run(AsyncCallable, Duration)
	 */
	public static <T extends @Nullable Object> T run(AsyncCallable<T> task, Duration timeout) {
		return runner().run(task, timeout);
	}

	/**
	 * Runs a task with options on the global runner and waits for its result.
	 * @param <T> the type of the result
	 * @param task the work
	 * @param options what this call wants otherwise than the runner's settings
	 * @return the result
	 * @see EventLoopThreadRunner#run(AsyncCallable, RunOptions)
	 */
	public static <T extends @Nullable Object> T run(AsyncCallable<T> task, RunOptions options) {
		return runner().run(task, options);
	}

	/**
	 * Runs tasks concurrently on the global runner and waits for all results.
	 * @param <T> the type of the results
	 * @param tasks the tasks
	 * @return the results in the order of the tasks
	 * @see EventLoopThreadRunner#gather(AsyncCallable...)
	 */
	@SafeVarargs
	@SuppressWarnings("varargs")
	public static <T extends @Nullable Object> List<T> gather(AsyncCallable<? extends T>... tasks) {
		return runner().gather(tasks);
	}

	/**
	 * Runs tasks concurrently on the global runner and waits for all results.
	 * @param <T> the type of the results
	 * @param tasks the tasks
	 * @return the results in the order of the tasks
	 * @see EventLoopThreadRunner#gather(Collection)
	 */
	public static <T extends @Nullable Object> List<T> gather(Collection<? extends AsyncCallable<? extends T>> tasks) {
		return runner().gather(tasks);
	}

	/**
	 * Runs tasks concurrently on the global runner, with options for all of them
	 * together, and waits for all results.
	 * @param <T> the type of the results
	 * @param tasks the tasks
	 * @param options what this call wants otherwise than the runner's settings
	 * @return the results in the order of the tasks
	 * @see EventLoopThreadRunner#gather(Collection, RunOptions)
	 */
	public static <T extends @Nullable Object> List<T> gather(Collection<? extends AsyncCallable<? extends T>> tasks,
			RunOptions options) {
		return runner().gather(tasks, options);
	}

	/**
	 * Runs tasks concurrently on the global runner and waits until all have ended.
	 * @param <T> the type of the values
	 * @param tasks the tasks
	 * @return how each task ended, in the order of the tasks
	 * @see EventLoopThreadRunner#gatherOutcomes(AsyncCallable...)
	 */
	@SafeVarargs
	@SuppressWarnings("varargs")
	public static <T extends @Nullable Object> List<Outcome<T>> gatherOutcomes(AsyncCallable<? extends T>... tasks) {
		return runner().gatherOutcomes(tasks);
	}

	/**
	 * Runs tasks concurrently on the global runner and waits until all have ended.
	 * @param <T> the type of the values
	 * @param tasks the tasks
	 * @return how each task ended, in the order of the tasks
	 * @see EventLoopThreadRunner#gatherOutcomes(Collection)
	 */
	public static <T extends @Nullable Object> List<Outcome<T>> gatherOutcomes(
			Collection<? extends AsyncCallable<? extends T>> tasks) {
		return runner().gatherOutcomes(tasks);
	}

	/**
	 * Runs tasks concurrently on the global runner, with options for all of them
	 * together, and waits until all have ended.
	 * @param <T> the type of the values
	 * @param tasks the tasks
	 * @param options what this call wants otherwise than the runner's settings
	 * @return how each task ended, in the order of the tasks
	 * @see EventLoopThreadRunner#gatherOutcomes(Collection, RunOptions)
	 */
	public static <T extends @Nullable Object> List<Outcome<T>> gatherOutcomes(
			Collection<? extends AsyncCallable<? extends T>> tasks, RunOptions options) {
		return runner().gatherOutcomes(tasks, options);
	}

	/**
	 * Tells whether there is a global runner and its thread runs. Does not create one.
	 * @return whether the global runner is alive
	 */
	public static boolean isRunnerAlive() {
		Global current = global;
		return current != null && current.runner.isAlive();
	}

	/**
	 * Closes the global runner, if there is one, with the grace of
	 * {@link EventLoopThreadRunner#close()}. The next call creates another.
	 */
	public static void shutdownGlobalRunner() {
		Global current;
		synchronized (lock) {
			current = global;
			global = null;
		}
		// Not under the lock: the calls that are waited for may need it.
		if (current != null) {
			current.discard();
			current.runner.close();
		}
	}

	private static EventLoopThreadRunner runner() {
		Global current = global;
		if (current != null && current.runner.isAlive()) {
			return current.runner;
		}
		synchronized (lock) {
			current = global;
			if (current == null || !current.runner.isAlive()) {
				if (current != null) {
					current.discard();
				}
				current = new Global();
				global = current;
			}
			return current.runner;
		}
	}

	/**
	 * A runner and the hook that closes it when the JVM exits.
	 */
	private static final class Global {

		private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
			.name("global")
			.timeout(TIMEOUT)
			.build();

		private final @Nullable Thread hook = hook(this.runner);

		private static @Nullable Thread hook(EventLoopThreadRunner runner) {
			Thread hook = Threads.daemon("palitra-global-exit", () -> runner.close(Duration.ZERO));
			try {
				Runtime.getRuntime().addShutdownHook(hook);
				return hook;
			}
			catch (IllegalStateException ex) {
				// The JVM exits already and takes the daemon thread with it.
				return null;
			}
		}

		private void discard() {
			if (this.hook == null) {
				return;
			}
			try {
				Runtime.getRuntime().removeShutdownHook(this.hook);
			}
			catch (IllegalStateException ex) {
				// The JVM exits already; closing twice does no harm.
				return;
			}
		}

	}

}
