package io.palitra.spring.boot.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopConfigException;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.annotation.Order;

import io.palitra.EventLoopThreadRunner;

/**
 * Explains a runner that is to be injected lazily or through a scoped proxy, which Spring
 * does by a class that extends its own.
 */
@Order(0)
final class LazyRunnerFailureAnalyzer extends AbstractInjectionFailureAnalyzer<AopConfigException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, AopConfigException cause,
			@Nullable String description) {
		if (!String.valueOf(cause.getMessage()).contains(EventLoopThreadRunner.class.getName())) {
			return null;
		}
		return new FailureAnalysis(
				((description != null) ? description : bean(rootFailure))
						+ " is to have a proxy of an EventLoopThreadRunner, which is final and can have none; "
						+ "@Lazy where something is injected and a scope with a proxy make one.",
				"Inject ObjectProvider<EventLoopThreadRunner> instead and call getObject() when the runner is needed.",
				cause);
	}

	/**
	 * Names the bean that was being created, the innermost where one needed another.
	 */
	private static String bean(Throwable failure) {
		String name = "Something";
		for (Throwable each = failure; each != null; each = each.getCause()) {
			if (each instanceof BeanCreationException creation && creation.getBeanName() != null) {
				name = "Bean '" + creation.getBeanName() + "'";
			}
		}
		return name;
	}

}
