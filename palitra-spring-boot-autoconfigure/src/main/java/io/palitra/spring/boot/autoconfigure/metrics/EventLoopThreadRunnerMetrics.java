package io.palitra.spring.boot.autoconfigure.metrics;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunnerSnapshot;
import io.palitra.RunnerState;
import io.palitra.spring.boot.autoconfigure.EventLoopThreadRunners;

/**
 * Measures what a runner tells of itself: how many calls it has had and has, and whether
 * its event loop keeps up with them. Reads counters only, so that a scrape takes the same
 * time however many calls there are.
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

	private static RunnerSnapshot counters(EventLoopThreadRunner runner) {
		return runner.snapshot(0);
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
			if (counters(this.runner).limit().isPresent()) {
				gauge("limit", CALLS, "Calls that are admitted at once", (counters) -> number(counters.limit()));
				gauge("permits", "permits", "Calls that would be admitted now, beyond those that are in flight",
						(counters) -> number(counters.permits()));
			}
			counter("submitted", CALLS, "Calls that have been made", RunnerSnapshot::submitted);
			counter("rejected", CALLS, "Calls that were refused, as the runner was full or not running",
					RunnerSnapshot::rejected);
			counter("discarded", "results", "Results that came when nobody waited for them any more",
					RunnerSnapshot::discarded);
			counter("slow", "callbacks", "Callbacks that held the event loop longer than the threshold",
					RunnerSnapshot::slow);
			counter("busy", "seconds", "Time for which the event loop was occupied by callbacks",
					(counters) -> counters.busyTime().toNanos() / 1e9);
			time("held", "Time for which the callback that runs now has held the event loop", RunnerSnapshot::heldFor);
			time("lag", "Time that the call or timer that is first in the queue has waited for the event loop",
					RunnerSnapshot::lag);
			gauge("dead", null, "1 if the event loop's thread has died, otherwise 0",
					(counters) -> (counters.state() == RunnerState.DEAD) ? 1 : 0);
		}

		private void gauge(String name, @Nullable String unit, String description,
				ToDoubleFunction<RunnerSnapshot> value) {
			Gauge.builder("palitra.runner." + name, this.runner, (runner) -> value.applyAsDouble(counters(runner)))
				.tags(tags())
				.description(description)
				.baseUnit(unit)
				.register(this.registry);
		}

		private void counter(String name, String unit, String description, ToDoubleFunction<RunnerSnapshot> value) {
			FunctionCounter
				.builder("palitra.runner." + name, this.runner, (runner) -> value.applyAsDouble(counters(runner)))
				.tags(tags())
				.description(description)
				.baseUnit(unit)
				.register(this.registry);
		}

		private void time(String name, String description, Function<RunnerSnapshot, Duration> value) {
			TimeGauge
				.builder("palitra.runner." + name, this.runner, TimeUnit.NANOSECONDS,
						(runner) -> value.apply(counters(runner)).toNanos())
				.tags(tags())
				.description(description)
				.register(this.registry);
		}

		private Tags tags() {
			return Tags.of("name", this.name);
		}

		private static double number(OptionalInt number) {
			return number.isPresent() ? number.getAsInt() : Double.NaN;
		}

	}

}
