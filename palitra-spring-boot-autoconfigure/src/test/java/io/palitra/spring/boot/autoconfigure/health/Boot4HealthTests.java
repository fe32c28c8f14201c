package io.palitra.spring.boot.autoconfigure.health;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PalitraHealthContributorAutoConfiguration} with Spring Boot 4.
 */
class Boot4HealthTests extends AbstractHealthTests {

	@Override
	Answer ask(Object contributor) {
		assertThat(contributor).isInstanceOf(HealthIndicator.class);
		Health health = ((HealthIndicator) contributor).health();
		return new Answer(health.getStatus().getCode(), health.getDetails());
	}

	@Override
	Map<String, Answer> askAll(Object contributor) {
		assertThat(contributor).isInstanceOf(CompositeHealthContributor.class);
		return ((CompositeHealthContributor) contributor).stream()
			.collect(Collectors.toMap(HealthContributors.Entry::name, (one) -> ask(one.contributor()), (a, b) -> a,
					LinkedHashMap::new));
	}

	@Override
	Answer askOne(Object contributor, String name) {
		HealthContributor one = ((CompositeHealthContributor) contributor).getContributor(name);
		return (one != null) ? ask(one) : new Answer("none", Map.of());
	}

	@Override
	Object own() {
		return (HealthIndicator) () -> Health.unknown().build();
	}

}
