package io.palitra.spring.boot.autoconfigure.health;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

import io.palitra.BlockingNotAllowedException;
import io.palitra.EventLoopThreadRunner;
import io.palitra.RunnerClosedException;
import io.palitra.RunnerSnapshot;

/**
 * Tells whether a runner's event loop answers, by sending a probe through it.
 */
final class EventLoopThreadRunnerHealthIndicator extends AbstractHealthIndicator {

	/**
	 * Enough to reach from a parked thread up to the code that had it wait.
	 */
	private static final int STACK_FRAMES = 16;

	private final EventLoopThreadRunner runner;

	private final Duration timeout;

	EventLoopThreadRunnerHealthIndicator(EventLoopThreadRunner runner, Duration timeout) {
		super("The health check of runner \"" + runner.getName() + "\" failed");
		this.runner = runner;
		this.timeout = timeout;
	}

	@Override
	protected void doHealthCheck(Health.Builder health) throws ExecutionException {
		boolean unanswered = isUnanswered(health);
		RunnerSnapshot snapshot = this.runner.snapshot();
		health.withDetail("state", snapshot.state())
			.withDetail("thread", snapshot.threadName())
			.withDetail("pending", snapshot.pending())
			.withDetail("active", snapshot.active());
		switch (snapshot.state()) {
			case RUNNING -> {
				if (unanswered || snapshot.heldFor().compareTo(this.timeout) >= 0) {
					blocked(health.down(), snapshot);
				}
				else {
					health.up();
				}
			}
			case STOPPING, STOPPED, CLOSED -> health.outOfService();
			case DEAD -> health.down();
		}
	}

	/**
	 * Sends the probe and waits for it, where that is possible.
	 * @return {@code false} if the loop answered or it could not be told
	 */
	private boolean isUnanswered(Health.Builder health) throws ExecutionException {
		try {
			// Not a call, which calls' listeners and numbers would show, but a timer,
			// which
			// is gone once cancelled: a loop that hangs must not collect probes.
			Future<?> probe = this.runner.getLoop().schedule(() -> {
			}, 0, TimeUnit.NANOSECONDS);
			return isUnanswered(probe, health);
		}
		catch (RunnerClosedException ex) {
			Throwable death = ex.getCause();
			if (death != null) {
				health.withException(death);
			}
			return false;
		}
	}

	private boolean isUnanswered(Future<?> probe, Health.Builder health) throws ExecutionException {
		long sent = System.nanoTime();
		try {
			probe.get(TimeUnit.NANOSECONDS.convert(this.timeout), TimeUnit.NANOSECONDS);
			health.withDetail("responseTime", Duration.ofNanos(System.nanoTime() - sent).toString());
			return false;
		}
		catch (TimeoutException ex) {
			return probe.cancel(false);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
		catch (BlockingNotAllowedException | CancellationException ex) {
			// Asked on an event loop, which must not wait, or the runner has ended
			// meanwhile.
			return false;
		}
		finally {
			probe.cancel(false);
		}
	}

	private static void blocked(Health.Builder health, RunnerSnapshot snapshot) {
		health.withDetail("blockedFor", snapshot.heldFor().toString());
		if (!snapshot.stack().isEmpty()) {
			health.withDetail("blockedBy",
					snapshot.stack().stream().limit(STACK_FRAMES).map(StackTraceElement::toString).toList());
		}
	}

}
