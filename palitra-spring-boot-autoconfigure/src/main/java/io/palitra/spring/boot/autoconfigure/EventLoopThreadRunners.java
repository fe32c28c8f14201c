package io.palitra.spring.boot.autoconfigure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;

import io.palitra.EventLoopThreadRunner;

/**
 * The runners of an application context, by the names under which they are seen from
 * outside. Looking never builds one: a bean that is initialized lazily is seen once it
 * has been built, and one of another scope for as long as it is in use.
 */
public final class EventLoopThreadRunners {

	private EventLoopThreadRunners() {
	}

	/**
	 * Finds all runners that have been built, also those that are only injected by a
	 * qualifier.
	 * @param beanFactory where to look
	 * @return the runners by name: a runner's own or, if another runner has that already,
	 * that of its bean, with a number if there is no other way to tell them apart
	 */
	public static Map<String, EventLoopThreadRunner> of(ConfigurableListableBeanFactory beanFactory) {
		Map<String, EventLoopThreadRunner> runners = new LinkedHashMap<>();
		for (ConfigurableListableBeanFactory each : withAncestors(beanFactory)) {
			addSingletons(each, runners);
			EventLoopThreadRunnerTracker tracker = tracker(each);
			if (tracker != null) {
				tracker.forEach((bean, runner) -> add(runners, bean, runner));
			}
		}
		return runners;
	}

	/**
	 * Returns the names of the singletons that have not been built: as their properties
	 * have them or, of runners of the application's own, those of their beans. Builds
	 * none.
	 * @param beanFactory where to look, ancestors included
	 * @return the names
	 */
	public static Set<String> notBuilt(ConfigurableListableBeanFactory beanFactory) {
		Set<String> names = new LinkedHashSet<>();
		for (ConfigurableListableBeanFactory each : withAncestors(beanFactory)) {
			for (String bean : each.getBeanNamesForType(EventLoopThreadRunner.class, false, false)) {
				if (!each.containsSingleton(bean)) {
					String qualifier = EventLoopThreadRunnerRegistrar.qualifier(each, bean);
					names.add(qualifier.isEmpty() ? EventLoopThreadRunnerFactory.DEFAULT_NAME : qualifier);
				}
			}
		}
		return names;
	}

	/**
	 * Returns the properties that a runner was built with. Customizers may have changed
	 * what they say.
	 * @param beanFactory where the runner is from
	 * @param runner the runner
	 * @return its properties, {@code null} if the application has built it by itself
	 */
	public static PalitraProperties.@Nullable Runner properties(ConfigurableListableBeanFactory beanFactory,
			EventLoopThreadRunner runner) {
		for (ConfigurableListableBeanFactory each : withAncestors(beanFactory)) {
			EventLoopThreadRunnerFactory factory = each.getBeanProvider(EventLoopThreadRunnerFactory.class)
				.getIfAvailable();
			PalitraProperties.Runner properties = (factory != null) ? factory.settings(runner) : null;
			if (properties != null) {
				return properties;
			}
		}
		return null;
	}

	/**
	 * Does something with every runner that has been built, and with every singleton that
	 * will be. Of other scopes there may be one after another, without an end.
	 * @param beanFactory where to look
	 * @param action what to do with a runner and its name
	 */
	public static void forEach(ConfigurableListableBeanFactory beanFactory,
			BiConsumer<String, EventLoopThreadRunner> action) {
		Set<EventLoopThreadRunner> done = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
		EventLoopThreadRunnerTracker tracker = tracker(beanFactory);
		if (tracker != null) {
			tracker.whenBuilt((built) -> of(beanFactory).forEach((name, runner) -> {
				if (runner == built && done.add(runner)) {
					action.accept(name, runner);
				}
			}));
		}
		of(beanFactory).forEach((name, runner) -> {
			if (done.add(runner)) {
				action.accept(name, runner);
			}
		});
	}

	private static List<ConfigurableListableBeanFactory> withAncestors(ConfigurableListableBeanFactory beanFactory) {
		List<ConfigurableListableBeanFactory> all = new ArrayList<>();
		@Nullable BeanFactory next = beanFactory;
		while (next != null) {
			ConfigurableListableBeanFactory local = (next instanceof ConfigurableApplicationContext context)
					? context.getBeanFactory() : (ConfigurableListableBeanFactory) next;
			all.add(local);
			next = local.getParentBeanFactory();
		}
		return all;
	}

	/**
	 * Leaves out what a factory bean would yet have to make.
	 */
	private static void addSingletons(ConfigurableListableBeanFactory beanFactory,
			Map<String, EventLoopThreadRunner> runners) {
		for (String bean : beanFactory.getBeanNamesForType(EventLoopThreadRunner.class, false, false)) {
			if (beanFactory.containsSingleton(bean) && !beanFactory.isFactoryBean(bean)) {
				add(runners, bean, beanFactory.getBean(bean, EventLoopThreadRunner.class));
			}
		}
	}

	private static void add(Map<String, EventLoopThreadRunner> runners, String bean, EventLoopThreadRunner runner) {
		String name = runner.getName();
		// A test's mock has neither a name nor anything else to show
		if (Objects.isNull(name) || runners.containsValue(runner) || runners.putIfAbsent(name, runner) == null) {
			return;
		}
		String free = bean;
		for (int number = 2; runners.putIfAbsent(free, runner) != null; number++) {
			free = bean + "-" + number;
		}
	}

	private static @Nullable EventLoopThreadRunnerTracker tracker(ConfigurableListableBeanFactory beanFactory) {
		return beanFactory.containsLocalBean(EventLoopThreadRunnerTracker.BEAN)
				? beanFactory.getBean(EventLoopThreadRunnerTracker.BEAN, EventLoopThreadRunnerTracker.class) : null;
	}

}
