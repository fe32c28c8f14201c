package io.palitra.spring.boot.autoconfigure.observation;

import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

import io.palitra.spring.boot.autoconfigure.ConditionalOnPalitraEnabled;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for observations of the calls of all
 * auto-configured runners.
 */
@AutoConfiguration(before = PalitraAutoConfiguration.class,
		afterName = { "org.springframework.boot.actuate.autoconfigure.observation.ObservationAutoConfiguration",
				"org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration" })
@ConditionalOnPalitraEnabled
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean(ObservationRegistry.class)
public final class PalitraObservationAutoConfiguration {

	/**
	 * Comes after the carrier of the caller's observation, whose child this observes.
	 */
	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE + 300)
	@ConditionalOnMissingBean(name = "runObservations")
	RunObservations runObservations(ObjectProvider<ObservationRegistry> registry,
			ObjectProvider<RunObservationConvention> convention) {
		return new RunObservations(registry, convention);
	}

}
