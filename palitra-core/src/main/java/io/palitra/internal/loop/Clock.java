package io.palitra.internal.loop;

import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Keeps time for all runners where a loop cannot, since it may be held: for deadlines
 * that no thread waits out, and for looks at loops. One thread does that, and nobody
 * else's code runs there: that goes to a few others, so that what blocks one of them
 * delays no deadline. All of them end when they have had nothing to do for a while.
 */
public final class Clock {

	/**
	 * How much of others' code runs at once.
	 */
	private static final int WORKERS = 16;

	/**
	 * When to try again what no thread could be started for: 10 ms.
	 */
	private static final long RETRY = 10_000_000;

	private static final ScheduledThreadPoolExecutor timer = timer();

	private static final ThreadPoolExecutor workers = workers();

	private static final ThreadPoolExecutor interrupters = workers();

	private Clock() {
	}

	private static ScheduledThreadPoolExecutor timer() {
		ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1,
				(body) -> Threads.daemon("palitra-clock", body));
		timer.setRemoveOnCancelPolicy(true);
		timer.setKeepAliveTime(5, TimeUnit.SECONDS);
		timer.allowCoreThreadTimeOut(true);
		return timer;
	}

	private static ThreadPoolExecutor workers() {
		ThreadPoolExecutor workers = new ThreadPoolExecutor(WORKERS, WORKERS, 1, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), (body) -> Threads.daemon("palitra-clock-worker", body));
		workers.allowCoreThreadTimeOut(true);
		return workers;
	}

	/**
	 * Has something of palitra's own done after some nanoseconds: it must neither block
	 * nor call what others wrote.
	 * @return cancels it
	 */
	public static Future<?> after(long nanos, Runnable own) {
		return timer.schedule(own, nanos, TimeUnit.NANOSECONDS);
	}

	/**
	 * Has something done elsewhere that may be others' code. What it throws goes to its
	 * thread's uncaught exception handler.
	 */
	public static void elsewhere(Runnable others) {
		by(workers, others);
	}

	/**
	 * Has a thread interrupted, which may be others' code too, but waits for nothing that
	 * is done elsewhere otherwise.
	 */
	public static void interrupt(Runnable interrupt) {
		by(interrupters, interrupt);
	}

	private static void by(ThreadPoolExecutor threads, Runnable others) {
		try {
			threads.execute(others);
		}
		catch (OutOfMemoryError ex) {
			// There is no thread to be had now. Others wait for what is to be done.
			after(RETRY, () -> by(threads, others));
		}
	}

}
