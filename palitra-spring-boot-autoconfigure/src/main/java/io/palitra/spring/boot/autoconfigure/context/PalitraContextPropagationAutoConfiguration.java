package io.palitra.spring.boot.autoconfigure.context;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.context.ThreadLocalAccessor;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.i18n.LocaleContextThreadLocalAccessor;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.context.request.RequestAttributesThreadLocalAccessor;

import io.palitra.spi.ContextCarrier;
import io.palitra.spring.boot.autoconfigure.ConditionalOnPalitraEnabled;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for what is carried from the
 * caller's thread: what the global {@link ContextRegistry} has accessors of, and what the
 * {@link ThreadLocalAccessor} beans access. These beans have a registry of their own, as
 * the global one is the application's.
 */
@AutoConfiguration(before = PalitraAutoConfiguration.class)
@ConditionalOnPalitraEnabled
@ConditionalOnClass(ContextSnapshotFactory.class)
public final class PalitraContextPropagationAutoConfiguration {

	/**
	 * Comes first: the whole MDC must be there before the scope of an observation puts
	 * its trace into it, and go after that has taken it out.
	 */
	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE + 100)
	@ConditionalOnMissingBean(name = "threadLocalAccessorContextCarrier")
	ContextCarrier threadLocalAccessorContextCarrier(ObjectProvider<ThreadLocalAccessor<?>> accessors) {
		ContextRegistry registry = new ContextRegistry();
		accessors.orderedStream().forEach(registry::registerThreadLocalAccessor);
		return new ThreadLocalContextCarrier(registry);
	}

	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE + 200)
	@ConditionalOnMissingBean(name = "globalContextCarrier")
	ContextCarrier globalContextCarrier() {
		return new ThreadLocalContextCarrier(ContextRegistry.getInstance());
	}

	@Bean
	@ConditionalOnMissingBean
	LocaleContextThreadLocalAccessor localeContextThreadLocalAccessor() {
		return new LocaleContextThreadLocalAccessor();
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.slf4j.MDC")
	static class MdcConfiguration {

		@Bean
		@ConditionalOnMissingBean
		Slf4jThreadLocalAccessor slf4jThreadLocalAccessor() {
			return new Slf4jThreadLocalAccessor();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(value = RequestAttributesThreadLocalAccessor.class, name = "jakarta.servlet.ServletRequest")
	static class RequestAttributesConfiguration {

		@Bean
		@ConditionalOnMissingBean
		RequestAttributesThreadLocalAccessor requestAttributesThreadLocalAccessor() {
			return new RequestAttributesThreadLocalAccessor();
		}

	}

}
