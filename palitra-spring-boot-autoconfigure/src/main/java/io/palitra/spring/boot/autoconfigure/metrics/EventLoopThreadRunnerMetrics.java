package io.palitra.spring.boot.autoconfigure.metrics;

import java.util.Collection;
import java.util.function.ToIntFunction;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunnerSnapshot;

/**
 * Measures how many calls wait for a runner's event loop and how many are at work.
 */
final class EventLoopThreadRunnerMetrics implements MeterBinder {

	private final Collection<EventLoopThreadRunner> runners;

	EventLoopThreadRunnerMetrics(Collection<EventLoopThreadRunner> runners) {
		this.runners = runners;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		for (EventLoopThreadRunner runner : this.runners) {
			gauge(registry, "palitra.runner.pending", "Calls that have been submitted and not started", runner,
					RunnerSnapshot::pending);
			gauge(registry, "palitra.runner.active", "Calls that have been started and whose work has not ended",
					runner, RunnerSnapshot::active);
		}
	}

	private static void gauge(MeterRegistry registry, String name, String description, EventLoopThreadRunner runner,
			ToIntFunction<RunnerSnapshot> value) {
		Gauge.builder(name, runner, (measured) -> value.applyAsInt(measured.snapshot()))
			.tag("name", runner.getName())
			.description(description)
			.baseUnit("calls")
			.register(registry);
	}

}
