package io.palitra.spring.boot.autoconfigure.endpoint;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
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
 * {@link EnableAutoConfiguration Auto-configuration} for {@link PalitraEndpoint}.
 */
@AutoConfiguration(after = PalitraAutoConfiguration.class)
@ConditionalOnPalitraEnabled
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnAvailableEndpoint(PalitraEndpoint.class)
@ConditionalOnBean(EventLoopThreadRunner.class)
public final class PalitraEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	PalitraEndpoint palitraEndpoint(ConfigurableListableBeanFactory beanFactory) {
		return new PalitraEndpoint(beanFactory);
	}

}
