package io.palitra.spring.boot.autoconfigure;

import java.time.Duration;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

import io.palitra.EventLoopThreadRunner;
import io.palitra.spi.BlockingDetector;
import io.palitra.spi.ContextCarrier;
import io.palitra.spi.RunListener;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@link EventLoopThreadRunner}.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "palitra.enabled", matchIfMissing = true)
@EnableConfigurationProperties(PalitraProperties.class)
public final class PalitraAutoConfiguration {

	private static final Log logger = LogFactory.getLog(PalitraAutoConfiguration.class);

	@Bean
	@ConditionalOnMissingBean
	EventLoopThreadRunner eventLoopThreadRunner(PalitraProperties properties,
			ObjectProvider<ContextCarrier> contextCarriers, ObjectProvider<BlockingDetector> blockingDetectors,
			ObjectProvider<RunListener> listeners, ObjectProvider<EventLoopThreadRunnerCustomizer> customizers,
			ObjectProvider<LifecycleProperties> lifecycleProperties) {
		PalitraProperties.Runner settings = properties.getRunner();
		Duration gracePeriod = settings.getShutdown().getGracePeriod();
		lifecycleProperties.ifAvailable((lifecycle) -> warnIfCutOff(gracePeriod, lifecycle));
		EventLoopThreadRunner.Builder builder = EventLoopThreadRunner.builder()
			.threadNamePrefix(settings.getThreadNamePrefix())
			.slowTaskThreshold(settings.getSlowTaskThreshold())
			.hangThreshold(settings.getHangThreshold())
			.shutdownGrace(gracePeriod);
		if (!settings.getTimeout().isZero()) {
			builder.timeout(settings.getTimeout());
		}
		if (settings.isPropagateContext()) {
			contextCarriers.orderedStream().forEach(builder::contextCarrier);
		}
		blockingDetectors.orderedStream().forEach(builder::blockingDetector);
		listeners.orderedStream().forEach(builder::listener);
		customizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
		EventLoopThreadRunner runner = builder.build();
		if (!settings.isAutoStartup()) {
			runner.stop();
		}
		return runner;
	}

	@Bean
	EventLoopThreadRunnerLifecycle eventLoopThreadRunnerLifecycle(ConfigurableListableBeanFactory beanFactory,
			PalitraProperties properties) {
		return new EventLoopThreadRunnerLifecycle(beanFactory, properties.getRunner().isAutoStartup());
	}

	private static void warnIfCutOff(Duration gracePeriod, LifecycleProperties lifecycle) {
		Duration phaseTimeout = lifecycle.getTimeoutPerShutdownPhase();
		if (gracePeriod.compareTo(phaseTimeout) >= 0) {
			logger.warn("palitra.runner.shutdown.grace-period is " + gracePeriod
					+ ", which is not shorter than spring.lifecycle.timeout-per-shutdown-phase, " + phaseTimeout
					+ ": calls that need the whole grace period will find the beans they use destroyed. Shorten the "
					+ "former or extend the latter");
		}
	}

}
