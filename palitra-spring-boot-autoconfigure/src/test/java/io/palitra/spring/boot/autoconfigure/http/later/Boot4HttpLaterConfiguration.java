package io.palitra.spring.boot.autoconfigure.http.later;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.client.support.NotFoundWebClientAdapterDecorator;
import org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer;

/**
 * Comes after palitra's in the order of their names, which is that of auto-configurations
 * without another.
 */
@Configuration(proxyBeanMethods = false)
public class Boot4HttpLaterConfiguration {

	@Bean
	WebClientHttpServiceGroupConfigurer laterConfigurer() {
		return (groups) -> groups.forEachProxyFactory(
				(group, factory) -> factory.exchangeAdapterDecorator(NotFoundWebClientAdapterDecorator::new));
	}

}
