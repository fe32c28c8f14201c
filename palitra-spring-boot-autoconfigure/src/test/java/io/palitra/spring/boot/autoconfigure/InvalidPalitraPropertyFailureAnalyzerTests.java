package io.palitra.spring.boot.autoconfigure;

import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import io.palitra.EventLoopThreadRunner;

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
				Arguments.of("palitra.enabled", "maybe", "maybe", "Invalid boolean value 'maybe'", "true or false."),
				Arguments.of("palitra.runner.max-in-flight", "0", "0", "must be at least 1",
						"a number of calls such as 200, or leave it out for no limit."),
				Arguments.of("palitra.runner.max-in-flight", "-1", "-1", "must be at least 1",
						"a number of calls such as 200, or leave it out for no limit."),
				Arguments.of("palitra.runner.max-in-flight", "many", "many", "For input string: \"many\"",
						"a whole number from 1 to 2147483647."),
				Arguments.of("palitra.runner.overload-policy", "drop", "drop", "No enum constant", "wait or reject."),
				Arguments.of("palitra.runner.nested-runs", "allow", "allow", "No enum constant", "reject or pump."),
				Arguments.of("palitra.runner.wait-strategy", "spin", "spin", "No enum constant", "adaptive or park."),
				Arguments.of("palitra.runner.start-on", "pool", "pool", "No enum constant",
						"loop or caller or virtual-threads."),
				Arguments.of("palitra.runner.propagate-context", "some", "some", "Invalid boolean value 'some'",
						"true or false."),
				Arguments.of("palitra.runners.reports.timeout", "-5s", "-5s", "must not be negative",
						"a positive duration such as 30s, or to 0 for no limit."),
				Arguments.of("palitra.runners.reports.max-in-flight", "0", "0", "must be at least 1",
						"a number of calls such as 200, or leave it out for no limit."),
				Arguments.of("palitra.runners.reports.overload-policy", "drop", "drop", "No enum constant",
						"wait or reject."),
				Arguments.of("palitra.runners.reports.shutdown.grace-period", "-1ms", "-1ms", "must not be negative",
						"a duration such as 20s, or to 0 to cancel calls in flight at once."),
				Arguments.of("palitra.runner.auto-startup", "maybe", "maybe", "Invalid boolean value 'maybe'",
						"true or false."),
				Arguments.of("palitra.runner.thread-name-prefix", "a\nb\u0085", "a\\u000ab\\u0085",
						"threadNamePrefix must not contain control characters, line breaks or other invisible characters but was \"a\\u000ab\\u0085\"",
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

	@ParameterizedTest
	@MethodSource
	void namesRunnerWhoseNameIsBad(Map<String, Object> properties, String property, String reason, String fix,
			CapturedOutput output) {
		start(new MapPropertySource("test", Map.of("palitra.runner.thread-name-prefix", this.prefix)),
				new MapPropertySource("bad", properties));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.containsSubsequence("Description:", "Property: " + property, "Reason: " + reason, "Action:", fix);
		assertThat(LoopThreads.named(this.prefix)).isEmpty();
	}

	static Stream<Arguments> namesRunnerWhoseNameIsBad() {
		String rule = "a runner's name must begin with a letter";
		return Stream.of(
				Arguments.of(Map.of("palitra.runners[a b].timeout", "1s"), "palitra.runners[a b]", rule, "Rename"),
				Arguments.of(Map.of("palitra.runners[a/b].timeout", "1s"), "palitra.runners[a/b]", rule, "Rename"),
				Arguments.of(Map.of("palitra.runners[a\nb].timeout", "1s"), "palitra.runners[a\\u000ab]", rule,
						"Rename"),
				Arguments.of(Map.of("palitra.runners[0].timeout", "1s"), "palitra.runners[0]", rule, "Rename"),
				Arguments.of(Map.of("palitra.runners.default.timeout", "1s"), "palitra.runners.default",
						"'default' is the name of the runner that palitra.runner is about",
						"Rename the runner, or set the properties of palitra.runner instead."),
				Arguments.of(
						Map.of("palitra.runners.myReports.timeout", "1s", "palitra.runners.my-reports.timeout", "2s"),
						"palitra.runners.my", "'my", "Write the name in one way, in lower case with hyphens."),
				Arguments.of(Map.of("palitra.runners.taken.timeout", "1s"), "palitra.runners.taken",
						"the application has a bean of its own that is named 'takenEventLoopThreadRunner'",
						"Rename the runner or the bean."),
				Arguments.of(Map.of("palitra.runners.mine.timeout", "1s"), "palitra.runners.mine",
						"the application has a runner of its own in the bean 'mine', which these properties are not about",
						"Rename the runner or the bean, or set the properties of that runner where it is built."));
	}

	@Test
	void blamesTheDefaultsForWhatARunnerInherits(CapturedOutput output) {
		start(new MapPropertySource("test",
				Map.of("palitra.runner.timeout", "-5s", "palitra.runners.reports.max-in-flight", "3")));
		assertThat(output).containsSubsequence("Property: palitra.runner.timeout", "Value: \"-5s\"",
				"Reason: must not be negative");
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

	@ParameterizedTest
	@CsvSource({ "palitra.runners.reports, palitra.runners.reports.timeout=10s",
			"palitra.runners, palitra.runners.reports.timeout=10s", "palitra.runner, palitra.runner.timeout=10s",
			"palitra.runner.shutdown, palitra.runner.shutdown.grace-period=10s",
			"palitra.health, palitra.health.timeout=1s", "palitra, palitra.runner.timeout=10s" })
	void showsPropertyOfAGroupThatIsGivenAValue(String group, String example, CapturedOutput output) {
		start(new MapPropertySource("bad", Map.of(group, "fast")));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.containsSubsequence("Description:", "Property: " + group, "Value: \"fast\"",
					"Reason: Failed to bind properties under '" + group
							+ "', which is a group and has no value of its own",
					"Action:", "Set a property of the group instead, such as " + example + ".");
	}

	@Test
	void leavesOtherFailuresToOthers(CapturedOutput output) {
		start(new MapPropertySource("test", Map.of("spring.lifecycle.timeout-per-shutdown-phase", "long")));
		assertThat(output).contains("APPLICATION FAILED TO START",
				"Failed to bind properties under 'spring.lifecycle.timeout-per-shutdown-phase'");
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
	@ImportAutoConfiguration({ PalitraAutoConfiguration.class, LifecycleAutoConfiguration.class })
	static class Application {

		@Bean(defaultCandidate = false)
		EventLoopThreadRunner mine() {
			return EventLoopThreadRunner.builder().name("mine").build();
		}

		@Bean
		String takenEventLoopThreadRunner() {
			return "taken";
		}

	}

}
