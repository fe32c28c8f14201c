package io.palitra.spring.boot.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.SimpleAutowireCandidateResolver;

import io.palitra.EventLoopThreadRunner;

/**
 * The runners of an application context, by the names under which they are seen from
 * outside.
 */
public final class EventLoopThreadRunners {

	private EventLoopThreadRunners() {
	}

	/**
	 * Finds all runners, also those that are only injected by a qualifier.
	 * @param beanFactory where to look
	 * @return the runners by name: a runner's own or, if another runner has that already,
	 * that of its bean
	 */
	public static Map<String, EventLoopThreadRunner> of(ConfigurableListableBeanFactory beanFactory) {
		Map<String, EventLoopThreadRunner> runners = new LinkedHashMap<>();
		SimpleAutowireCandidateResolver.resolveAutowireCandidates(beanFactory, EventLoopThreadRunner.class)
			.forEach((bean, runner) -> {
				String name = runner.getName();
				// A test's mock has neither a name nor anything else to show.
				if (Objects.nonNull(name) && runners.putIfAbsent(name, runner) != null) {
					runners.put(bean, runner);
				}
			});
		return runners;
	}

}
