package io.palitra.spring.boot.autoconfigure.reactor;

import org.reactivestreams.Publisher;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.util.function.SingletonSupplier;

import io.palitra.spi.AsyncAdapter;
import io.palitra.spring.boot.autoconfigure.ConditionalOnPalitraEnabled;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for blocking faces of the types that
 * the {@link ReactiveAdapterRegistry} knows.
 */
@AutoConfiguration(before = PalitraAutoConfiguration.class)
@ConditionalOnPalitraEnabled
@ConditionalOnClass(Publisher.class)
public final class PalitraReactiveTypesAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "reactiveTypesAsyncAdapter")
	AsyncAdapter reactiveTypesAsyncAdapter(ObjectProvider<ReactiveAdapterRegistry> registry) {
		return new ReactiveTypesAsyncAdapter(
				SingletonSupplier.of(() -> registry.getIfUnique(ReactiveAdapterRegistry::getSharedInstance))::obtain);
	}

}
