package io.palitra.spring.boot.autoconfigure.health;

import java.util.concurrent.Callable;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.palitra.spring.boot.autoconfigure.PalitraProperties;

/**
 * The health of the runners for Spring Boot 4. Compiled against that version, whatever
 * the rest is compiled against; see the module's POM.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ HealthContributor.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnEnabledHealthIndicator("palitra")
class Boot4HealthConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = { "palitraHealthIndicator", "palitraHealthContributor" })
	HealthContributor palitraHealthContributor(ConfigurableListableBeanFactory beanFactory,
			PalitraProperties properties) {
		EventLoopThreadRunnerProbes probes = new EventLoopThreadRunnerProbes(beanFactory,
				properties.getHealth().getTimeout());
		return probes.isForOneOnly() ? new Indicator(probes::sendToTheOnlyOne) : new Composite(probes);
	}

	private static final class Indicator extends AbstractHealthIndicator {

		private final Callable<EventLoopThreadRunnerProbe.Result> probe;

		Indicator(Callable<EventLoopThreadRunnerProbe.Result> probe) {
			super("The health check of an event loop failed");
			this.probe = probe;
		}

		@Override
		protected void doHealthCheck(Health.Builder health) throws Exception {
			EventLoopThreadRunnerProbe.Result result = this.probe.call();
			health.status(result.status()).withDetails(result.details());
			if (result.failure() != null) {
				health.withException(result.failure());
			}
		}

	}

	private record Composite(EventLoopThreadRunnerProbes probes) implements CompositeHealthContributor {

		@Override
		public @Nullable HealthContributor getContributor(String name) {
			Callable<EventLoopThreadRunnerProbe.Result> probe = this.probes.of(name);
			return (probe != null) ? new Indicator(probe) : null;
		}

		@Override
		public Stream<HealthContributors.Entry> stream() {
			return this.probes.all()
				.entrySet()
				.stream()
				.map((probe) -> new HealthContributors.Entry(probe.getKey(), new Indicator(probe.getValue())));
		}

	}

}
