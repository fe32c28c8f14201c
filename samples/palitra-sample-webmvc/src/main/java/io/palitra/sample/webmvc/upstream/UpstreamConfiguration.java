package io.palitra.sample.webmvc.upstream;

import java.net.URI;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

import io.palitra.sample.webmvc.SampleProperties;

@Configuration(proxyBeanMethods = false)
class UpstreamConfiguration {

	@Bean
	Upstream upstream(SampleProperties properties, ObjectProvider<UpstreamServer> server) {
		URI url = properties.upstreamUrl();
		return new Upstream((url != null) ? url : server.getObject().url());
	}

	// Lazy: does not exist where another upstream is given. Not a lifecycle bean: closed
	// with the singletons, it serves until everything that may call it has been stopped.
	@Bean
	@Lazy
	UpstreamServer upstreamServer(UpstreamProperties properties) {
		return new UpstreamServer(properties);
	}

}
