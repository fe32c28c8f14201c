package io.palitra.docs.start;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.palitra.spring.boot.autoconfigure.EventLoopThreadRunnerCustomizer;

@Configuration(proxyBeanMethods = false)
class RunnerConfiguration {

	// tag::customizer[]
	@Bean
	EventLoopThreadRunnerCustomizer closeLateResults() {
		return (builder) -> builder.onDiscard((value) -> {
			if (value instanceof AutoCloseable resource) {
				closeQuietly(resource);
			}
		});
	}
	// end::customizer[]

	private static void closeQuietly(AutoCloseable resource) {
		try {
			resource.close();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

}
