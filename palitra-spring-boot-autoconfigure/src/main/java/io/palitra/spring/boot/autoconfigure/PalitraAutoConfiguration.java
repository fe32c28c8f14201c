package io.palitra.spring.boot.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Scope;

import io.palitra.EventLoopThreadRunner;
import io.palitra.spi.AsyncAdapter;
import io.palitra.spi.BlockingDetector;
import io.palitra.spi.ContextCarrier;
import io.palitra.spi.RunListener;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@link EventLoopThreadRunner}.
 */
@AutoConfiguration
@ConditionalOnPalitraEnabled
@EnableConfigurationProperties(PalitraProperties.class)
@Import(SpringBootVersionCheck.class)
public final class PalitraAutoConfiguration {

	@Bean
	static EventLoopThreadRunnerRegistrar eventLoopThreadRunnerRegistrar(ConfigurableApplicationContext context) {
		return new EventLoopThreadRunnerRegistrar(context);
	}

	@Bean
	static EventLoopThreadRunnerTracker eventLoopThreadRunnerTracker() {
		return new EventLoopThreadRunnerTracker();
	}

	@Bean
	EventLoopThreadRunnerFactory eventLoopThreadRunnerFactory(ObjectProvider<ContextCarrier> contextCarriers,
			ObjectProvider<BlockingDetector> blockingDetectors, ObjectProvider<AsyncAdapter> asyncAdapters,
			ObjectProvider<RunListener> listeners, ObjectProvider<EventLoopThreadRunnerCustomizer> customizers,
			ObjectProvider<LifecycleProperties> lifecycle) {
		return new EventLoopThreadRunnerFactory(contextCarriers, blockingDetectors, asyncAdapters, listeners,
				customizers, lifecycle);
	}

	/**
	 * For runners of the application's own, which are then like those that are
	 * auto-configured.
	 */
	@Bean
	@Scope(BeanDefinition.SCOPE_PROTOTYPE)
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	EventLoopThreadRunner.Builder eventLoopThreadRunnerBuilder(EventLoopThreadRunnerFactory factory,
			PalitraProperties properties) {
		return factory.builder(EventLoopThreadRunnerFactory.DEFAULT_NAME, properties.getRunner());
	}

	@Bean
	@ConditionalOnMissingBean
	EventLoopThreadRunner eventLoopThreadRunner(EventLoopThreadRunnerFactory factory, PalitraProperties properties) {
		return factory.create(EventLoopThreadRunnerFactory.DEFAULT_NAME, properties.getRunner());
	}

}
