package io.palitra;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A loop that a task holds until this is closed.
 */
final class HeldLoop implements AutoCloseable {

	private final CountDownLatch released = new CountDownLatch(1);

	private HeldLoop() {
	}

	static HeldLoop of(EventLoopThreadRunner runner) {
		HeldLoop held = new HeldLoop();
		CountDownLatch entered = new CountDownLatch(1);
		runner.getLoop().execute(() -> held.holdTheLoop(entered));
		Support.await(entered);
		return held;
	}

	private void holdTheLoop(CountDownLatch entered) {
		entered.countDown();
		try {
			// Longer than anybody's patience, and yet not for ever.
			this.released.await(5, TimeUnit.MINUTES);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void close() {
		this.released.countDown();
	}

}
