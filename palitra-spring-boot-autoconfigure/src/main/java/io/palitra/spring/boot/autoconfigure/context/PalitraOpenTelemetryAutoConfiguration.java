package io.palitra.spring.boot.autoconfigure.context;

import io.opentelemetry.context.Context;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

import io.palitra.spi.ContextCarrier;
import io.palitra.spring.boot.autoconfigure.ConditionalOnPalitraEnabled;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for applications that are traced by
 * OpenTelemetry itself, its Java agent or its SDK, instead of through Micrometer.
 */
@AutoConfiguration(before = PalitraAutoConfiguration.class)
@ConditionalOnPalitraEnabled
@ConditionalOnClass(Context.class)
public final class PalitraOpenTelemetryAutoConfiguration {

	/**
	 * Comes after the carrier of the MDC, into which Micrometer's bridge puts the trace
	 * of each context that is opened, and before that of the observation, whose span is
	 * nearer to the call.
	 */
	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE + 150)
	@ConditionalOnMissingBean(name = "openTelemetryContextCarrier")
	ContextCarrier openTelemetryContextCarrier() {
		return new OpenTelemetryContextCarrier();
	}

}
