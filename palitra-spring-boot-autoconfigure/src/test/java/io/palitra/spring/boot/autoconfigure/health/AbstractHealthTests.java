package io.palitra.spring.boot.autoconfigure.health;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import io.palitra.EventLoopThreadRunner;
import io.palitra.spring.boot.autoconfigure.BootClasses;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for {@link PalitraHealthContributorAutoConfiguration}, whatever the packages of
 * Spring Boot's health are.
 */
abstract class AbstractHealthTests {

	private static final String CONTRIBUTOR = "palitraHealthContributor";

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(PalitraAutoConfiguration.class, PalitraHealthContributorAutoConfiguration.class));

	/**
	 * Asks a contributor that is no composite.
	 */
	abstract Answer ask(Object contributor);

	/**
	 * Asks a contributor that is a composite.
	 */
	abstract Map<String, Answer> askAll(Object contributor);

	/**
	 * Asks one of a composite.
	 */
	abstract Answer askOne(Object contributor, String name);

	/**
	 * Returns an indicator of the application's own.
	 */
	abstract Object own();

	@Test
	void contributesHealthOfTheRunner() {
		this.contextRunner.run((context) -> assertThat(ask(context).status()).isEqualTo("UP"));
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
				Answer health = ask(context);
				release.countDown();
				assertThat(health.status()).isEqualTo("DOWN");
				assertThat(Duration.parse((String) health.details().get("blockedFor"))).isPositive();
			});
	}

	@Test
	void severalRunnersMakeACompositeOfTheirNames() {
		this.contextRunner.withBean("alpha", EventLoopThreadRunner.class, () -> named("a"))
			.withBean("beta", EventLoopThreadRunner.class, () -> named("b"))
			.run((context) -> {
				context.getBean("beta", EventLoopThreadRunner.class).stop();
				Object contributor = context.getBean(CONTRIBUTOR);
				assertThat(askAll(contributor).keySet()).containsExactly("a", "b");
				assertThat(askOne(contributor, "a").status()).isEqualTo("UP");
				assertThat(askOne(contributor, "b").status()).isEqualTo("OUT_OF_SERVICE");
				assertThat(askOne(contributor, "beta").status()).isEqualTo("none");
			});
	}

	@Test
	void namesAreThoseOfTheRunnersInThePropertiesAndElsewhere() {
		this.contextRunner.withPropertyValues("palitra.runners.partner.timeout=1s")
			.run((context) -> assertThat(askAll(context.getBean(CONTRIBUTOR)).keySet()).containsExactly("default",
					"partner"));
	}

	@Test
	void runnersOfOneNameAreBothThere() {
		this.contextRunner.withBean("first", EventLoopThreadRunner.class, () -> named("second"))
			.withBean("second", EventLoopThreadRunner.class, () -> named("second"))
			.run((context) -> assertThat(askAll(context.getBean(CONTRIBUTOR)).keySet()).containsExactly("second",
					"second-2"));
	}

	@Test
	void runnerThatIsNoDefaultCandidateIsPartOfTheComposite() {
		this.contextRunner
			.withBean("mine", EventLoopThreadRunner.class, () -> named("mine"),
					(definition) -> ((AbstractBeanDefinition) definition).setDefaultCandidate(false))
			.run((context) -> assertThat(askAll(context.getBean(CONTRIBUTOR)).keySet())
				.containsExactlyInAnyOrder("mine", "default"));
	}

	@Test
	void neitherBuildsALazyRunnerNorMissesItOnceItHasBeenBuilt() {
		this.contextRunner
			.withBean("mine", EventLoopThreadRunner.class, () -> named("mine"),
					(definition) -> definition.setLazyInit(true))
			.run((context) -> {
				Answer health = ask(context);
				assertThat(health.status()).isEqualTo("UP");
				assertThat(health.details()).containsExactly(entry("state", "NOT_BUILT"));
				assertThat(context.getBeanFactory().containsSingleton("mine")).isFalse();
				context.getBean("mine");
				assertThat(ask(context).details()).containsEntry("thread", "palitra-mine");
			});
	}

	@Test
	void runnerThatAFactoryBeanIsYetToMakeIsNotBuilt() {
		this.contextRunner.withBean("mine", Factory.class, Factory::new)
			.run((context) -> assertThat(ask(context).details()).containsExactly(entry("state", "NOT_BUILT")));
	}

	@Test
	void severalLazyRunnersAreToldOfThoughTheyAreNotBuilt() {
		this.contextRunner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withPropertyValues("palitra.runners.partner.timeout=1s")
			.run((context) -> {
				Object contributor = context.getBean(CONTRIBUTOR);
				assertThat(askAll(contributor).keySet()).containsExactlyInAnyOrder("default", "partner");
				assertThat(askAll(contributor).values()).allSatisfy((health) -> {
					assertThat(health.status()).isEqualTo("UP");
					assertThat(health.details()).containsExactly(entry("state", "NOT_BUILT"));
				});
				assertThat(askOne(contributor, "partner").details()).containsExactly(entry("state", "NOT_BUILT"));
				context.getBean("partnerEventLoopThreadRunner");
				assertThat(askOne(contributor, "partner").details()).containsEntry("thread", "palitra-partner");
				assertThat(askAll(contributor).keySet()).containsExactlyInAnyOrder("default", "partner");
			});
	}

	@Test
	void neitherBuildsAPrototypeNorMissesOneThatIsInUse() {
		this.contextRunner
			.withBean("mine", EventLoopThreadRunner.class, () -> named("mine"),
					(definition) -> definition.setScope(BeanDefinition.SCOPE_PROTOTYPE))
			.run((context) -> {
				Object contributor = context.getBean(CONTRIBUTOR);
				assertThat(askAll(contributor)).isEmpty();
				try (EventLoopThreadRunner one = context.getBean(EventLoopThreadRunner.class);
						EventLoopThreadRunner two = context.getBean(EventLoopThreadRunner.class)) {
					assertThat(one).isNotSameAs(two);
					assertThat(askAll(contributor).keySet()).containsExactly("mine", "mine-2");
				}
				assertThat(askAll(contributor)).isEmpty();
			});
	}

	@Test
	void backsOffByName() {
		for (String name : new String[] { "palitraHealthIndicator", CONTRIBUTOR }) {
			Object own = own();
			this.contextRunner.withBean(name, Object.class, () -> own)
				.run((context) -> assertThat(context.getBeansOfType(BootClasses.HEALTH_CONTRIBUTOR).values()).hasSize(1)
					.first()
					.isSameAs(own));
		}
	}

	@Test
	void disabledByPropertyOfTheHealthIndicator() {
		this.contextRunner.withPropertyValues("management.health.palitra.enabled=false")
			.run((context) -> assertThat(context).hasSingleBean(EventLoopThreadRunner.class)
				.doesNotHaveBean(CONTRIBUTOR));
	}

	@Test
	void disabledWithPalitra() {
		this.contextRunner.withPropertyValues("palitra.enabled=false")
			.withBean(EventLoopThreadRunner.class, EventLoopThreadRunner::create)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(CONTRIBUTOR));
	}

	@Test
	void worksForOwnRunnerWithoutAutoConfigurationOfTheRunner() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PalitraHealthContributorAutoConfiguration.class))
			.withBean(EventLoopThreadRunner.class, EventLoopThreadRunner::create)
			.run((context) -> assertThat(ask(context).status()).isEqualTo("UP"));
	}

	@Test
	void worksWithoutHealthOnTheClassPathC22() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(BootClasses.HEALTH_CONTRIBUTOR))
			.run((context) -> assertThat(context).hasSingleBean(EventLoopThreadRunner.class)
				.doesNotHaveBean(CONTRIBUTOR)
				.doesNotHaveBean(PalitraHealthContributorAutoConfiguration.class));
	}

	@Test
	void worksWithLazyInitialization() {
		this.contextRunner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				assertThat(ask(context).status()).isEqualTo("UP");
				context.getBean(EventLoopThreadRunner.class);
				assertThat(ask(context).details()).containsEntry("thread", "palitra-default");
			});
	}

	private Answer ask(ApplicationContext context) {
		return ask(context.getBean(CONTRIBUTOR));
	}

	private static EventLoopThreadRunner named(String name) {
		return EventLoopThreadRunner.builder().name(name).build();
	}

	record Answer(String status, Map<String, Object> details) {
	}

	static final class Factory implements FactoryBean<EventLoopThreadRunner> {

		@Override
		public EventLoopThreadRunner getObject() {
			return named("mine");
		}

		@Override
		public Class<?> getObjectType() {
			return EventLoopThreadRunner.class;
		}

	}

}
