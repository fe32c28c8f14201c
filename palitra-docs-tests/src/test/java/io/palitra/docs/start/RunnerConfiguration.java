package io.palitra.docs.start;

import io.r2dbc.spi.Closeable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;

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
			else if (value instanceof Closeable resource) {
				// A connection of R2DBC: a publisher closes it
				Mono.from(resource.close()).subscribe();
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
