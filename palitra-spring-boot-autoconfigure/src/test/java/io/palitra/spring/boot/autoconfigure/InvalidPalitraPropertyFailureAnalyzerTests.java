package io.palitra.spring.boot.autoconfigure;

import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for {@link InvalidPalitraPropertyFailureAnalyzer}, by what a user reads when the
 * application does not start.
 */
@ExtendWith(OutputCaptureExtension.class)
class InvalidPalitraPropertyFailureAnalyzerTests {

	private final String prefix = LoopThreads.newPrefix();

	@ParameterizedTest
	@MethodSource
	void namesPropertyValueReasonAndFix(String property, String value, String shown, String reason, String fix,
			CapturedOutput output) {
		start(new MapPropertySource("test", Map.of("palitra.runner.thread-name-prefix", this.prefix)),
				new MapPropertySource("bad", Map.of(property, value)));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.containsSubsequence("Description:", "Property: " + property, "Value: \"" + shown + "\"",
					"Origin: \"" + property + "\" from property source \"bad\"", "Reason: " + reason, "Action:",
					"Set " + property + " to " + fix);
		assertThat(LoopThreads.named(this.prefix)).isEmpty();
	}

	static Stream<Arguments> namesPropertyValueReasonAndFix() {
		String duration = "a duration with its unit, such as 10s or 500ms.";
		return Stream.of(
				Arguments.of("palitra.runner.timeout", "-5s", "-5s", "must not be negative",
						"a positive duration such as 30s, or to 0 for no limit."),
				Arguments.of("palitra.runner.timeout", "abc", "abc", "'abc' is not a valid duration", duration),
				Arguments.of("palitra.runner.timeout", "999999999999999d", "999999999999999d",
						"'999999999999999d' is not a valid simple duration", duration),
				Arguments.of("palitra.runner.shutdown.grace-period", "-1ms", "-1ms", "must not be negative",
						"a duration such as 20s, or to 0 to cancel calls in flight at once."),
				Arguments.of("palitra.runner.shutdown.grace-period", "long", "long", "'long' is not a valid duration",
						duration),
				Arguments.of("palitra.runner.auto-startup", "maybe", "maybe", "Invalid boolean value 'maybe'",
						"true or false."),
				Arguments.of("palitra.runner.thread-name-prefix", "a\nb\u0085", "a\\u000ab\\u0085",
						"threadNamePrefix must not contain control characters but was \"a\\u000ab\\u0085\"",
						"a short text on one line, such as palitra-."),
				Arguments.of("palitra.runner.thread-name-prefix", "p".repeat(201), "p".repeat(201),
						"threadNamePrefix must have at most 200 characters but has 201",
						"a short text on one line, such as palitra-."),
				Arguments.of("palitra.runner.slow-task-threshold", "0", "0", "must be positive",
						"a positive duration such as 100ms."),
				Arguments.of("palitra.runner.hang-threshold", "-1s", "-1s", "must be positive",
						"a positive duration such as 10s."),
				Arguments.of("palitra.health.timeout", "0", "0", "must be positive", "a positive duration such as 1s."),
				Arguments.of("palitra.health.timeout", "-1s", "-1s", "must be positive",
						"a positive duration such as 1s."),
				Arguments.of("palitra.health.timeout", "soon", "soon", "'soon' is not a valid duration", duration));
	}

	@Test
	void findsValueOfEnvironmentVariable(CapturedOutput output) {
		start(new SystemEnvironmentPropertySource("env-systemEnvironment", Map.of("PALITRA_RUNNER_TIMEOUT", "-5s")));
		assertThat(output).containsSubsequence("Property: palitra.runner.timeout", "Value: \"-5s\"",
				"Origin: \"PALITRA_RUNNER_TIMEOUT\" from property source", "Reason: must not be negative");
	}

	@Test
	void showsWhatAPlaceholderStandsFor(CapturedOutput output) {
		start(new MapPropertySource("test", Map.of("palitra.runner.timeout", "${limit}", "limit", "-5s")));
		assertThat(output).containsSubsequence("Property: palitra.runner.timeout", "Value: \"-5s\"",
				"Reason: must not be negative");
	}

	@Test
	void leavesOtherFailuresToOthers(CapturedOutput output) {
		start(new MapPropertySource("test", Map.of("palitra.runner", "fast")));
		assertThat(output).contains("APPLICATION FAILED TO START", "Failed to bind properties under 'palitra.runner'");
	}

	private static void start(PropertySource<?>... sources) {
		StandardEnvironment environment = new StandardEnvironment();
		Stream.of(sources).forEach(environment.getPropertySources()::addFirst);
		SpringApplication application = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.environment(environment)
			.build();
		assertThatException().isThrownBy(() -> application.run().close());
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(PalitraAutoConfiguration.class)
	static class Application {

	}

}
