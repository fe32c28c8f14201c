package io.palitra.internal.loop;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * The thread that looks at all busy loops from outside. There is one while any loop is
 * busy and none when all have been idle for a second, so that idle runners cost nothing.
 */
final class Watchdog implements Runnable {

	private static final long LINGER = 1_000_000_000;

	private static final ReentrantLock lock = new ReentrantLock();

	/**
	 * What to look at, each with what was last seen of it. Guarded by the lock, like
	 * {@link #thread}.
	 */
	private static final Map<SlowWatch, Seen> watches = new LinkedHashMap<>();

	private static @Nullable Thread thread;

	private Watchdog() {
	}

	static void watch(SlowWatch watch) {
		lock.lock();
		try {
			watches.put(watch, new Seen(0, System.nanoTime()));
			if (thread == null || !thread.isAlive()) {
				Thread watchdog = new Thread(null, new Watchdog(), "palitra-watchdog", 0, false);
				watchdog.setDaemon(true);
				watchdog.setContextClassLoader(null);
				watchdog.start();
				thread = watchdog;
			}
		}
		catch (Throwable ex) {
			// The loop must go on, if need be unwatched.
			Log.warn("Slow callbacks will not be reported while they run", ex);
		}
		finally {
			lock.unlock();
		}
	}

	static void forget(SlowWatch watch) {
		lock.lock();
		try {
			watches.remove(watch);
			if (watches.isEmpty()) {
				LockSupport.unpark(thread);
			}
		}
		finally {
			lock.unlock();
		}
	}

	@Override
	public void run() {
		for (long period = look(); period > 0; period = look()) {
			LockSupport.parkNanos(this, period);
		}
	}

	/**
	 * Looks at every loop.
	 * @return when to look again, in nanoseconds; zero if nothing is left to look at, in
	 * which case this is no longer the watchdog
	 */
	private static long look() {
		List<SlowWatch> busy = busy(System.nanoTime());
		long period = Long.MAX_VALUE;
		for (SlowWatch watch : busy) {
			// Not under the lock: this may log, and loops need the lock.
			watch.look();
			period = Math.min(period, watch.period());
		}
		return busy.isEmpty() ? 0 : period;
	}

	private static List<SlowWatch> busy(long now) {
		lock.lock();
		try {
			watches.entrySet().removeIf((entry) -> isQuiet(entry, now));
			if (watches.isEmpty()) {
				thread = null;
			}
			return List.copyOf(watches.keySet());
		}
		finally {
			lock.unlock();
		}
	}

	private static boolean isQuiet(Map.Entry<SlowWatch, Seen> entry, long now) {
		SlowWatch watch = entry.getKey();
		long start = watch.start();
		if (start != 0 || entry.getValue().start != start) {
			entry.setValue(new Seen(start, now));
			return false;
		}
		if (now - entry.getValue().at < LINGER) {
			return false;
		}
		watch.unwatched();
		// A callback that began before this read is looked at further; one that begins
		// later finds the watch unwatched and comes back through watch(..).
		return watch.start() == 0;
	}

	/**
	 * What was seen of a loop.
	 *
	 * @param start the callback that ran, zero if none did
	 * @param at when something was last seen running
	 */
	private record Seen(long start, long at) {
	}

}
