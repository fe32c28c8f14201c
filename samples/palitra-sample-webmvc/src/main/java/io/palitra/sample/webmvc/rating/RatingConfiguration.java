package io.palitra.sample.webmvc.rating;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.ImportHttpServices;

import io.palitra.sample.webmvc.upstream.Upstream;

@Configuration(proxyBeanMethods = false)
@ImportHttpServices(group = "partner", types = Ratings.class, clientType = ClientType.WEB_CLIENT)
class RatingConfiguration {

	/**
	 * Elsewhere a property is enough: {@code spring.http.serviceclient.partner.base-url}.
	 * Where this upstream is, is not known before it has been started.
	 */
	@Bean
	WebClientHttpServiceGroupConfigurer partnerIsTheUpstream(Upstream upstream) {
		return (groups) -> groups.filterByName("partner")
			.forEachClient((group, client) -> client.baseUrl(upstream.url().toString()));
	}

}
