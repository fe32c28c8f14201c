package io.palitra.spring.boot.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import io.palitra.EventLoopThreadRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link UnknownProperties}.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnknownPropertiesTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PalitraAutoConfiguration.class));

	@ParameterizedTest
	@CsvSource({ "palitra.runner.timout, palitra.runner.timeout", "palitra.runer.timeout, palitra.runner.timeout",
			"palitra.runner.max-inflights, palitra.runner.max-in-flight",
			"palitra.runners.x.timout, palitra.runners.x.timeout",
			"palitra.runners.x.shutdown.graceperiods, palitra.runners.x.shutdown.grace-period",
			"palitra.helth.timeout, palitra.health.timeout",
			"palitra.http.groups.shop.timout, palitra.http.groups.shop.timeout", "palitra.enable, palitra.enabled",
			"palitra.runners.x.xtimeout, palitra.runners.x.timeout" })
	void misspeltIsToldWithWhatWasMeant(String written, String meant, CapturedOutput output) {
		this.contextRunner.withPropertyValues(written + "=1").run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("palitra has no property " + written + " (")
			.contains(", it is ignored; did you mean " + meant + "?");
	}

	@ParameterizedTest
	@ValueSource(strings = { "palitra.threads", "palitra.http.groups.shop.read-timeout",
			"palitra.runners.x.connect-timeout" })
	void whatIsLikeNothingIsToldAsWell(String written, CapturedOutput output) {
		this.contextRunner.withPropertyValues(written + "=8").run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("palitra has no property " + written + " (")
			.contains("it is ignored; palitra's docs/reference/properties.md lists those that there are");
	}

	@ParameterizedTest
	@ValueSource(strings = { "palitra.runner.max-in-flight=9", "palitra.runner.maxInFlight=9",
			"palitra.runner.max_in_flight=9", "palitra.runners.my-reports.shutdown.grace-period=1s",
			"palitra.http.groups.shop.runner=none", "palitra.http.groups[my.shop].timeout=1s",
			"palitra.http.enabled=true", "palitra.runners.x.slowTaskThreshold=1s", "palitra.health.timeout=1s",
			"palitra.enabled=true", "palitrax.runner.timout=1s" })
	void nothingIsToldOfWhatIsKnownHoweverItIsWritten(String property, CapturedOutput output) {
		this.contextRunner.withPropertyValues(property).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("palitra has no property");
	}

	@Test
	void groupsThatThereCannotBeAreTold(CapturedOutput output) {
		this.contextRunner.withClassLoader(new FilteredClassLoader("org.springframework.web.reactive"))
			.withPropertyValues("palitra.http.groups.shop.timeout=1s")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("palitra.http.groups.shop.timeout is ignored: it is for groups of HTTP interfaces");
	}

	@ParameterizedTest
	@ValueSource(strings = { "palitra.runners.x", "palitra.http.groups.x" })
	void valueInPlaceOfPropertiesIsNotCalledIgnored(String name, CapturedOutput output) {
		this.contextRunner.withPropertyValues(name + "=y")
			.run((context) -> assertThat(output).doesNotContain("palitra has no property"));
	}

	@Test
	void variablesOfTheEnvironmentAreToldOnlyIfTheyAreAlmostProperties(CapturedOutput output) {
		Map<String, Object> variables = new LinkedHashMap<>();
		variables.put("PALITRA_SERVICE_HOST", "10.0.0.1");
		variables.put("PALITRA_PORT_8080_TCP_ADDR", "10.0.0.1");
		variables.put("PALITRA_RUNNER_MAXINFLIGHT", "9");
		variables.put("PALITRA_RUNNER_MAX_IN_FLIGHT", "9");
		variables.put("PALITRA_RUNNER_TIMOUT", "9s");
		variables.put("PALITRA_RUNNERS_MY_DB_TIMEOUT", "9s");
		variables.put("PALITRA_HTTP_GROUPS_MY_SHOP_RUNNER", "none");
		this.contextRunner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource(
						"test-" + StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables)))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(EventLoopThreadRunner.class));
		assertThat(output).containsOnlyOnce("palitra has no property")
			.contains("palitra has no property palitra.runner.timout (");
	}

}
