package io.palitra;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.call.BlockingTask;
import io.palitra.internal.call.StartPolicy;

/**
 * Code that blocks as tasks, so that several calls of a blocking client can be made at
 * once, with one deadline, the caller's context, and the others cancelled when one fails.
 * With a static import of {@link #blocking(Callable) blocking}:
 *
 * <pre>{@code
 * Page page = runner.combine(blocking(() -> users.find(id)), blocking(() -> orders.of(id)), Page::new);
 * }</pre>
 *
 * A runner starts such a task on a thread of its own, whatever the start policy of the
 * runner is, and interrupts that thread when the work is cancelled; code that heeds no
 * interrupt runs on, and its result is discarded
 * ({@link EventLoopThreadRunner.Builder#onDiscard}). What counts is the task that the
 * runner gets: one that is called inside another task blocks the thread of that one.
 */
public final class BlockingTasks {

	private BlockingTasks() {
	}

	/**
	 * Makes a task of code that blocks. Runs it on a virtual thread or, before Java 21,
	 * on a daemon thread that is made for it, unless {@link RunOptions#startOn(Executor)}
	 * says otherwise.
	 * @param <T> the type of the result
	 * @param callable the code
	 * @return a task that may be called as often as {@code callable}, from any thread
	 * @throws NullPointerException if {@code callable} is {@code null}
	 */
	public static <T extends @Nullable Object> AsyncCallable<T> blocking(Callable<? extends T> callable) {
		return blocking(callable, StartPolicy.forBlocking());
	}

	/**
	 * Makes a task of code that blocks, to be run by an executor, unless
	 * {@link RunOptions#startOn(Executor)} says otherwise.
	 * @param <T> the type of the result
	 * @param callable the code
	 * @param executor runs the code, such as a pool that bounds how much of it runs at
	 * once; not shut down by the runner
	 * @return a task that may be called as often as {@code callable}, from any thread
	 * @throws NullPointerException if an argument is {@code null}
	 */
	public static <T extends @Nullable Object> AsyncCallable<T> blocking(Callable<? extends T> callable,
			Executor executor) {
		return new BlockingTask<>(Objects.requireNonNull(callable, "callable"),
				Objects.requireNonNull(executor, "executor"));
	}

}
