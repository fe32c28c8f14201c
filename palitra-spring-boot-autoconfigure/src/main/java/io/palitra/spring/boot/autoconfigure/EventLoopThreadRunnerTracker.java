package io.palitra.spring.boot.autoconfigure;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;

import io.palitra.EventLoopThreadRunner;

/**
 * Remembers the runners that an application context has built and does not know itself:
 * prototypes, and those of a request, of a session or from a factory bean. It keeps none
 * of them alive.
 */
final class EventLoopThreadRunnerTracker implements DestructionAwareBeanPostProcessor, BeanFactoryAware {

	static final String BEAN = "eventLoopThreadRunnerTracker";

	private final List<Built> all = new CopyOnWriteArrayList<>();

	private final List<Consumer<EventLoopThreadRunner>> actions = new CopyOnWriteArrayList<>();

	@SuppressWarnings("NullAway.Init")
	private BeanFactory beanFactory;

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof EventLoopThreadRunner runner) {
			boolean singleton = this.beanFactory.containsBean(beanName) && this.beanFactory.isSingleton(beanName);
			this.all.removeIf((built) -> built.runner.refersTo(null));
			this.all.add(new Built(beanName, singleton, new WeakReference<>(runner)));
			if (singleton) {
				this.actions.forEach((action) -> action.accept(runner));
			}
		}
		return bean;
	}

	@Override
	public boolean requiresDestruction(Object bean) {
		return bean instanceof EventLoopThreadRunner;
	}

	@Override
	public void postProcessBeforeDestruction(Object bean, String beanName) {
		this.all
			.removeIf((built) -> built.runner.refersTo(null) || built.runner.refersTo((EventLoopThreadRunner) bean));
	}

	/**
	 * Has an action done with every singleton that will be built.
	 */
	void whenBuilt(Consumer<EventLoopThreadRunner> action) {
		this.actions.add(action);
	}

	/**
	 * Does something with every runner that is a singleton or still in use, and with the
	 * name of its bean.
	 */
	void forEach(BiConsumer<String, EventLoopThreadRunner> action) {
		for (Built built : this.all) {
			EventLoopThreadRunner runner = built.runner.get();
			if (runner != null && (built.singleton || runner.isAlive())) {
				action.accept(built.bean, runner);
			}
		}
	}

	private record Built(String bean, boolean singleton, WeakReference<EventLoopThreadRunner> runner) {
	}

}
