package io.palitra.spring.boot.autoconfigure;

import java.time.Clock;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

import io.palitra.EventLoopThreadRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for what is said where the wrong runner is injected, or none can be.
 */
@ExtendWith(OutputCaptureExtension.class)
class RunnerInjectionTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PalitraAutoConfiguration.class))
		.withPropertyValues("palitra.runners.partner.timeout=1s");

	@Test
	void mistypedQualifierIsAnsweredWithTheRunnersThereAre(CapturedOutput output) {
		start(Mistyped.class, Map.of("palitra.runners.partner.timeout", "1s", "palitra.runners.reports.timeout", "1s"));
		assertThat(output).containsSubsequence("APPLICATION FAILED TO START",
				"needs an EventLoopThreadRunner with the qualifier \"partnr\", which there is not. There are:",
				"the default runner, which needs no qualifier", "@Qualifier(\"partner\")", "@Qualifier(\"reports\")",
				"Did you mean @Qualifier(\"partner\")?");
	}

	@Test
	void qualifierOfARunnerThatIsNotConfiguredIsAnsweredWithItsProperty(CapturedOutput output) {
		start(Mistyped.class, Map.of());
		assertThat(output).containsSubsequence("APPLICATION FAILED TO START", "with the qualifier \"partnr\"",
				"set a property of that runner, such as palitra.runners.partnr.timeout");
	}

	@Test
	void runnerOfTheApplicationsOwnIsShownByTheNameOfItsBean(CapturedOutput output) {
		start(WithOwn.class, Map.of());
		assertThat(output).containsSubsequence("APPLICATION FAILED TO START", "with the qualifier \"partnr\"",
				"@Qualifier(\"ordersEventLoopThreadRunner\")");
	}

	@Test
	void qualifierOfABeanThatNeedsTheRunnerIsNotTheRunners(CapturedOutput output) {
		start(Outer.class, Map.of("palitra.enabled", "false"));
		assertThat(output).containsSubsequence("APPLICATION FAILED TO START",
				"needs an EventLoopThreadRunner, which there is not.");
	}

	@Test
	void runnerThatIsMissingAsPalitraIsDisabledIsAnsweredWithThat(CapturedOutput output) {
		start(Unqualified.class, Map.of("palitra.enabled", "false"));
		assertThat(output).containsSubsequence("APPLICATION FAILED TO START",
				"needs an EventLoopThreadRunner, which there is not. palitra.enabled is false.",
				"Leave palitra.enabled out, or define an EventLoopThreadRunner bean.");
	}

	@Test
	void lazyInjectionIsAnsweredWithAProvider(CapturedOutput output) {
		start(LazilyInjected.class, Map.of());
		assertThat(output).containsSubsequence("APPLICATION FAILED TO START",
				"is to have a proxy of an EventLoopThreadRunner, which is final and can have none",
				"Inject ObjectProvider<EventLoopThreadRunner> instead");
	}

	@Test
	void otherMissingBeansAreLeftToOthers(CapturedOutput output) {
		start(Other.class, Map.of());
		assertThat(output).contains("APPLICATION FAILED TO START",
				"Consider defining a bean of type 'java.time.Clock'");
	}

	@Test
	void parameterThatOnlyHasTheNameOfARunnerIsTold(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(Unqualified.class).withBean(Fields.class).run((context) -> {
			EventLoopThreadRunner partner = context.getBean("partnerEventLoopThreadRunner",
					EventLoopThreadRunner.class);
			assertThat(context.getBean(Client.class).runner).isNotSameAs(partner);
			assertThat(context.getBean(Fields.class).partner).isNotSameAs(partner);
		});
		assertThat(output)
			.contains("Bean 'client' has the default runner where it names \"partner\": a name alone selects no "
					+ "runner. Add @Qualifier(\"partner\") there")
			.containsPattern("Bean '.*[Ff]ields' has the default runner where it names \"partner\"");
	}

	@Test
	void nothingIsToldOfParametersWithAQualifierOrAnotherName(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(Right.class).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("has the default runner");
	}

	private static void start(Class<?> application, Map<String, Object> properties) {
		assertThatException().isThrownBy(() -> new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties(properties)
			.run()
			.close());
	}

	record Client(EventLoopThreadRunner runner) {
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(PalitraAutoConfiguration.class)
	static class Mistyped {

		@Bean
		Client client(@Qualifier("partnr") EventLoopThreadRunner runner) {
			return new Client(runner);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(PalitraAutoConfiguration.class)
	static class WithOwn {

		@Bean
		EventLoopThreadRunner ordersEventLoopThreadRunner() {
			return EventLoopThreadRunner.builder().name("orders").build();
		}

		@Bean
		Client client(@Qualifier("partnr") EventLoopThreadRunner runner) {
			return new Client(runner);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(PalitraAutoConfiguration.class)
	static class Outer {

		@Bean
		String shop(@Qualifier("special") Client client) {
			return "shop of " + client;
		}

		@Bean
		Client special(EventLoopThreadRunner runner) {
			return new Client(runner);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(PalitraAutoConfiguration.class)
	static class LazilyInjected {

		@Bean
		Client client(@Lazy EventLoopThreadRunner runner) {
			return new Client(runner);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(PalitraAutoConfiguration.class)
	static class Other {

		@Bean
		Client client(EventLoopThreadRunner runner, Clock clock) {
			return new Client(runner);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(PalitraAutoConfiguration.class)
	static class Unqualified {

		@Bean
		Client client(EventLoopThreadRunner partner) {
			return new Client(partner);
		}

	}

	static class Fields {

		@Autowired
		private EventLoopThreadRunner partner;

	}

	@Configuration(proxyBeanMethods = false)
	static class Right {

		@Bean
		Client client(@Qualifier("partner") EventLoopThreadRunner partner, EventLoopThreadRunner runner) {
			return new Client(partner);
		}

	}

}
