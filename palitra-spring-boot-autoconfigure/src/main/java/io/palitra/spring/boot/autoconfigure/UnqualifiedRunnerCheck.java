package io.palitra.spring.boot.autoconfigure;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

import io.palitra.EventLoopThreadRunner;

/**
 * Warns where a parameter or field has the name of a runner and, as it has no qualifier,
 * the default runner. Only asks the beans that have that one, once they have been built.
 */
final class UnqualifiedRunnerCheck implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(UnqualifiedRunnerCheck.class);

	private final ConfigurableListableBeanFactory beanFactory;

	private final String defaultBean;

	private final Set<String> names;

	UnqualifiedRunnerCheck(ConfigurableListableBeanFactory beanFactory, String defaultBean, Set<String> names) {
		this.beanFactory = beanFactory;
		this.defaultBean = defaultBean;
		this.names = Set.copyOf(names);
	}

	@Override
	public void afterSingletonsInstantiated() {
		for (String bean : this.beanFactory.getDependentBeans(this.defaultBean)) {
			if (this.beanFactory.containsBeanDefinition(bean)) {
				for (String name : unqualified(bean)) {
					logger.warn("Bean '" + bean + "' has the default runner where it names \"" + name
							+ "\": a name alone selects no runner. Add @Qualifier(\"" + name + "\") there");
				}
			}
		}
	}

	private Set<String> unqualified(String bean) {
		Set<String> found = new LinkedHashSet<>();
		for (Executable executable : executables(bean)) {
			for (Parameter parameter : executable.getParameters()) {
				addIfUnqualified(found, parameter, parameter.getType(), parameter.getName());
			}
		}
		Class<?> type = this.beanFactory.getType(bean, false);
		if (type != null) {
			for (Field field : ClassUtils.getUserClass(type).getDeclaredFields()) {
				if (AnnotatedElementUtils.hasAnnotation(field, Autowired.class)) {
					addIfUnqualified(found, field, field.getType(), field.getName());
				}
			}
		}
		return found;
	}

	private List<Executable> executables(String bean) {
		BeanDefinition definition = this.beanFactory.getMergedBeanDefinition(bean);
		Method factory = (definition instanceof RootBeanDefinition root) ? root.getResolvedFactoryMethod() : null;
		if (factory != null) {
			return List.of(factory);
		}
		Class<?> type = this.beanFactory.getType(bean, false);
		if (type == null) {
			return List.of();
		}
		Constructor<?>[] constructors = ClassUtils.getUserClass(type).getDeclaredConstructors();
		List<Executable> executables = new ArrayList<>(Arrays.asList(constructors));
		for (Method method : ClassUtils.getUserClass(type).getDeclaredMethods()) {
			if (AnnotatedElementUtils.hasAnnotation(method, Autowired.class)) {
				executables.add(method);
			}
		}
		return executables;
	}

	private void addIfUnqualified(Set<String> found, AnnotatedElement element, Class<?> type, String name) {
		if (type == EventLoopThreadRunner.class && this.names.contains(name)
				&& !AnnotatedElementUtils.hasAnnotation(element, Qualifier.class)) {
			found.add(name);
		}
	}

}
