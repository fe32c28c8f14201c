package io.palitra.spring.boot.autoconfigure.endpoint;

import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.palitra.EventLoopThreadRunner;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link PalitraEndpointAutoConfiguration}.
 */
class PalitraEndpointAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(PalitraAutoConfiguration.class, PalitraEndpointAutoConfiguration.class));

	private final ApplicationContextRunner exposed = this.contextRunner
		.withPropertyValues("management.endpoints.web.exposure.include=palitra");

	@Test
	void isThereIfExposed() {
		this.exposed.run((context) -> assertThat(context).hasSingleBean(PalitraEndpoint.class));
	}

	@Test
	void isThereIfExposedOverJmx() {
		this.contextRunner
			.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=palitra")
			.run((context) -> assertThat(context).hasSingleBean(PalitraEndpoint.class));
	}

	@Test
	void isNotThereIfNotExposed() {
		this.contextRunner.run((context) -> assertThat(context).hasSingleBean(EventLoopThreadRunner.class)
			.doesNotHaveBean(PalitraEndpoint.class));
	}

	@Test
	void isNotThereIfAccessIsDenied() {
		this.exposed.withPropertyValues("management.endpoint.palitra.access=NONE")
			.run((context) -> assertThat(context).doesNotHaveBean(PalitraEndpoint.class));
	}

	@Test
	void isNotThereWithoutRunner() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(PalitraEndpointAutoConfiguration.class))
			.withPropertyValues("management.endpoints.web.exposure.include=palitra")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PalitraEndpoint.class));
	}

	@Test
	void disabledWithPalitra() {
		this.exposed.withPropertyValues("palitra.enabled=false")
			.withBean(EventLoopThreadRunner.class, EventLoopThreadRunner::create)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PalitraEndpoint.class));
	}

	@Test
	void endpointOfTheApplicationReplacesIt() {
		this.exposed.withBean("mine", PalitraEndpoint.class, () -> mock(PalitraEndpoint.class))
			.run((context) -> assertThat(context).hasSingleBean(PalitraEndpoint.class).hasBean("mine"));
	}

	@Test
	void worksWithoutActuatorOnTheClassPathC22() {
		this.exposed.withClassLoader(new FilteredClassLoader(Endpoint.class))
			.run((context) -> assertThat(context).hasSingleBean(EventLoopThreadRunner.class)
				.doesNotHaveBean(PalitraEndpoint.class));
	}

}
