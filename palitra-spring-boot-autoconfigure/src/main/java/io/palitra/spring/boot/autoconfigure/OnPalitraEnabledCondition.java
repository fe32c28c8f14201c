package io.palitra.spring.boot.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Reads {@code palitra.enabled} as the properties of a bean are read.
 *
 * @see ConditionalOnPalitraEnabled
 */
final class OnPalitraEnabledCondition extends SpringBootCondition {

	private static final String PROPERTY = "palitra.enabled";

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		// Each auto-configuration asks, and hardly any application says so: what a bean
		// of properties costs is left to those that do.
		boolean enabled = !context.getEnvironment().containsProperty(PROPERTY)
				|| Binder.get(context.getEnvironment()).bind(PROPERTY, Boolean.class).orElse(true);
		return new ConditionOutcome(enabled, ConditionMessage.forCondition(ConditionalOnPalitraEnabled.class)
			.because(PROPERTY + " is " + (enabled ? "true" : "false")));
	}

}
