package io.palitra.spring.boot.autoconfigure;

import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.SmartLifecycle;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunnerState;

/**
 * Stops and starts all runners of an application context with it. Looks them up each
 * time: one that is initialized lazily starts when it is built and must be stopped all
 * the same, and looking must not build it.
 */
final class EventLoopThreadRunnerLifecycle implements SmartLifecycle {

	/**
	 * Below the web server, the schedulers and the executors: what they drain at shutdown
	 * can still make calls.
	 */
	static final int PHASE = Integer.MAX_VALUE / 2 - 1024;

	private static final Log logger = LogFactory.getLog(EventLoopThreadRunnerLifecycle.class);

	private final ConfigurableListableBeanFactory beanFactory;

	private final boolean autoStartup;

	EventLoopThreadRunnerLifecycle(ConfigurableListableBeanFactory beanFactory, boolean autoStartup) {
		this.beanFactory = beanFactory;
		this.autoStartup = autoStartup;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	@Override
	public boolean isAutoStartup() {
		return this.autoStartup;
	}

	@Override
	public boolean isRunning() {
		return runners().anyMatch(EventLoopThreadRunner::isAlive);
	}

	@Override
	public void start() {
		// Whoever closed a runner meant it, and the others are to start all the same.
		runners().filter((runner) -> runner.snapshot().state() != RunnerState.CLOSED)
			.forEach(EventLoopThreadRunner::start);
	}

	@Override
	public void stop() {
		runners().forEach(EventLoopThreadRunner::stop);
	}

	@Override
	public void stop(Runnable callback) {
		// All at the same time, since together they have the time of one phase.
		CompletableFuture<?>[] stops = runners().map(EventLoopThreadRunnerLifecycle::stop)
			.toArray(CompletableFuture[]::new);
		CompletableFuture.allOf(stops).whenComplete((stopped, ex) -> callback.run());
	}

	private static CompletableFuture<Void> stop(EventLoopThreadRunner runner) {
		return CompletableFuture.runAsync(runner::stop, (command) -> {
			Thread thread = new Thread(null, command, "palitra-" + runner.getName() + "-stop", 0, false);
			thread.setDaemon(true);
			thread.start();
		}).whenComplete((stopped, ex) -> {
			if (ex != null) {
				logger.warn("Runner \"" + runner.getName() + "\" could not be stopped", ex);
			}
		});
	}

	private Stream<EventLoopThreadRunner> runners() {
		return Stream.of(this.beanFactory.getBeanNamesForType(EventLoopThreadRunner.class, false, false))
			.filter(this.beanFactory::containsSingleton)
			.map((name) -> this.beanFactory.getBean(name, EventLoopThreadRunner.class));
	}

}
