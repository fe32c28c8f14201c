package io.palitra.spring.boot.autoconfigure.health;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.CompositeHealthContributorConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;

import io.palitra.EventLoopThreadRunner;
import io.palitra.spring.boot.autoconfigure.ConditionalOnPalitraEnabled;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;
import io.palitra.spring.boot.autoconfigure.PalitraProperties;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the health of all
 * {@link EventLoopThreadRunner} beans.
 */
@AutoConfiguration(after = PalitraAutoConfiguration.class)
@ConditionalOnPalitraEnabled
@ConditionalOnClass({ HealthContributor.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnEnabledHealthIndicator("palitra")
@ConditionalOnBean(EventLoopThreadRunner.class)
@EnableConfigurationProperties(PalitraProperties.class)
public final class PalitraHealthContributorAutoConfiguration
		extends CompositeHealthContributorConfiguration<EventLoopThreadRunnerHealthIndicator, EventLoopThreadRunner> {

	PalitraHealthContributorAutoConfiguration(PalitraProperties properties) {
		super((runner) -> new EventLoopThreadRunnerHealthIndicator(runner, properties.getHealth().getTimeout()));
	}

	@Bean
	@ConditionalOnMissingBean(name = { "palitraHealthIndicator", "palitraHealthContributor" })
	HealthContributor palitraHealthContributor(ConfigurableListableBeanFactory beanFactory) {
		return createContributor(beanFactory, EventLoopThreadRunner.class);
	}

}
