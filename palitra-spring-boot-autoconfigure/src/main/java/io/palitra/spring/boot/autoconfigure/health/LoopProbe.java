package io.palitra.spring.boot.autoconfigure.health;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

import io.palitra.BlockingNotAllowedException;
import io.palitra.EventLoopThreadRunner;
import io.palitra.RunnerClosedException;
import io.palitra.RunnerSnapshot;
import io.palitra.RunnerState;

/**
 * A probe that has been sent through the loop of a runner.
 */
final class LoopProbe {

	private final EventLoopThreadRunner runner;

	private final long timeout;

	private final long sentAt = System.nanoTime();

	private final @Nullable Future<?> answer;

	private final @Nullable Throwable death;

	private volatile @Nullable Duration responseTime;

	/**
	 * Sends a probe.
	 * @param runner the runner whose loop is to answer
	 * @param timeout how long it may take to
	 */
	LoopProbe(EventLoopThreadRunner runner, Duration timeout) {
		this.runner = runner;
		this.timeout = TimeUnit.NANOSECONDS.convert(timeout);
		Future<?> answer = null;
		Throwable death = null;
		try {
			// Not a call, which calls' listeners and numbers would show, but a timer,
			// which is gone once cancelled: a loop that hangs must not collect probes.
			answer = runner.getLoop().schedule(this::answered, 0, TimeUnit.NANOSECONDS);
		}
		catch (RunnerClosedException ex) {
			death = ex.getCause();
		}
		this.answer = answer;
		this.death = death;
	}

	private void answered() {
		this.responseTime = Duration.ofNanos(System.nanoTime() - this.sentAt);
	}

	/**
	 * Waits until it is known whether the loop answers in time, which it often is at
	 * once: a runner that does not run never will, and a loop that has been held for the
	 * timeout has not.
	 * @return {@code false} if the loop has not answered in time; {@code true} if it has,
	 * if it does not run, or if that cannot be waited for here
	 */
	boolean await() throws ExecutionException {
		Future<?> answer = this.answer;
		if (answer == null) {
			return true;
		}
		try {
			while (true) {
				RunnerSnapshot counters = this.runner.snapshot(0);
				if (counters.state() != RunnerState.RUNNING) {
					return true;
				}
				long held = counters.heldFor().toNanos();
				long left = Math.min(this.timeout - held, this.sentAt + this.timeout - System.nanoTime());
				if (isAnswered(answer, left)) {
					return true;
				}
				if (left <= 0) {
					return false;
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return true;
		}
		catch (BlockingNotAllowedException | CancellationException ex) {
			// Asked on an event loop, which must not wait, or the runner has ended
			// meanwhile.
			return true;
		}
		finally {
			cancel();
		}
	}

	private static boolean isAnswered(Future<?> answer, long nanos) throws ExecutionException, InterruptedException {
		try {
			answer.get(nanos, TimeUnit.NANOSECONDS);
			return true;
		}
		catch (TimeoutException ex) {
			return false;
		}
	}

	boolean isOld() {
		return System.nanoTime() - this.sentAt >= this.timeout;
	}

	void cancel() {
		if (this.answer != null) {
			this.answer.cancel(false);
		}
	}

	/**
	 * Returns how long the loop took to answer, {@code null} if it has not.
	 */
	@Nullable Duration responseTime() {
		return this.responseTime;
	}

	/**
	 * Returns what the loop's thread died of, {@code null} if it did not.
	 */
	@Nullable Throwable death() {
		return this.death;
	}

}
