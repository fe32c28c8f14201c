package io.palitra.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanDefinitionCustomizer;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.support.SimpleThreadScope;

import io.palitra.EventLoopThreadRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EventLoopThreadRunners}.
 */
class EventLoopThreadRunnersTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PalitraAutoConfiguration.class));

	@Test
	void haveTheNamesThatTheyHaveEverywhere() {
		this.contextRunner.withPropertyValues("palitra.runners.reports.timeout=1s")
			.run((context) -> assertThat(names(context)).containsExactly("default", "reports"));
	}

	@Test
	void ofOneNameAreAllThere() {
		with(with(with(this.contextRunner, "first", "second"), "second", "second"), "third", "second")
			.run((context) -> assertThat(names(context)).containsExactly("second", "second-2", "third"));
	}

	@Test
	void ofTheParentAreThereToo() {
		with(this.contextRunner, "mine", "mine").run((parent) -> this.contextRunner.withParent(parent)
			.withPropertyValues("palitra.runners.reports.timeout=1s")
			.run((context) -> assertThat(names(context)).containsExactly("reports", "mine")));
	}

	@Test
	void ofTheParentHaveThePropertiesTheyWereBuiltWith() {
		this.contextRunner.withPropertyValues("palitra.runners.reports.timeout=1s")
			.run((parent) -> this.contextRunner.withParent(parent).run((context) -> {
				EventLoopThreadRunner reports = EventLoopThreadRunners.of(context.getBeanFactory()).get("reports");
				assertThat(timeout(context, reports)).hasSeconds(1);
			}));
	}

	@Test
	void haveThePropertiesTheyWereBuiltWithAlsoWhenTheseAreBoundAnew() {
		this.contextRunner.withPropertyValues("palitra.runner.timeout=2s", "palitra.runner.shutdown.grace-period=3s")
			.run((context) -> {
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				TestPropertyValues.of("palitra.runner.timeout=9s", "palitra.runner.shutdown.grace-period=9s")
					.applyTo(context);
				PalitraProperties bean = context.getBean(PalitraProperties.class);
				context.getAutowireCapableBeanFactory()
					.initializeBean(bean, context.getBeanNamesForType(PalitraProperties.class)[0]);
				assertThat(bean.getRunner().getTimeout()).as("bound anew, as by Spring Cloud").hasSeconds(9);
				assertThat(timeout(context, runner)).hasSeconds(2);
				assertThat(EventLoopThreadRunners.properties(context.getBeanFactory(), runner)
					.getShutdown()
					.getGracePeriod()).hasSeconds(3);
			});
	}

	@Test
	void thatAreNotBuiltHaveTheNamesOfTheirBeansWhateverQualifiesThem() {
		RootBeanDefinition mine = new RootBeanDefinition(EventLoopThreadRunner.class,
				() -> EventLoopThreadRunner.builder().name("mine").build());
		mine.setLazyInit(true);
		mine.setQualifiedElement(EventLoopThreadRunnersTests.class);
		this.contextRunner.withInitializer(
				(context) -> ((BeanDefinitionRegistry) context.getBeanFactory()).registerBeanDefinition("mine", mine))
			.run((context) -> assertThat(EventLoopThreadRunners.notBuilt(context.getBeanFactory()))
				.containsExactly("mine"));
	}

	@Test
	void thatAreLazyAreNotBuiltByLooking() {
		with(this.contextRunner, "mine", "mine", (definition) -> definition.setLazyInit(true)).run((context) -> {
			assertThat(names(context)).isEmpty();
			assertThat(context.getBeanFactory().containsSingleton("mine")).isFalse();
			context.getBean("mine");
			assertThat(names(context)).containsExactly("mine");
		});
	}

	@Test
	void thatArePrototypesAreThereWhileTheyAreInUse() {
		with(this.contextRunner, "mine", "mine", (definition) -> definition.setScope(BeanDefinition.SCOPE_PROTOTYPE))
			.run((context) -> {
				assertThat(names(context)).isEmpty();
				try (EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class)) {
					assertThat(EventLoopThreadRunners.of(context.getBeanFactory())).containsValue(runner).hasSize(1);
				}
				assertThat(names(context)).isEmpty();
			});
	}

	@Test
	void ofAnotherScopeAreThereUntilItEnds() {
		SimpleThreadScope scope = new SimpleThreadScope();
		with(this.contextRunner, "mine", "mine", (definition) -> definition.setScope("request"))
			.withInitializer((context) -> context.getBeanFactory().registerScope("request", scope))
			.run((context) -> {
				assertThat(names(context)).isEmpty();
				EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
				assertThat(names(context)).containsExactly("mine");
				context.getBeanFactory().destroyBean("mine", runner);
				assertThat(names(context)).isEmpty();
			});
	}

	@Test
	void ofAFactoryBeanAreThereOnceItHasMadeThem() {
		this.contextRunner.withBean("mine", LazyFactory.class, LazyFactory::new).run((context) -> {
			assertThat(names(context)).doesNotContain("made");
			context.getBean("mine");
			assertThat(names(context)).contains("made");
		});
	}

	@Test
	void actionsAreDoneWithThoseThatAreThereAndWithSingletonsThatCome() {
		ApplicationContextRunner withLazy = with(this.contextRunner, "lazy", "lazy",
				(definition) -> definition.setLazyInit(true));
		with(with(withLazy, "mine", "mine"), "prototype", "prototype",
				(definition) -> definition.setScope(BeanDefinition.SCOPE_PROTOTYPE))
			.run((context) -> {
				List<String> seen = new ArrayList<>();
				EventLoopThreadRunners.forEach(context.getBeanFactory(), (name, runner) -> seen.add(name));
				assertThat(seen).containsExactly("mine");
				context.getBean("lazy");
				context.getBean("prototype", EventLoopThreadRunner.class).close();
				assertThat(seen).containsExactly("mine", "lazy");
			});
	}

	@Test
	void actionsAreDoneWithLazyRunnersThatDoNotStart() {
		this.contextRunner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withPropertyValues("palitra.runner.auto-startup=false")
			.run((context) -> {
				List<String> seen = new ArrayList<>();
				EventLoopThreadRunners.forEach(context.getBeanFactory(), (name, runner) -> seen.add(name));
				context.getBean(EventLoopThreadRunner.class);
				assertThat(seen).containsExactly("default");
			});
	}

	private static Duration timeout(AssertableApplicationContext context, EventLoopThreadRunner runner) {
		return EventLoopThreadRunners.properties(context.getBeanFactory(), runner).getTimeout();
	}

	private static Set<String> names(AssertableApplicationContext context) {
		return EventLoopThreadRunners.of(context.getBeanFactory()).keySet();
	}

	private static ApplicationContextRunner with(ApplicationContextRunner runner, String bean, String name,
			BeanDefinitionCustomizer... customizers) {
		return runner.withBean(bean, EventLoopThreadRunner.class,
				() -> EventLoopThreadRunner.builder().name(name).build(), customizers);
	}

	/**
	 * Like a lazy bean, makes the runner when it is first asked for.
	 */
	private static final class LazyFactory implements FactoryBean<EventLoopThreadRunner> {

		@Override
		public EventLoopThreadRunner getObject() {
			return EventLoopThreadRunner.builder().name("made").build();
		}

		@Override
		public Class<?> getObjectType() {
			return EventLoopThreadRunner.class;
		}

	}

}
