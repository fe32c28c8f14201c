package io.palitra.spring.boot.autoconfigure.health;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.CompositeHealthContributor;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthContributor;
import org.springframework.boot.actuate.health.NamedContributor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.palitra.spring.boot.autoconfigure.PalitraProperties;

/**
 * The health of the runners for Spring Boot 3. Compiled against that version, whatever
 * the rest is compiled against; see the module's POM.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ HealthContributor.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnEnabledHealthIndicator("palitra")
class Boot3HealthConfiguration {

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
		public Iterator<NamedContributor<HealthContributor>> iterator() {
			List<NamedContributor<HealthContributor>> contributors = new ArrayList<>();
			this.probes.all()
				.forEach((name, probe) -> contributors.add(NamedContributor.of(name, new Indicator(probe))));
			return contributors.iterator();
		}

	}

}
