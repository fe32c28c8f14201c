package io.palitra.spring.boot.autoconfigure.metrics;

import java.util.function.ToDoubleFunction;

import io.palitra.EventLoopThreadRunner;

/**
 * The growth of a runner's busy time over that of the wall time between two readings.
 * Readings that follow one another at once, as when several registries are read, get the
 * same answer.
 */
final class BusyShare implements ToDoubleFunction<EventLoopThreadRunner> {

	private static final long LEAST_INTERVAL = 1_000_000;

	private long time;

	private long busyTime;

	private double share;

	BusyShare(EventLoopThreadRunner runner) {
		this.time = System.nanoTime();
		this.busyTime = busyTime(runner);
	}

	@Override
	public synchronized double applyAsDouble(EventLoopThreadRunner runner) {
		long elapsed = System.nanoTime() - this.time;
		if (elapsed >= LEAST_INTERVAL) {
			long busyTime = busyTime(runner);
			this.share = Math.max(0, Math.min(1, (double) (busyTime - this.busyTime) / elapsed));
			this.time += elapsed;
			this.busyTime = busyTime;
		}
		return this.share;
	}

	private static long busyTime(EventLoopThreadRunner runner) {
		return runner.snapshot().busyTime().toNanos();
	}

}
