package io.palitra.spring.boot.autoconfigure;

import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.InjectionPoint;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

import io.palitra.EventLoopThreadRunner;

/**
 * Tells which runners there are where one is to be injected that there is not. Comes
 * before Spring Boot's own analyzer, which cannot know.
 */
@Order(0)
final class MissingRunnerFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException> {

	private final BeanFactory beanFactory;

	private final Environment environment;

	MissingRunnerFailureAnalyzer(BeanFactory beanFactory, Environment environment) {
		this.beanFactory = beanFactory;
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause,
			@Nullable String description) {
		if (cause.getBeanType() != EventLoopThreadRunner.class || cause instanceof NoUniqueBeanDefinitionException
				|| !(this.beanFactory instanceof ConfigurableListableBeanFactory beans)) {
			return null;
		}
		String qualifier = qualifier(rootFailure);
		StringBuilder text = new StringBuilder((description != null) ? description : "The application")
			.append(" needs an EventLoopThreadRunner")
			.append((qualifier != null) ? " with the qualifier \"" + qualifier + "\"" : "")
			.append(", which there is not.");
		if (!this.environment.getProperty("palitra.enabled", Boolean.class, true)) {
			return new FailureAnalysis(text.append(" palitra.enabled is false.").toString(),
					"Leave palitra.enabled out, or define an EventLoopThreadRunner bean.", cause);
		}
		Set<String> names = new TreeSet<>();
		for (String bean : BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, EventLoopThreadRunner.class, true,
				false)) {
			names.add(EventLoopThreadRunnerRegistrar.qualifier(beans, bean));
		}
		text.append((names.isEmpty()) ? " There is none at all." : " There are:%n".formatted());
		names.forEach((name) -> text.append("%n    %s".formatted(
				name.isEmpty() ? "the default runner, which needs no qualifier" : "@Qualifier(\"" + name + "\")")));
		String nearest = (qualifier != null) ? Spelling.nearest(qualifier, names) : null;
		return new FailureAnalysis(text.toString(), action(qualifier, nearest), cause);
	}

	private static String action(@Nullable String qualifier, @Nullable String nearest) {
		if (qualifier == null) {
			return "Define an EventLoopThreadRunner bean, or add PalitraAutoConfiguration to what is imported.";
		}
		return (nearest != null) ? "Did you mean @Qualifier(\"" + nearest + "\")?"
				: "Name one of these, or set a property of that runner, such as palitra.runners." + qualifier
						+ ".timeout.";
	}

	/**
	 * Returns the qualifier of the innermost injection point, which lacks the runner; the
	 * outer ones lack the beans that cannot be built without it.
	 */
	private static @Nullable String qualifier(Throwable failure) {
		InjectionPoint innermost = null;
		for (Throwable each = failure; each != null; each = each.getCause()) {
			InjectionPoint point = (each instanceof UnsatisfiedDependencyException unsatisfied)
					? unsatisfied.getInjectionPoint() : null;
			innermost = (point != null) ? point : innermost;
		}
		Qualifier qualifier = (innermost != null) ? innermost.getAnnotation(Qualifier.class) : null;
		return (qualifier != null) ? qualifier.value() : null;
	}

}
