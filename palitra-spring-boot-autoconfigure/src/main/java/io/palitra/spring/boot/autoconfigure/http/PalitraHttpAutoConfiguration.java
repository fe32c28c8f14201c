package io.palitra.spring.boot.autoconfigure.http;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer;

import io.palitra.reactor.ReactorTasks;
import io.palitra.spring.boot.autoconfigure.ConditionalOnPalitraEnabled;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;
import io.palitra.spring.boot.autoconfigure.PalitraHttpProperties;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for groups of HTTP interfaces over
 * {@code WebClient}, which Spring Framework has since version 7.
 */
@AutoConfiguration(after = PalitraAutoConfiguration.class)
@ConditionalOnPalitraEnabled
@ConditionalOnClass({ WebClientHttpServiceGroupConfigurer.class, ReactorTasks.class })
@EnableConfigurationProperties(PalitraHttpProperties.class)
public final class PalitraHttpAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	RunnerHttpServiceGroupConfigurer runnerHttpServiceGroupConfigurer(PalitraHttpProperties properties,
			ConfigurableListableBeanFactory beanFactory) {
		return new RunnerHttpServiceGroupConfigurer(properties, beanFactory);
	}

}
