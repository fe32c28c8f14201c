package io.palitra;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.call.CallPlace;

/**
 * Where a failed call was made: its stack trace is that of the thread that waited, which
 * the task's own exception, born on another thread, does not have. A runner adds one to
 * the suppressed exceptions of what a task failed with (rule C3).
 * <p>
 * An exception that is thrown again by another call keeps one such marker, which tells
 * the latest call; one that has suppression disabled gets none.
 */
public final class RunCallSite extends Exception {

	private static final long serialVersionUID = 1L;

	/**
	 * The task whose call failed.
	 */
	private volatile String taskName;

	/**
	 * The runner that the call was made to.
	 */
	private volatile String runnerName;

	private RunCallSite(String taskName, String runnerName) {
		this.taskName = taskName;
		this.runnerName = runnerName;
		setStackTrace(callersOf(getStackTrace()));
	}

	/**
	 * Marks an exception with the place of the current call.
	 */
	static void mark(Throwable failure, String taskName, String runnerName) {
		if (failure instanceof RunCallSite) {
			return;
		}
		RunCallSite site = new RunCallSite(taskName, runnerName);
		// The lock that Throwable itself takes: two calls that fail with one shared
		// instance at the same time must not both find it unmarked.
		synchronized (failure) {
			RunCallSite marked = of(failure);
			if (marked == null) {
				failure.addSuppressed(site);
				return;
			}
			marked.taskName = taskName;
			marked.runnerName = runnerName;
			marked.setStackTrace(site.getStackTrace());
		}
	}

	private static @Nullable RunCallSite of(Throwable failure) {
		for (Throwable suppressed : failure.getSuppressed()) {
			if (suppressed instanceof RunCallSite site) {
				return site;
			}
		}
		return null;
	}

	private static StackTraceElement[] callersOf(StackTraceElement[] stack) {
		int own = 0;
		while (own < stack.length && CallPlace.isOwn(stack[own].getClassName())) {
			own++;
		}
		return Arrays.copyOfRange(stack, own, stack.length);
	}

	/**
	 * What is written instead when the marked exception is serialized: a plain exception
	 * with this text and place, which a JVM without this class can read.
	 * @return a plain exception
	 */
	private Object writeReplace() {
		Exception plain = new Exception(getMessage());
		plain.setStackTrace(getStackTrace());
		return plain;
	}

	/**
	 * Returns the name of the task whose call failed.
	 * @return the task's name
	 */
	public String getTaskName() {
		return this.taskName;
	}

	/**
	 * Returns the name of the runner that the call was made to.
	 * @return the runner's name
	 */
	public String getRunnerName() {
		return this.runnerName;
	}

	/**
	 * Returns what was called.
	 * @return the task and the runner
	 */
	@Override
	public String getMessage() {
		return "task \"" + this.taskName + "\" was run here on runner \"" + this.runnerName + "\"";
	}

}
