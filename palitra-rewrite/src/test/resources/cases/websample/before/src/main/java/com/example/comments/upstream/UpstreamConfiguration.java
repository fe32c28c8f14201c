package com.example.comments.upstream;

import java.net.URI;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import com.example.comments.SampleProperties;

@Configuration(proxyBeanMethods = false)
class UpstreamConfiguration {

	@Bean
	Upstream upstream(SampleProperties properties) {
		URI url = properties.upstreamUrl();
		return new Upstream((url != null) ? url : URI.create("http://127.0.0.1:8081"));
	}

}
