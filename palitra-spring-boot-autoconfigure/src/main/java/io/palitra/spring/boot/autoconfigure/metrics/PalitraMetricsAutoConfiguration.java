package io.palitra.spring.boot.autoconfigure.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

import io.palitra.EventLoopThreadRunner;
import io.palitra.spring.boot.autoconfigure.ConditionalOnPalitraEnabled;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for meters of all
 * {@link EventLoopThreadRunner} beans.
 */
@AutoConfiguration(after = PalitraAutoConfiguration.class,
		afterName = { "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration" })
@ConditionalOnPalitraEnabled
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ EventLoopThreadRunner.class, MeterRegistry.class })
public final class PalitraMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "eventLoopThreadRunnerMetrics")
	EventLoopThreadRunnerMetrics eventLoopThreadRunnerMetrics(ConfigurableListableBeanFactory beanFactory) {
		return new EventLoopThreadRunnerMetrics(beanFactory);
	}

	@Bean
	@ConditionalOnMissingBean(name = "eventLoopThreadRunnerTimers")
	EventLoopThreadRunnerTimers eventLoopThreadRunnerTimers() {
		return new EventLoopThreadRunnerTimers();
	}

}
