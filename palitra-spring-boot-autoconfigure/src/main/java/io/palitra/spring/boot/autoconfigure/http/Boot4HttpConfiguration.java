package io.palitra.spring.boot.autoconfigure.http;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.palitra.spring.boot.autoconfigure.PalitraHttpProperties;

/**
 * Groups of HTTP interfaces as Spring Boot 4 has them.
 */
@Configuration(proxyBeanMethods = false)
final class Boot4HttpConfiguration {

	@Bean
	@ConditionalOnMissingBean
	Boot4HttpServiceGroupConfigurer palitraHttpServiceGroupConfigurer(PalitraHttpProperties properties,
			ConfigurableListableBeanFactory beanFactory) {
		return new Boot4HttpServiceGroupConfigurer(properties, beanFactory);
	}

}
