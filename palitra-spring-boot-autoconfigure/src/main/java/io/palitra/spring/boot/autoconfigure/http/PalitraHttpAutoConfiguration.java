package io.palitra.spring.boot.autoconfigure.http;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportSelector;
import org.springframework.core.Ordered;
import org.springframework.core.type.AnnotationMetadata;

import io.palitra.reactor.ReactorTasks;
import io.palitra.spring.boot.autoconfigure.ConditionalOnPalitraEnabled;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;
import io.palitra.spring.boot.autoconfigure.PalitraHttpProperties;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for groups of HTTP interfaces over
 * {@code WebClient}, which Spring Framework has since version 7. Comes last: of
 * configurers with no order, as most are, the first makes the innermost exchange.
 */
@AutoConfiguration(after = PalitraAutoConfiguration.class)
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@ConditionalOnPalitraEnabled
@ConditionalOnClass(value = ReactorTasks.class,
		name = "org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer")
@EnableConfigurationProperties(PalitraHttpProperties.class)
@Import(PalitraHttpAutoConfiguration.Generations.class)
public final class PalitraHttpAutoConfiguration {

	PalitraHttpAutoConfiguration() {
	}

	/**
	 * By name, as it can be compiled with Spring Framework 7 only.
	 */
	static final class Generations implements ImportSelector {

		@Override
		public String[] selectImports(AnnotationMetadata importing) {
			return new String[] { PalitraHttpAutoConfiguration.class.getPackageName() + ".Boot4HttpConfiguration" };
		}

	}

}
