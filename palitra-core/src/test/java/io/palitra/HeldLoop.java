package io.palitra;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A loop that a task holds until this is closed.
 */
final class HeldLoop implements AutoCloseable {

	private final CountDownLatch entered = new CountDownLatch(1);

	private final CountDownLatch released = new CountDownLatch(1);

	private HeldLoop() {
	}

	static HeldLoop of(EventLoopThreadRunner runner) {
		HeldLoop held = soon(runner);
		held.awaitIt();
		return held;
	}

	/**
	 * Holds the loop once it has come to what was handed to it before.
	 */
	static HeldLoop soon(EventLoopThreadRunner runner) {
		HeldLoop held = new HeldLoop();
		runner.getLoop().execute(held::holdTheLoop);
		return held;
	}

	void awaitIt() {
		Support.await(this.entered);
	}

	private void holdTheLoop() {
		this.entered.countDown();
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
