package io.palitra.spring.boot.autoconfigure.health;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

import org.springframework.boot.actuate.health.CompositeHealthContributor;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthContributor;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.NamedContributor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PalitraHealthContributorAutoConfiguration} with Spring Boot 3.
 */
class Boot3HealthTests extends AbstractHealthTests {

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
			.collect(Collectors.toMap(NamedContributor::getName, (one) -> ask(one.getContributor()), (a, b) -> a,
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
