package io.palitra.spring.boot.autoconfigure;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.stream.Stream;

import org.springframework.beans.BeansException;
import org.springframework.beans.DirectFieldAccessor;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.concurrent.ExecutorConfigurationSupport;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.util.ClassUtils;

/**
 * The executors of an application context that wait for their tasks when they are
 * destroyed, which is after all that takes part in the stop of the context has stopped.
 */
final class WaitingExecutors {

	/**
	 * What destroys an executor without waiting for its tasks.
	 */
	private static final Set<String> NOT_WAITING = Set.of("", "shutdown", "shutdownNow", "shutdownGracefully");

	private WaitingExecutors() {
	}

	/**
	 * Finds them while the context closes. Builds none.
	 * @param beanFactory where to look
	 * @return the names of those that may still have tasks
	 */
	static List<String> in(ConfigurableListableBeanFactory beanFactory) {
		return Stream.of(Executor.class, ExecutorConfigurationSupport.class)
			.flatMap((type) -> Stream.of(beanFactory.getBeanNamesForType(type, false, false)))
			.map(BeanFactoryUtils::transformedBeanName)
			.distinct()
			.filter((name) -> waits(beanFactory, name))
			.toList();
	}

	private static boolean waits(ConfigurableListableBeanFactory beanFactory, String name) {
		// Without a definition there is nothing that Spring destroys.
		if (!beanFactory.containsSingleton(name) || !beanFactory.containsBeanDefinition(name)) {
			return false;
		}
		Object singleton = beanFactory.getSingleton(name);
		if (singleton instanceof ExecutorConfigurationSupport executor) {
			// One that takes part in the stop of the context has stopped by now, and so
			// have those who would give an idle one a task.
			return executor.isRunning() && !isIdle(executor);
		}
		if (singleton instanceof SimpleAsyncTaskExecutor executor) {
			return executor.isActive() && hasTerminationTimeout(executor);
		}
		return singleton instanceof Executor executor
				&& !(executor instanceof ExecutorService service && service.isTerminated())
				&& isDestroyedByWaiting(executor, beanFactory.getMergedBeanDefinition(name));
	}

	private static boolean isIdle(ExecutorConfigurationSupport executor) {
		ThreadPoolExecutor pool = (executor instanceof ThreadPoolTaskExecutor tasks) ? tasks.getThreadPoolExecutor()
				: (executor instanceof ThreadPoolTaskScheduler scheduler) ? scheduler.getScheduledThreadPoolExecutor()
						: null;
		return pool != null && pool.getActiveCount() == 0 && pool.getQueue().isEmpty();
	}

	/**
	 * Nothing public tells; if the field is not there, it is safe to take the executor
	 * for one that waits.
	 */
	private static boolean hasTerminationTimeout(SimpleAsyncTaskExecutor executor) {
		try {
			return !Long.valueOf(0)
				.equals(new DirectFieldAccessor(executor).getPropertyValue("taskTerminationTimeout"));
		}
		catch (BeansException ex) {
			return true;
		}
	}

	private static boolean isDestroyedByWaiting(Executor executor, BeanDefinition definition) {
		if (executor instanceof DisposableBean) {
			return true;
		}
		String method = definition.getDestroyMethodName();
		if (method == null || AbstractBeanDefinition.INFER_METHOD.equals(method)) {
			// Where there is only the default of the interface, Spring prefers shutdown.
			Method close = ClassUtils.getMethodIfAvailable(executor.getClass(), "close");
			return close != null && close.getDeclaringClass() != ExecutorService.class;
		}
		return !NOT_WAITING.contains(method);
	}

}
