package io.palitra.spi;

import org.jspecify.annotations.Nullable;

/**
 * Is told of every call of a runner: for meters, traces, logs.
 * <p>
 * The methods are called by the threads that do the work, concurrently for different
 * calls, and hold them up while they run: they must be quick and thread-safe. What a
 * listener throws is logged and otherwise ignored; the call does not notice (rule C19).
 */
public interface RunListener {

	/**
	 * A call was made. On the caller's thread, before anything else happens.
	 * @param run the call, the same instance as in the methods below
	 */
	default void onSubmit(RunEvent run) {
	}

	/**
	 * The task is about to be called. On the thread that calls it; not for a call that
	 * ended before. Of a call that is given up in this very moment the end may be told
	 * first.
	 * @param run the call
	 */
	default void onStart(RunEvent run) {
	}

	/**
	 * The call has its outcome; once for each call that was submitted. On the caller's
	 * thread before the call returns, or, if no thread waits for the call, on the thread
	 * that brought the outcome.
	 * @param run the call
	 * @param result how it ended
	 * @param failure the task's exception if the result is {@link RunResult#ERROR} or
	 * {@link RunResult#CANCELLED} and there is one, otherwise {@code null}
	 */
	default void onEnd(RunEvent run, RunResult result, @Nullable Throwable failure) {
	}

}
