package io.palitra.spring.boot.autoconfigure.reactor;

import io.micrometer.context.ContextSnapshotFactory;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import reactor.core.publisher.Hooks;

import io.palitra.spi.BlockingDetector;
import io.palitra.spi.ContextCarrier;
import io.palitra.spring.boot.autoconfigure.ConditionalOnPalitraEnabled;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for applications with Reactor.
 */
@AutoConfiguration(before = PalitraAutoConfiguration.class)
@ConditionalOnPalitraEnabled
@ConditionalOnClass(Hooks.class)
public final class PalitraReactorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "reactorBlockingDetector")
	BlockingDetector reactorBlockingDetector() {
		return new ReactorBlockingDetector();
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ContextSnapshotFactory.class)
	static class ContextConfiguration {

		private static final String PROPAGATION = "spring.reactor.context-propagation";

		private static final Log logger = LogFactory.getLog(PalitraReactorAutoConfiguration.class);

		/**
		 * Comes after the carriers of what it finds on the loop's thread.
		 */
		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE + 400)
		@ConditionalOnMissingBean(name = "reactorContextCarrier")
		ContextCarrier reactorContextCarrier(Environment environment) {
			boolean mdc = ClassUtils.isPresent("org.slf4j.MDC", getClass().getClassLoader());
			// To say so is to do without the hooks that it takes
			boolean limited = "limited".equalsIgnoreCase(environment.getProperty(PROPAGATION))
					&& !Hooks.isAutomaticContextPropagationEnabled();
			if (mdc && limited) {
				logger.info("Reactor's operators are without the MDC of their call once they change threads, as "
						+ PROPAGATION + " is limited. Leave it out to have it there");
			}
			return new ReactorContextCarrier(mdc && !limited);
		}

	}

}
