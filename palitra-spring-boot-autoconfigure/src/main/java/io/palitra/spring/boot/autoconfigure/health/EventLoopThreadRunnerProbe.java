package io.palitra.spring.boot.autoconfigure.health;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
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

/**
 * Tells whether a runner's event loop answers, by sending a probe through it. Knows no
 * class of Spring Boot's health, as each of its generations has its own.
 */
final class EventLoopThreadRunnerProbe {

	private static final String UP = "UP";

	private static final String DOWN = "DOWN";

	private static final String OUT_OF_SERVICE = "OUT_OF_SERVICE";

	/**
	 * Enough to reach from a parked thread up to the code that had it wait.
	 */
	private static final int STACK_FRAMES = 16;

	private final EventLoopThreadRunner runner;

	private final Duration timeout;

	EventLoopThreadRunnerProbe(EventLoopThreadRunner runner, Duration timeout) {
		this.runner = runner;
		this.timeout = timeout;
	}

	Result send() throws ExecutionException {
		Map<String, Object> details = new LinkedHashMap<>();
		Answer answer = answer(details);
		RunnerSnapshot snapshot = this.runner.snapshot();
		details.put("state", snapshot.state());
		details.put("thread", snapshot.threadName());
		details.put("pending", snapshot.pending());
		details.put("active", snapshot.active());
		String status = switch (snapshot.state()) {
			case RUNNING -> {
				if (answer.missing() || snapshot.heldFor().compareTo(this.timeout) >= 0) {
					blocked(details, snapshot);
					yield DOWN;
				}
				yield UP;
			}
			case STOPPING, STOPPED, CLOSED -> OUT_OF_SERVICE;
			case DEAD -> DOWN;
		};
		return new Result(status, details, answer.death());
	}

	/**
	 * Sends the probe and waits for it, where that is possible.
	 */
	private Answer answer(Map<String, Object> details) throws ExecutionException {
		try {
			// Not a call, which listeners and numbers would show, but a timer, which is
			// gone once cancelled: a loop that hangs must not collect probes
			Future<?> probe = this.runner.getLoop().schedule(() -> {
			}, 0, TimeUnit.NANOSECONDS);
			return new Answer(isUnanswered(probe, details), null);
		}
		catch (RunnerClosedException ex) {
			return new Answer(false, ex.getCause());
		}
	}

	/**
	 * Waits for the answer.
	 * @return {@code false} if the loop answered or it could not be told
	 */
	private boolean isUnanswered(Future<?> probe, Map<String, Object> details) throws ExecutionException {
		long sent = System.nanoTime();
		try {
			probe.get(TimeUnit.NANOSECONDS.convert(this.timeout), TimeUnit.NANOSECONDS);
			details.put("responseTime", Duration.ofNanos(System.nanoTime() - sent).toString());
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
			// On an event loop, which must not wait, or the runner has ended meanwhile
			return false;
		}
		finally {
			probe.cancel(false);
		}
	}

	private static void blocked(Map<String, Object> details, RunnerSnapshot snapshot) {
		details.put("blockedFor", snapshot.heldFor().toString());
		if (!snapshot.stack().isEmpty()) {
			details.put("blockedBy",
					snapshot.stack().stream().limit(STACK_FRAMES).map(StackTraceElement::toString).toList());
		}
	}

	private record Answer(boolean missing, @Nullable Throwable death) {
	}

	/**
	 * What is told of a runner.
	 *
	 * @param status the code of Spring Boot's status
	 * @param details the details by name
	 * @param failure what the loop's thread died of, {@code null} if it did not
	 */
	record Result(String status, Map<String, Object> details, @Nullable Throwable failure) {
	}

}
