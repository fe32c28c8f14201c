package io.palitra.spring.boot.autoconfigure.metrics;

import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunnerSnapshot;
import io.palitra.spring.boot.autoconfigure.EventLoopThreadRunners;

/**
 * Measures what a runner tells of itself: how many calls it has had and has, and whether
 * its event loop keeps up with them.
 */
final class EventLoopThreadRunnerMetrics implements MeterBinder {

	private static final String CALLS = "calls";

	private final ConfigurableListableBeanFactory beanFactory;

	EventLoopThreadRunnerMetrics(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		EventLoopThreadRunners.forEach(this.beanFactory, (name, runner) -> new Binding(registry, name, runner).bind());
	}

	/**
	 * One runner in one registry. Meters refer to the runner, which outlives its loops.
	 */
	private record Binding(MeterRegistry registry, String name, EventLoopThreadRunner runner) {

		void bind() {
			gauge("pending", CALLS, "Calls that have been submitted and not started", RunnerSnapshot::pending);
			gauge("active", CALLS, "Calls that have been started and whose work has not ended", RunnerSnapshot::active);
			gauge("waiting", "threads", "Threads that wait for the result of a call", RunnerSnapshot::waiting);
			gauge("abandoned", CALLS, "Active calls that nobody waits for any more", RunnerSnapshot::abandoned);
			counter("submitted", CALLS, "Calls that have been made", RunnerSnapshot::submitted);
			counter("rejected", CALLS, "Calls that were refused, as the runner was full or not running",
					RunnerSnapshot::rejected);
			counter("discarded", "results", "Results that came when nobody waited for them any more",
					RunnerSnapshot::discarded);
			counter("slow", "callbacks", "Callbacks that held the event loop longer than the threshold",
					RunnerSnapshot::slow);
			TimeGauge
				.builder("palitra.runner.lag", this.runner, TimeUnit.NANOSECONDS,
						(runner) -> runner.snapshot().lag().toNanos())
				.tags(tags())
				.description("Time that the call or timer that is first in the queue has waited for the event loop")
				.register(this.registry);
			Gauge.builder("palitra.runner.busy", this.runner, new BusyShare(this.runner))
				.tags(tags())
				.description("Share of the time since the last reading that the event loop was occupied, 0 to 1")
				.register(this.registry);
		}

		private void gauge(String name, String unit, String description, ToDoubleFunction<RunnerSnapshot> value) {
			Gauge.builder("palitra.runner." + name, this.runner, (runner) -> value.applyAsDouble(runner.snapshot()))
				.tags(tags())
				.description(description)
				.baseUnit(unit)
				.register(this.registry);
		}

		private void counter(String name, String unit, String description, ToDoubleFunction<RunnerSnapshot> value) {
			FunctionCounter
				.builder("palitra.runner." + name, this.runner, (runner) -> value.applyAsDouble(runner.snapshot()))
				.tags(tags())
				.description(description)
				.baseUnit(unit)
				.register(this.registry);
		}

		private Tags tags() {
			return Tags.of("name", this.name);
		}

	}

}
