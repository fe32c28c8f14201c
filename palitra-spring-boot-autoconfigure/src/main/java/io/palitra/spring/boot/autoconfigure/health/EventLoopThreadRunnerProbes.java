package io.palitra.spring.boot.autoconfigure.health;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;

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
	EventLoopThreadRunnerProbe.Result sendToTheOnlyOne() throws ExecutionException {
		Iterator<EventLoopThreadRunnerProbe> probes = all().values().iterator();
		return probes.hasNext() ? probes.next().send()
				: new EventLoopThreadRunnerProbe.Result("UP", Map.of("state", "NOT_BUILT"), null);
	}

	/**
	 * Returns the probes for the runners that there are now, by the runners' names.
	 */
	Map<String, EventLoopThreadRunnerProbe> all() {
		Map<String, EventLoopThreadRunnerProbe> probes = new LinkedHashMap<>();
		EventLoopThreadRunners.of(this.beanFactory)
			.forEach((name, runner) -> probes.put(name, new EventLoopThreadRunnerProbe(runner, this.timeout)));
		return probes;
	}

}
