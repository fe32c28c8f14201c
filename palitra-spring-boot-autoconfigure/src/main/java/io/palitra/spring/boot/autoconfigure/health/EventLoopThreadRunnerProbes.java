package io.palitra.spring.boot.autoconfigure.health;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

import io.palitra.EventLoopThreadRunner;
import io.palitra.spring.boot.autoconfigure.EventLoopThreadRunners;

/**
 * The probes for the runners of an application context, which are looked up each time:
 * one that is built lazily is there once somebody has needed it, and asking for its
 * health is no need.
 */
final class EventLoopThreadRunnerProbes {

	private final ConfigurableListableBeanFactory beanFactory;

	private final Duration timeout;

	EventLoopThreadRunnerProbes(ConfigurableListableBeanFactory beanFactory, Duration timeout) {
		this.beanFactory = beanFactory;
		this.timeout = timeout;
	}

	/**
	 * Tells whether there can only ever be one runner.
	 */
	boolean isForOneOnly() {
		String[] beans = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beanFactory,
				EventLoopThreadRunner.class, true, false);
		return beans.length == 1 && this.beanFactory.isSingleton(beans[0]);
	}

	/**
	 * Sends a probe through the one runner.
	 */
	EventLoopThreadRunnerProbe.Result sendToTheOnlyOne() throws Exception {
		Iterator<Callable<EventLoopThreadRunnerProbe.Result>> probes = all().values().iterator();
		// One that a factory bean is to make is nowhere before.
		return probes.hasNext() ? probes.next().call() : EventLoopThreadRunnerProbe.Result.NOT_BUILT;
	}

	/**
	 * Returns what probes the runners that there are now, by the runners' names, for
	 * whoever is going to probe them all.
	 */
	Map<String, Callable<EventLoopThreadRunnerProbe.Result>> all() {
		Map<String, EventLoopThreadRunner> runners = EventLoopThreadRunners.of(this.beanFactory);
		LoopProbes together = new LoopProbes(runners.values(), this.timeout);
		Map<String, Callable<EventLoopThreadRunnerProbe.Result>> probes = new LinkedHashMap<>();
		runners.forEach((name, runner) -> probes.put(name, new EventLoopThreadRunnerProbe(runner, together)::send));
		EventLoopThreadRunners.notBuilt(this.beanFactory)
			.forEach((name) -> probes.putIfAbsent(name, () -> EventLoopThreadRunnerProbe.Result.NOT_BUILT));
		return probes;
	}

	/**
	 * Returns what probes one runner, {@code null} if there is none of that name.
	 */
	@Nullable Callable<EventLoopThreadRunnerProbe.Result> of(String name) {
		EventLoopThreadRunner runner = EventLoopThreadRunners.of(this.beanFactory).get(name);
		if (runner != null) {
			return new EventLoopThreadRunnerProbe(runner, new LoopProbes(List.of(runner), this.timeout))::send;
		}
		return EventLoopThreadRunners.notBuilt(this.beanFactory).contains(name)
				? () -> EventLoopThreadRunnerProbe.Result.NOT_BUILT : null;
	}

}
