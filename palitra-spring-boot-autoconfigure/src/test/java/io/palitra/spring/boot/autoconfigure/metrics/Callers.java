package io.palitra.spring.boot.autoconfigure.metrics;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Threads that call again and again, whatever comes of it.
 */
final class Callers implements AutoCloseable {

	private static final int THREADS = 4;

	private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS, (task) -> {
		Thread thread = new Thread(task, "caller");
		thread.setDaemon(true);
		return thread;
	});

	private final LongAdder failed = new LongAdder();

	void call(Runnable call) {
		for (int thread = 0; thread < THREADS; thread++) {
			this.threads.scheduleWithFixedDelay(() -> callOnce(call), 0, 20, TimeUnit.MILLISECONDS);
		}
	}

	private void callOnce(Runnable call) {
		try {
			call.run();
		}
		catch (RuntimeException ex) {
			this.failed.increment();
		}
	}

	long failed() {
		return this.failed.sum();
	}

	@Override
	public void close() {
		this.threads.shutdownNow();
	}

}
