package io.palitra.spring.boot.autoconfigure.health;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.palitra.EventLoopThreadRunner;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PalitraHealthContributorAutoConfiguration}.
 */
class PalitraHealthContributorAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(PalitraAutoConfiguration.class, PalitraHealthContributorAutoConfiguration.class,
					HealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class));

	@Test
	void contributesHealthOfTheRunner() {
		this.contextRunner.run((context) -> {
			HealthContributor contributor = context.getBean(HealthContributorRegistry.class).getContributor("palitra");
			assertThat(contributor).isInstanceOfSatisfying(HealthIndicator.class,
					(indicator) -> assertThat(indicator.health().getStatus()).isEqualTo(Status.UP));
		});
	}

	@Test
	void timeoutLimitsTheProbe() {
		this.contextRunner.withPropertyValues("palitra.health.timeout=200ms", "palitra.runner.shutdown.grace-period=0")
			.run((context) -> {
				CountDownLatch held = new CountDownLatch(1);
				CountDownLatch release = new CountDownLatch(1);
				context.getBean(EventLoopThreadRunner.class).getLoop().submit(() -> {
					held.countDown();
					return release.await(60, TimeUnit.SECONDS);
				});
				assertThat(held.await(30, TimeUnit.SECONDS)).isTrue();
				Health health = context.getBean("palitraHealthContributor", HealthIndicator.class).health();
				release.countDown();
				assertThat(health.getStatus()).isEqualTo(Status.DOWN);
				assertThat(Duration.parse((String) health.getDetails().get("blockedFor"))).isPositive();
			});
	}

	@Test
	void severalRunnersMakeAComposite() {
		this.contextRunner.withBean("alpha", EventLoopThreadRunner.class, EventLoopThreadRunner::create)
			.withBean("beta", EventLoopThreadRunner.class, EventLoopThreadRunner::create)
			.run((context) -> {
				context.getBean("beta", EventLoopThreadRunner.class).stop();
				CompositeHealthContributor composite = context.getBean("palitraHealthContributor",
						CompositeHealthContributor.class);
				assertThat(composite.stream()).extracting(HealthContributors.Entry::name)
					.containsExactly("alpha", "beta");
				assertThat(status(composite, "alpha")).isEqualTo(Status.UP);
				assertThat(status(composite, "beta")).isEqualTo(Status.OUT_OF_SERVICE);
			});
	}

	@Test
	void runnerThatIsNoDefaultCandidateIsPartOfTheComposite() {
		this.contextRunner
			.withBean("mine", EventLoopThreadRunner.class, EventLoopThreadRunner::create,
					(definition) -> ((AbstractBeanDefinition) definition).setDefaultCandidate(false))
			.run((context) -> assertThat(
					context.getBean("palitraHealthContributor", CompositeHealthContributor.class).stream())
				.extracting(HealthContributors.Entry::name)
				.containsExactlyInAnyOrder("mine", "eventLoopThreadRunner"));
	}

	@Test
	void backsOffByName() {
		for (String name : List.of("palitraHealthIndicator", "palitraHealthContributor")) {
			HealthIndicator own = () -> Health.unknown().build();
			this.contextRunner.withBean(name, HealthIndicator.class, () -> own)
				.run((context) -> assertThat(context.getBeansOfType(HealthContributor.class))
					.containsOnlyKeys(name, "pingHealthContributor")
					.containsEntry(name, own));
		}
	}

	@Test
	void disabledByPropertyOfTheHealthIndicator() {
		this.contextRunner.withPropertyValues("management.health.palitra.enabled=false")
			.run((context) -> assertThat(context).hasSingleBean(EventLoopThreadRunner.class)
				.doesNotHaveBean("palitraHealthContributor"));
	}

	@Test
	void disabledWithPalitra() {
		this.contextRunner.withPropertyValues("palitra.enabled=false")
			.withBean(EventLoopThreadRunner.class, EventLoopThreadRunner::create)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("palitraHealthContributor"));
	}

	@Test
	void worksForOwnRunnerWithoutAutoConfigurationOfTheRunner() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PalitraHealthContributorAutoConfiguration.class))
			.withBean(EventLoopThreadRunner.class, EventLoopThreadRunner::create)
			.run((context) -> assertThat(context.getBean("palitraHealthContributor", HealthIndicator.class).health())
				.extracting(Health::getStatus)
				.isEqualTo(Status.UP));
	}

	@Test
	void worksWithoutHealthOnTheClassPathC22() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(HealthContributor.class))
			.run((context) -> assertThat(context).hasSingleBean(EventLoopThreadRunner.class)
				.doesNotHaveBean("palitraHealthContributor"));
	}

	@Test
	void worksWithLazyInitialization() {
		this.contextRunner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> assertThat(context.getBean("palitraHealthContributor", HealthIndicator.class).health())
				.extracting(Health::getStatus)
				.isEqualTo(Status.UP));
	}

	private static Status status(CompositeHealthContributor composite, String name) {
		return ((HealthIndicator) composite.getContributor(name)).health().getStatus();
	}

}
