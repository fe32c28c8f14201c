package io.palitra.spring.boot.autoconfigure.metrics;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;
import io.palitra.spi.RunResult;

/**
 * Times calls. Gets the registry as a binder does, once the context has been set up, and
 * not as a dependency: a runner needs its listeners early, and a registry may need beans
 * that call a runner.
 */
final class EventLoopThreadRunnerTimers implements RunListener, MeterBinder {

	private final List<Timers> timers = new CopyOnWriteArrayList<>();

	@Override
	public void bindTo(MeterRegistry registry) {
		this.timers.add(new Timers(registry, new ConcurrentHashMap<>()));
	}

	@Override
	public void onStart(RunEvent run) {
		for (Timers timers : this.timers) {
			timers.of(run).queue.record(run.getQueueTime());
		}
	}

	@Override
	public void onEnd(RunEvent run, RunResult result, @Nullable Throwable failure) {
		for (Timers timers : this.timers) {
			timers.of(run).run(result).record(run.getTotalTime());
		}
	}

	/**
	 * The timers in one registry, by the names of the runners.
	 */
	private record Timers(MeterRegistry registry, Map<String, RunnerTimers> runners) {

		RunnerTimers of(RunEvent run) {
			RunnerTimers timers = this.runners.get(run.getRunnerName());
			return (timers != null) ? timers : this.runners.computeIfAbsent(run.getRunnerName(),
					(name) -> new RunnerTimers(this.registry, name));
		}

	}

	/**
	 * The timers of one runner, those of all outcomes from its first call on: a rate that
	 * is computed from them then knows of the first failure.
	 */
	private static final class RunnerTimers {

		private final Timer queue;

		private final Timer[] run;

		RunnerTimers(MeterRegistry registry, String name) {
			Tags tags = Tags.of("name", name);
			this.queue = Timer.builder("palitra.runner.queue")
				.tags(tags)
				.description("Time from the call to the start of its task")
				.register(registry);
			this.run = Stream.of(RunResult.values())
				.map((result) -> Timer.builder("palitra.runner.run")
					.tags(tags.and("outcome", result.name().toLowerCase(Locale.ROOT)))
					.description("Time from the call to its end")
					.register(registry))
				.toArray(Timer[]::new);
		}

		Timer run(RunResult result) {
			return this.run[result.ordinal()];
		}

	}

}
