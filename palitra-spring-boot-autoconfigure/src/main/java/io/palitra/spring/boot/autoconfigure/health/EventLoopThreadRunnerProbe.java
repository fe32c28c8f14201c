package io.palitra.spring.boot.autoconfigure.health;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;

import org.jspecify.annotations.Nullable;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunnerSnapshot;

/**
 * Tells whether a runner's event loop answers, by what is known of it and otherwise by
 * sending a probe through it. Knows no class of Spring Boot's health, as each of its
 * generations has its own.
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

	private final LoopProbes probes;

	/**
	 * Creates a probe.
	 * @param runner the runner
	 * @param probes the probes of this runner and of those that are asked about together
	 * with it
	 */
	EventLoopThreadRunnerProbe(EventLoopThreadRunner runner, LoopProbes probes) {
		this.runner = runner;
		this.probes = probes;
	}

	Result send() throws ExecutionException {
		Map<String, Object> details = new LinkedHashMap<>();
		LoopProbe probe = this.probes.take(this.runner);
		boolean answered = probe.await();
		Duration responseTime = probe.responseTime();
		if (responseTime != null) {
			details.put("responseTime", responseTime.toString());
		}
		RunnerSnapshot counters = this.runner.snapshot(0);
		details.put("state", counters.state());
		details.put("thread", counters.threadName());
		details.put("pending", counters.pending());
		details.put("active", counters.active());
		String status = switch (counters.state()) {
			case RUNNING -> {
				if (answered && counters.heldFor().compareTo(this.probes.timeout()) < 0) {
					yield UP;
				}
				blocked(details);
				yield DOWN;
			}
			case STOPPING, STOPPED, CLOSED -> OUT_OF_SERVICE;
			case DEAD -> DOWN;
		};
		return new Result(status, details, probe.death());
	}

	private void blocked(Map<String, Object> details) {
		// The stack comes with calls only, of which one is enough.
		RunnerSnapshot snapshot = this.runner.snapshot(1);
		details.put("blockedFor", snapshot.heldFor().toString());
		if (!snapshot.stack().isEmpty()) {
			details.put("blockedBy",
					snapshot.stack().stream().limit(STACK_FRAMES).map(StackTraceElement::toString).toList());
		}
	}

	/**
	 * What is told of a runner.
	 *
	 * @param status the code of Spring Boot's status
	 * @param details the details by name
	 * @param failure what the loop's thread died of, {@code null} if it did not
	 */
	record Result(String status, Map<String, Object> details, @Nullable Throwable failure) {

		/**
		 * Of a runner that nobody has needed yet.
		 */
		static final Result NOT_BUILT = new Result(UP, Map.of("state", "NOT_BUILT"), null);

	}

}
