package io.palitra.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.RunTimeoutException;
import io.palitra.RunnerOverloadedException;
import io.palitra.RunnerSnapshot;
import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the runners of {@code palitra.runners}, see
 * {@link EventLoopThreadRunnerRegistrar}.
 */
class NamedRunnersTests {

	private final String prefix = LoopThreads.newPrefix();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PalitraAutoConfiguration.class))
		.withPropertyValues("palitra.runner.thread-name-prefix=" + this.prefix,
				"palitra.runner.shutdown.grace-period=0");

	@Test
	void eachIsABeanThatIsInjectedByItsName() {
		this.contextRunner
			.withPropertyValues("palitra.runners.reports.timeout=1s", "palitra.runners.bulk-load.timeout=2s")
			.withUserConfiguration(InjectionConfiguration.class)
			.run((context) -> {
				assertThat(context.getBeansOfType(EventLoopThreadRunner.class)).containsOnlyKeys(
						"eventLoopThreadRunner", "reportsEventLoopThreadRunner", "bulk-loadEventLoopThreadRunner");
				Injected injected = context.getBean(Injected.class);
				assertThat(injected.unqualified()).isSameAs(context.getBean("eventLoopThreadRunner"));
				assertThat(injected.reports()).isSameAs(context.getBean("reportsEventLoopThreadRunner"))
					.isSameAs(injected.reportsByBeanName());
				assertThat(injected.bulkLoad()).isSameAs(context.getBean("bulk-loadEventLoopThreadRunner"));
				assertThat(injected.unqualified().getName()).isEqualTo("default");
				assertThat(injected.reports().getName()).isEqualTo("reports");
				assertThat(threadName(injected.reports())).isEqualTo(this.prefix + "reports");
				assertThat(threadName(injected.bulkLoad())).isEqualTo(this.prefix + "bulk-load");
			});
	}

	@Test
	void defaultRunnerIsFoundByType() {
		this.contextRunner.withPropertyValues("palitra.runners.reports.timeout=1s").run((context) -> {
			assertThat(context.getBean(EventLoopThreadRunner.class).getName()).isEqualTo("default");
			assertThat(context.getBeanProvider(EventLoopThreadRunner.class).getIfUnique()).isNotNull()
				.extracting(EventLoopThreadRunner::getName)
				.isEqualTo("default");
		});
	}

	@Test
	void inheritsWhatItDoesNotSet() {
		this.contextRunner
			.withPropertyValues("palitra.runner.timeout=40ms", "palitra.runner.max-in-flight=1",
					"palitra.runner.overload-policy=reject", "palitra.runners.reports.timeout=0",
					"palitra.runners.wide.max-in-flight=2")
			.run((context) -> {
				EventLoopThreadRunner reports = named(context, "reports");
				reports.submit(CompletableFuture::new);
				// The loop may be taking it from its queue.
				await().atMost(Duration.ofSeconds(30))
					.untilAsserted(() -> assertThat(reports.snapshot().calls()).singleElement()
						.extracting(RunnerSnapshot.Call::remaining)
						.isNull());
				assertThatExceptionOfType(RunnerOverloadedException.class)
					.isThrownBy(() -> reports.run(CompletableFuture::new));
				EventLoopThreadRunner wide = named(context, "wide");
				CompletableFuture<Object> work = new CompletableFuture<>();
				wide.submit(() -> work);
				assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(() -> wide.run(CompletableFuture::new))
					.satisfies((ex) -> assertThat(ex.getLimit()).isEqualTo(Duration.ofMillis(40)));
			});
	}

	@Test
	void ownValueGoesBeforeAnInheritedOneOfAStrongerSource() {
		this.contextRunner.withInitializer((context) -> {
			context.getEnvironment()
				.getPropertySources()
				.addLast(new MapPropertySource("weak",
						Map.of("palitra.runners.reports.timeout", "30ms", "palitra.runner.timeout", "1h")));
			context.getEnvironment()
				.getPropertySources()
				.addFirst(new MapPropertySource("strong", Map.of("palitra.runner.timeout", "1h")));
		})
			.run((context) -> assertThatExceptionOfType(RunTimeoutException.class)
				.isThrownBy(() -> named(context, "reports").run(CompletableFuture::new))
				.satisfies((ex) -> assertThat(ex.getLimit()).isEqualTo(Duration.ofMillis(30))));
	}

	@Test
	void environmentVariablesNameAndSetRunners() {
		this.contextRunner.withInitializer((context) -> context.getEnvironment()
			.getPropertySources()
			.addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment",
					Map.of("PALITRA_RUNNERS_REPORTS_TIMEOUT", "30ms", "PALITRA_RUNNER_MAXINFLIGHT", "1",
							"PALITRA_RUNNER_OVERLOADPOLICY", "REJECT"))))
			.run((context) -> {
				EventLoopThreadRunner reports = named(context, "reports");
				CompletableFuture<Object> first = reports.submit(CompletableFuture::new,
						RunOptions.defaults().timeout(Duration.ofMinutes(1)));
				assertThatExceptionOfType(RunnerOverloadedException.class)
					.isThrownBy(() -> reports.run(CompletableFuture::new));
				first.cancel(true);
				await().atMost(Duration.ofSeconds(30)).until(() -> reports.snapshot().calls().isEmpty());
				assertThatExceptionOfType(RunTimeoutException.class)
					.isThrownBy(() -> reports.run(CompletableFuture::new));
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "PALITRA_RUNNERS_BULKLOAD_TIMEOUT", "PALITRA_RUNNERS_BULK_LOAD_TIMEOUT" })
	void environmentVariablesSetARunnerWhoseNameHasHyphens(String variable) {
		this.contextRunner.withPropertyValues("palitra.runner.timeout=1h", "palitra.runners.bulk-load.max-in-flight=4")
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment", Map.of(variable, "30ms"))))
			.run((context) -> {
				assertThat(context.getBeanNamesForType(EventLoopThreadRunner.class))
					.containsExactlyInAnyOrder("eventLoopThreadRunner", "bulk-loadEventLoopThreadRunner");
				assertThatExceptionOfType(RunTimeoutException.class)
					.isThrownBy(() -> named(context, "bulk-load").run(CompletableFuture::new))
					.satisfies((ex) -> assertThat(ex.getLimit()).isEqualTo(Duration.ofMillis(30)));
			});
	}

	@Test
	void childContextHasTheRunnersOfItsParent() {
		ApplicationContextRunner configured = this.contextRunner
			.withPropertyValues("palitra.runners.reports.timeout=30ms");
		configured.run((parent) -> configured.withParent(parent).run((child) -> {
			assertThat(named(child, "reports")).isSameAs(named(parent, "reports"));
			assertThat(child.getBean(EventLoopThreadRunner.class))
				.isSameAs(parent.getBean(EventLoopThreadRunner.class));
		}));
	}

	@Test
	void placeholdersAreResolved() {
		this.contextRunner
			.withPropertyValues("limit=30ms", "palitra.runner.timeout=${limit}",
					"palitra.runners.reports.max-in-flight=5")
			.run((context) -> assertThatExceptionOfType(RunTimeoutException.class)
				.isThrownBy(() -> named(context, "reports").run(CompletableFuture::new))
				.satisfies((ex) -> assertThat(ex.getLimit()).isEqualTo(Duration.ofMillis(30))));
	}

	@Test
	void customizersAndListenersSeeEveryRunner() {
		List<String> seen = new CopyOnWriteArrayList<>();
		this.contextRunner.withPropertyValues("palitra.runners.reports.timeout=1s")
			.withBean(EventLoopThreadRunnerCustomizer.class, () -> (builder) -> seen.add("customizer"))
			.withBean(RunListener.class, () -> new RunListener() {

				@Override
				public void onSubmit(RunEvent run) {
					seen.add(run.getRunnerName());
				}

			})
			.run((context) -> {
				threadName(context.getBean(EventLoopThreadRunner.class));
				threadName(named(context, "reports"));
				assertThat(seen).containsExactly("customizer", "customizer", "default", "reports");
			});
	}

	@Test
	void onlyTheDefaultRunnerBacksOff() {
		this.contextRunner.withPropertyValues("palitra.runners.reports.timeout=1s")
			.withBean("mine", EventLoopThreadRunner.class,
					() -> EventLoopThreadRunner.builder().threadNamePrefix(this.prefix).name("mine").build())
			.run((context) -> {
				assertThat(context.getBeansOfType(EventLoopThreadRunner.class)).containsOnlyKeys("mine",
						"reportsEventLoopThreadRunner");
				assertThat(context.getBean(EventLoopThreadRunner.class).getName()).isEqualTo("mine");
			});
	}

	@Test
	void allAreClosedWithTheContextC10() {
		this.contextRunner.withPropertyValues("palitra.runners.a.timeout=1s", "palitra.runners.b.timeout=1s")
			.run((context) -> {
				assertThat(LoopThreads.named(this.prefix)).hasSize(3);
				context.close();
				LoopThreads.awaitNone(this.prefix);
			});
	}

	@Test
	void eachIsBuiltAtItsFirstUseIfLazy() {
		this.contextRunner.withPropertyValues("palitra.runners.reports.timeout=1s")
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				assertThat(LoopThreads.named(this.prefix)).isEmpty();
				threadName(named(context, "reports"));
				assertThat(LoopThreads.named(this.prefix)).extracting(Thread::getName)
					.containsExactly(this.prefix + "reports");
			});
	}

	@Test
	void executorsOfSpringBootStay() {
		this.contextRunner.withPropertyValues("palitra.runners.reports.timeout=1s")
			.withConfiguration(
					AutoConfigurations.of(TaskExecutionAutoConfiguration.class, TaskSchedulingAutoConfiguration.class))
			.run((context) -> assertThat(context.getBeansOfType(Executor.class))
				.containsOnlyKeys("applicationTaskExecutor"));
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void warnsOfTheGracePeriodThatThePhaseCutsOff(CapturedOutput output) {
		this.contextRunner.withConfiguration(AutoConfigurations.of(LifecycleAutoConfiguration.class))
			.withPropertyValues("palitra.runners.reports.shutdown.grace-period=40s")
			.run((context) -> assertThat(output)
				.contains("palitra.runners.reports.shutdown.grace-period is PT40S",
						"spring.lifecycle.timeout-per-shutdown-phase, PT30S")
				.doesNotContain("palitra.runner.shutdown.grace-period"));
	}

	private static EventLoopThreadRunner named(ApplicationContext context, String name) {
		return context.getBean(name + "EventLoopThreadRunner", EventLoopThreadRunner.class);
	}

	private static String threadName(EventLoopThreadRunner runner) {
		return runner.run(() -> CompletableFuture.completedFuture(Thread.currentThread().getName()));
	}

	@Configuration(proxyBeanMethods = false)
	static class InjectionConfiguration {

		@Bean
		Injected injected(EventLoopThreadRunner unqualified, @Qualifier("reports") EventLoopThreadRunner reports,
				@Qualifier("reportsEventLoopThreadRunner") EventLoopThreadRunner reportsByBeanName,
				@Qualifier("bulk-load") EventLoopThreadRunner bulkLoad) {
			return new Injected(unqualified, reports, reportsByBeanName, bulkLoad);
		}

	}

	record Injected(EventLoopThreadRunner unqualified, EventLoopThreadRunner reports,
			EventLoopThreadRunner reportsByBeanName, EventLoopThreadRunner bulkLoad) {
	}

}
