package io.palitra.spring.boot.autoconfigure.health;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportSelector;
import org.springframework.core.type.AnnotationMetadata;

import io.palitra.EventLoopThreadRunner;
import io.palitra.spring.boot.autoconfigure.ConditionalOnPalitraEnabled;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;
import io.palitra.spring.boot.autoconfigure.PalitraProperties;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the health of all
 * {@link EventLoopThreadRunner} beans. Spring Boot 3 and 4 have the same classes of
 * health in different packages; there is a configuration for each.
 */
@AutoConfiguration(after = PalitraAutoConfiguration.class)
@ConditionalOnPalitraEnabled
@Conditional(PalitraHealthContributorAutoConfiguration.OnHealth.class)
@ConditionalOnBean(EventLoopThreadRunner.class)
@EnableConfigurationProperties(PalitraProperties.class)
@Import(PalitraHealthContributorAutoConfiguration.Generations.class)
public final class PalitraHealthContributorAutoConfiguration {

	PalitraHealthContributorAutoConfiguration() {
	}

	/**
	 * By name, as neither can be compiled together with the classes that the other needs.
	 */
	static final class Generations implements ImportSelector {

		@Override
		public String[] selectImports(AnnotationMetadata importing) {
			String here = PalitraHealthContributorAutoConfiguration.class.getPackageName();
			return new String[] { here + ".Boot3HealthConfiguration", here + ".Boot4HealthConfiguration" };
		}

	}

	static final class OnHealth extends AnyNestedCondition {

		OnHealth() {
			super(ConfigurationPhase.PARSE_CONFIGURATION);
		}

		@ConditionalOnClass(name = { "org.springframework.boot.actuate.health.HealthContributor",
				"org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator" })
		static final class Boot3 {

		}

		@ConditionalOnClass(name = { "org.springframework.boot.health.contributor.HealthContributor",
				"org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator" })
		static final class Boot4 {

		}

	}

}
