package io.palitra.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;

import io.palitra.EventLoopThreadRunner;
import io.palitra.StartOn;
import io.palitra.spi.AsyncAdapter;
import io.palitra.spi.BlockingDetector;
import io.palitra.spi.ContextCarrier;
import io.palitra.spi.RunListener;

/**
 * Builds every runner that is auto-configured, from its settings and what the application
 * context has to plug in.
 */
final class EventLoopThreadRunnerFactory {

	static final String DEFAULT_NAME = "default";

	private static final Log logger = LogFactory.getLog(EventLoopThreadRunnerFactory.class);

	private final ObjectProvider<ContextCarrier> contextCarriers;

	private final ObjectProvider<BlockingDetector> blockingDetectors;

	private final ObjectProvider<AsyncAdapter> asyncAdapters;

	private final ObjectProvider<RunListener> listeners;

	private final ObjectProvider<EventLoopThreadRunnerCustomizer> customizers;

	private final ObjectProvider<LifecycleProperties> lifecycle;

	/**
	 * With what settings each runner was built.
	 */
	private final Map<EventLoopThreadRunner, PalitraProperties.Runner> built = Collections
		.synchronizedMap(new WeakHashMap<>());

	EventLoopThreadRunnerFactory(ObjectProvider<ContextCarrier> contextCarriers,
			ObjectProvider<BlockingDetector> blockingDetectors, ObjectProvider<AsyncAdapter> asyncAdapters,
			ObjectProvider<RunListener> listeners, ObjectProvider<EventLoopThreadRunnerCustomizer> customizers,
			ObjectProvider<LifecycleProperties> lifecycle) {
		this.contextCarriers = contextCarriers;
		this.blockingDetectors = blockingDetectors;
		this.asyncAdapters = asyncAdapters;
		this.listeners = listeners;
		this.customizers = customizers;
		this.lifecycle = lifecycle;
	}

	EventLoopThreadRunner create(String name, PalitraProperties.Runner settings) {
		EventLoopThreadRunner runner = builder(name, settings).build();
		this.built.put(runner, settings.copy());
		if (!settings.isAutoStartup()) {
			runner.stop();
		}
		return runner;
	}

	EventLoopThreadRunner.Builder builder(String name, PalitraProperties.Runner settings) {
		warnIfCutOff(name, settings.getShutdown().getGracePeriod());
		EventLoopThreadRunner.Builder builder = EventLoopThreadRunner.builder()
			.name(name)
			.threadNamePrefix(settings.getThreadNamePrefix())
			.maxInFlight(settings.getMaxInFlight())
			.overloadPolicy(settings.getOverloadPolicy())
			.nestedRuns(settings.getNestedRuns())
			.waitStrategy(settings.getWaitStrategy())
			.slowTaskThreshold(settings.getSlowTaskThreshold())
			.hangThreshold(settings.getHangThreshold())
			.shutdownGrace(settings.getShutdown().getGracePeriod());
		if (!settings.getTimeout().isZero()) {
			builder.timeout(settings.getTimeout());
		}
		switch (settings.getStartOn()) {
			case CALLER -> builder.startOn(StartOn.caller());
			case VIRTUAL_THREADS -> builder.startOn(StartOn.virtualThreads());
			case LOOP -> {
				// As the builder has it
			}
		}
		if (settings.isPropagateContext()) {
			this.contextCarriers.orderedStream().forEach(builder::contextCarrier);
		}
		this.blockingDetectors.orderedStream().forEach(builder::blockingDetector);
		this.asyncAdapters.orderedStream().forEach(builder::asyncAdapter);
		this.listeners.orderedStream().forEach(builder::listener);
		this.customizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
		return builder;
	}

	/**
	 * Returns the settings that a runner was built with, {@code null} if it was not built
	 * here.
	 */
	PalitraProperties.@Nullable Runner settings(EventLoopThreadRunner runner) {
		return this.built.get(runner);
	}

	private void warnIfCutOff(String name, Duration gracePeriod) {
		this.lifecycle.ifAvailable((lifecycle) -> {
			Duration phaseTimeout = lifecycle.getTimeoutPerShutdownPhase();
			if (gracePeriod.compareTo(phaseTimeout) >= 0) {
				String group = DEFAULT_NAME.equals(name) ? "palitra.runner" : "palitra.runners." + name;
				logger.warn(group + ".shutdown.grace-period is " + gracePeriod
						+ ", which is not shorter than spring.lifecycle.timeout-per-shutdown-phase, " + phaseTimeout
						+ ": calls that need the whole grace period will find the beans they use destroyed. Shorten "
						+ "the former or extend the latter");
			}
		});
	}

}
