package io.palitra;

import java.util.concurrent.Executor;

import io.palitra.internal.call.StartPolicy;
import io.palitra.internal.loop.Threads;

/**
 * Where tasks start, if not on the loop (rule C1): for
 * {@link EventLoopThreadRunner.Builder#startOn(Executor)} and
 * {@link RunOptions#startOn(Executor)}, which take any other executor as well. One call
 * of a runner that starts its tasks elsewhere is brought back to the loop by
 * {@code startOn(runner.getLoop())}.
 */
public final class StartOn {

	private StartOn() {
	}

	/**
	 * Calls tasks in place, on the thread that makes the call. No thread is crossed, and
	 * the context is there by itself; a task that blocks before it returns its stage
	 * cannot be left on time. The tasks of a {@code gather} are called there, too, those
	 * that wait for others as commands for that thread ({@link RunScope#caller()}); one
	 * of {@code fork} on the thread that forks.
	 * @return an executor that runs commands in place
	 */
	public static Executor caller() {
		return StartPolicy.CALLER;
	}

	/**
	 * Calls each task on a virtual thread of its own. One that blocks holds up nobody
	 * else, its caller leaves on time, and it is interrupted when its work is cancelled.
	 * @return an executor that starts a virtual thread for each command
	 * @throws UnsupportedOperationException before Java 21, which has no virtual threads
	 */
	public static Executor virtualThreads() {
		if (!Threads.hasVirtual()) {
			throw new UnsupportedOperationException("StartOn.virtualThreads() needs Java 21 or later, and this is Java "
					+ Runtime.version().feature() + ". Run on a later Java, give startOn(Executor) a thread pool, or "
					+ "give the tasks that block a runner of their own");
		}
		return StartPolicy.VIRTUAL_THREADS;
	}

}
