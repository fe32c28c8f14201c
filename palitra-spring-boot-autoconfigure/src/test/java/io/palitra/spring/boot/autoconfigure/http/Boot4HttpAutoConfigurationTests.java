package io.palitra.spring.boot.autoconfigure.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientPropertiesAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.boot.webclient.autoconfigure.WebClientObservationAutoConfiguration;
import org.springframework.boot.webclient.autoconfigure.service.ReactiveHttpServiceClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.NotFoundWebClientAdapterDecorator;
import org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.invoker.HttpExchangeAdapterDecorator;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.ImportHttpServices;
import reactor.core.publisher.Mono;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunTimeoutException;
import io.palitra.RunnerClosedException;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;
import io.palitra.spring.boot.autoconfigure.context.PalitraContextPropagationAutoConfiguration;
import io.palitra.spring.boot.autoconfigure.http.later.Boot4HttpLaterConfiguration;
import io.palitra.spring.boot.autoconfigure.metrics.PalitraMetricsAutoConfiguration;
import io.palitra.spring.boot.autoconfigure.observation.PalitraObservationAutoConfiguration;
import io.palitra.spring.boot.autoconfigure.reactor.PalitraReactorAutoConfiguration;
import io.palitra.spring.http.RunTimeout;
import io.palitra.spring.http.Upstream;
import io.palitra.spring.http.Upstream.User;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PalitraHttpAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class Boot4HttpAutoConfigurationTests {

	private final Upstream upstream = new Upstream();

	private final ApplicationContextRunner withoutGroups = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PalitraAutoConfiguration.class, PalitraHttpAutoConfiguration.class,
				PalitraContextPropagationAutoConfiguration.class, PalitraReactorAutoConfiguration.class,
				HttpServiceClientPropertiesAutoConfiguration.class, ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, ReactiveHttpServiceClientAutoConfiguration.class))
		.withPropertyValues("spring.http.serviceclient.users.base-url=" + this.upstream.url(),
				"spring.http.serviceclient.orders.base-url=" + this.upstream.url());

	private final ApplicationContextRunner contextRunner = this.withoutGroups.withUserConfiguration(Groups.class);

	@AfterEach
	void close() {
		this.upstream.close();
	}

	private static long submitted(AssertableApplicationContext context, String bean) {
		return context.getBean(bean, EventLoopThreadRunner.class).snapshot().submitted();
	}

	private ContextConsumer<AssertableApplicationContext> callsGoThrough(String bean) {
		return (context) -> {
			long before = submitted(context, bean);
			assertThat(context.getBean(Users.class).find(1)).isEqualTo(User.of(1));
			assertThat(submitted(context, bean)).isEqualTo(before + 1);
		};
	}

	private ContextConsumer<AssertableApplicationContext> callsGoThroughNone() {
		return (context) -> {
			assertThat(context.getBean(Users.class).find(1)).isEqualTo(User.of(1));
			context.getBeansOfType(EventLoopThreadRunner.class)
				.values()
				.forEach((runner) -> assertThat(runner.snapshot().submitted()).isZero());
		};
	}

	@Test
	void callsGoThroughTheDefaultRunner() {
		this.contextRunner.run(callsGoThrough("eventLoopThreadRunner"));
	}

	@Test
	void callsGoThroughTheRunnerThatIsNamedLikeTheGroup() {
		this.contextRunner.withPropertyValues("palitra.runners.users.timeout=1m")
			.run(callsGoThrough("usersEventLoopThreadRunner"));
	}

	@Test
	void callsGoThroughTheRunnerThatAPropertyNames() {
		this.contextRunner
			.withPropertyValues("palitra.runners.users.timeout=1m", "palitra.runners.slow.timeout=1m",
					"palitra.http.groups.users.runner=slow")
			.run(callsGoThrough("slowEventLoopThreadRunner"));
	}

	@Test
	void defaultRunnerCanBeNamed() {
		this.contextRunner
			.withPropertyValues("palitra.runners.users.timeout=1m", "palitra.http.groups.users.runner=default")
			.run(callsGoThrough("eventLoopThreadRunner"));
	}

	@Test
	void runnerOfTheApplicationCanBeNamed() {
		this.contextRunner
			.withBean("own", EventLoopThreadRunner.class,
					() -> EventLoopThreadRunner.builder().name("of-the-application").build())
			.withPropertyValues("palitra.http.groups.users.runner=of-the-application")
			.run(callsGoThrough("own"));
	}

	@Test
	void runnersThatNoGroupNamesAreNotBuilt() {
		this.contextRunner.withBean("lazy", EventLoopThreadRunner.class,
				() -> EventLoopThreadRunner.builder().name("lazy").build(), (definition) -> {
					definition.setLazyInit(true);
					definition.setAutowireCandidate(false);
				})
			.run((context) -> {
				callsGoThrough("eventLoopThreadRunner").accept(context);
				assertThat(context.getBeanFactory().containsSingleton("lazy")).isFalse();
			});
		this.contextRunner.withUserConfiguration(RunnerOfClients.class)
			.withPropertyValues("palitra.http.groups.users.runner=default", "palitra.http.groups.orders.runner=default")
			.run(callsGoThrough("eventLoopThreadRunner"));
	}

	@Test
	void groupCanHaveNoRunner() {
		this.contextRunner.withPropertyValues("palitra.http.groups.users.runner=none").run(callsGoThroughNone());
	}

	@Test
	void canBeSwitchedOff() {
		this.contextRunner.withPropertyValues("palitra.http.enabled=off").run(callsGoThroughNone());
	}

	@Test
	void isSwitchedOffWithPalitra() {
		this.contextRunner.withPropertyValues("palitra.enabled=false").run((context) -> {
			assertThat(context).doesNotHaveBean(Boot4HttpServiceGroupConfigurer.class);
			assertThat(context.getBean(Users.class).find(1)).isEqualTo(User.of(1));
		});
	}

	@Test
	void isAbsentWithoutGroupsInTheFramework() {
		this.withoutGroups.withClassLoader(new FilteredClassLoader(WebClientHttpServiceGroupConfigurer.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(Boot4HttpServiceGroupConfigurer.class));
	}

	@Test
	void applicationWithoutInterfacesStarts() {
		this.withoutGroups.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void timeoutOfTheRunnerApplies() {
		this.contextRunner.withPropertyValues("palitra.runner.timeout=100ms").run(timesOutAfter(100));
	}

	@Test
	void timeoutOfTheGroupComesBeforeThatOfTheRunner() {
		this.contextRunner.withPropertyValues("palitra.runner.timeout=1m", "palitra.http.groups.users.timeout=120ms")
			.run(timesOutAfter(120));
	}

	@Test
	void environmentVariableSetsAGroupWhoseNameHasHyphens() {
		this.withoutGroups.withUserConfiguration(HyphenatedGroup.class)
			.withPropertyValues("spring.http.serviceclient.user-api.base-url=" + this.upstream.url())
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment",
						Map.of("PALITRA_HTTP_GROUPS_USERAPI_TIMEOUT", "120ms"))))
			.run(timesOutAfter(120));
	}

	private ContextConsumer<AssertableApplicationContext> timesOutAfter(long millis) {
		return (context) -> {
			assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(() -> context.getBean(Users.class).hang(1))
				.withMessageStartingWith("GET /hang/{id}: Task \"Users.hang\" on runner \"default\"")
				.satisfies((ex) -> assertThat(ex.getLimit()).isEqualTo(Duration.ofMillis(millis)));
			await().until(() -> this.upstream.released() == 1);
		};
	}

	@Test
	void timeoutOfTheMethodComesFirstAndCanBeAPlaceholder() {
		this.contextRunner.withPropertyValues("palitra.http.groups.orders.timeout=1m", "orders.timeout=70ms")
			.run((context) -> assertThatExceptionOfType(RunTimeoutException.class)
				.isThrownBy(() -> context.getBean(Orders.class).hang())
				.satisfies((ex) -> assertThat(ex.getLimit()).isEqualTo(Duration.ofMillis(70))));
	}

	@Test
	void timeoutThatIsNoneStopsTheStartAndNamesTheMethod() {
		this.contextRunner.withPropertyValues("orders.timeout=soon")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.satisfies((ex) -> assertThat(context.getStartupFailure()).hasStackTraceContaining(
						"@RunTimeout(\"${orders.timeout:1m}\") of " + Orders.class.getName() + ".hang()")));
	}

	@Test
	void callsGoThroughTheRunnerOfTheParentContext() {
		ApplicationContextRunner configured = this.withoutGroups.withPropertyValues("palitra.runners.users.timeout=1m",
				"palitra.http.groups.users.runner=users");
		this.withoutGroups.withPropertyValues("palitra.runners.users.timeout=1m")
			.run((parent) -> configured.withUserConfiguration(Groups.class)
				.withParent(parent)
				.run(callsGoThrough("usersEventLoopThreadRunner")));
	}

	@Test
	void groupThatDoesNotExistIsNoMistakeInASlice() {
		this.contextRunner
			.withPropertyValues("palitra.http.groups.others.timeout=1m", "spring.boot.enableautoconfiguration=false")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void groupThatDoesNotExistStopsTheStart() {
		this.contextRunner.withPropertyValues("palitra.http.groups.user.timeout=1s")
			.run((context) -> assertThat(context.getStartupFailure())
				.hasStackTraceContaining("palitra.http.groups.user: no group of HTTP interfaces of client type "
						+ "WEB_CLIENT has this name, only [orders, users] do"));
	}

	@Test
	void runnerThatDoesNotExistStopsTheStart() {
		this.contextRunner.withPropertyValues("palitra.http.groups.users.runner=slow")
			.run((context) -> assertThat(context.getStartupFailure())
				.hasStackTraceContaining("palitra.http.groups.users.runner: there is no runner that is named 'slow'"));
	}

	@Test
	void negativeTimeoutStopsTheStart() {
		this.contextRunner.withPropertyValues("palitra.http.groups.users.timeout=-1s")
			.run((context) -> assertThat(context.getStartupFailure())
				.hasStackTraceContaining("timeout=PT-1S: must not be negative"));
	}

	@ParameterizedTest
	@MethodSource
	void whatIsWrongWithAPropertyIsExplained(String property, String value, String reason, String fix,
			CapturedOutput output) {
		String set = property.endsWith("nobody") ? property + ".timeout" : property;
		SpringApplication application = new SpringApplication(Groups.class, Everything.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		assertThatException().isThrownBy(() -> application.run("--" + set + "=" + value));
		assertThat(output).containsSubsequence("APPLICATION FAILED TO START", "Property: " + property, "Reason: ",
				reason, "Action:", fix);
	}

	static Stream<Arguments> whatIsWrongWithAPropertyIsExplained() {
		String timeout = "palitra.http.groups.users.timeout";
		return Stream.of(
				Arguments.of(timeout, "-1s", "must not be negative",
						"Set " + timeout + " to a duration such as 2s, or to 0 for no limit."),
				Arguments.of(timeout, "soon", "'soon' is not a valid duration",
						"Set " + timeout + " to a duration with its unit"),
				Arguments.of("palitra.http.groups.users.runner", "slow", "there is no runner that is named 'slow'",
						"or set it to 'none'."),
				Arguments.of("palitra.http.groups.nobody", "1s", "no group of HTTP interfaces",
						"Correct the name, or give the group the client type"),
				Arguments.of("palitra.http.enabled", "some", "Invalid boolean value 'some'",
						"Set palitra.http.enabled to true or false."));
	}

	@Test
	void withoutADefaultRunnerTheFrameworkBlocks(CapturedOutput output) {
		this.contextRunner.withBean("one", EventLoopThreadRunner.class, EventLoopThreadRunner::create)
			.withBean("two", EventLoopThreadRunner.class, () -> EventLoopThreadRunner.builder().name("two").build())
			.withPropertyValues("palitra.http.groups.orders.runner=two")
			.run((context) -> {
				callsGoThroughNone().accept(context);
				assertThat(output).containsOnlyOnce("do not wait through a runner")
					.contains("Set palitra.http.groups.users.runner to the name of one");
			});
	}

	@Test
	void decoratorsOfOthersAreWithinWhatTheRunnerWaitsFor() {
		this.contextRunner.withUserConfiguration(NotFoundConfiguration.class).run((context) -> {
			assertThat(context.getBean(Users.class).status(404)).isNull();
			assertThat(submitted(context, "eventLoopThreadRunner")).isOne();
		});
	}

	@Test
	void decoratorsOfOtherAutoConfigurationsAreWithinThatToo() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(Boot4HttpLaterConfiguration.class))
			.run((context) -> {
				assertThat(context.getBean(Users.class).status(404)).isNull();
				assertThat(submitted(context, "eventLoopThreadRunner")).isOne();
			});
	}

	@Test
	void groupWhoseExchangesBlockIsLeftAlone(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(BlockingConfiguration.class).run((context) -> {
			callsGoThroughNone().accept(context);
			assertThat(output).contains(
					"group 'users' do not wait through a runner: " + HttpExchangeAdapterDecorator.class.getName());
		});
	}

	@Test
	void groupOverRestClientIsLeftAlone() {
		this.withoutGroups.withUserConfiguration(RestClientGroup.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(submitted(context, "eventLoopThreadRunner")).isZero();
		});
	}

	@Test
	void reactiveMethodsAreLeftToTheirCaller() {
		this.contextRunner.run((context) -> {
			assertThat(context.getBean(Users.class).findMono(1).block()).isEqualTo(User.of(1));
			assertThat(submitted(context, "eventLoopThreadRunner")).isZero();
		});
	}

	@Test
	void spanOfTheExchangeIsAChildOfTheCallers() {
		ObservationRegistry registry = ObservationRegistry.create();
		List<String> lines = new CopyOnWriteArrayList<>();
		registry.observationConfig().observationHandler(new Lineage(lines));
		this.contextRunner.withBean(ObservationRegistry.class, () -> registry)
			.withConfiguration(AutoConfigurations.of(ObservationAutoConfiguration.class,
					WebClientObservationAutoConfiguration.class, PalitraObservationAutoConfiguration.class))
			.run((context) -> Observation.createNotStarted("request", registry)
				.observe(() -> context.getBean(Users.class).find(1)));
		assertThat(lines).contains("http.client.requests < palitra.run < request");
	}

	@Test
	void callsAreMeasured() {
		this.contextRunner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withConfiguration(AutoConfigurations.of(PalitraMetricsAutoConfiguration.class,
					MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class))
			.run((context) -> {
				context.getBean(Users.class).find(1);
				assertThat(context.getBean(MeterRegistry.class)
					.get("palitra.runner.run")
					.tag("name", "default")
					.tag("outcome", "success")
					.timer()
					.count()).isOne();
			});
	}

	@Test
	void stoppedRunnerRefuses() {
		this.contextRunner.run((context) -> {
			context.getBean(EventLoopThreadRunner.class).stop();
			assertThatExceptionOfType(RunnerClosedException.class)
				.isThrownBy(() -> context.getBean(Users.class).find(1))
				.withMessageContaining("\"Users.find\"");
		});
	}

	public interface Users {

		@GetExchange("/users/{id}")
		User find(@PathVariable long id);

		@GetExchange("/users/{id}")
		Mono<User> findMono(@PathVariable long id);

		@GetExchange("/hang/{id}")
		User hang(@PathVariable long id);

		@GetExchange("/status/{status}")
		User status(@PathVariable int status);

	}

	public interface Orders {

		@GetExchange("/hang")
		@RunTimeout("${orders.timeout:1m}")
		String hang();

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "users", types = Users.class, clientType = ClientType.WEB_CLIENT)
	@ImportHttpServices(group = "orders", types = Orders.class, clientType = ClientType.WEB_CLIENT)
	static class Groups {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ PalitraAutoConfiguration.class, PalitraHttpAutoConfiguration.class })
	static class Everything {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "users", types = Users.class, clientType = ClientType.REST_CLIENT)
	static class RestClientGroup {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "user-api", types = Users.class, clientType = ClientType.WEB_CLIENT)
	static class HyphenatedGroup {

	}

	@Configuration(proxyBeanMethods = false)
	static class NotFoundConfiguration {

		@Bean
		WebClientHttpServiceGroupConfigurer notFoundConfigurer() {
			return (groups) -> groups.forEachProxyFactory(
					(group, factory) -> factory.exchangeAdapterDecorator(NotFoundWebClientAdapterDecorator::new));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RunnerOfClients {

		@Bean(defaultCandidate = false)
		EventLoopThreadRunner clients(Users users) {
			return EventLoopThreadRunner.builder()
				.name("clients-of-" + users.getClass().getSimpleName().length())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BlockingConfiguration {

		@Bean
		WebClientHttpServiceGroupConfigurer blockingConfigurer() {
			return new WebClientHttpServiceGroupConfigurer() {

				@Override
				public void configureGroups(Groups<WebClient.Builder> groups) {
					groups.filterByName("users")
						.forEachProxyFactory((group, factory) -> factory
							.exchangeAdapterDecorator(HttpExchangeAdapterDecorator::new));
				}

				@Override
				public int getOrder() {
					return Ordered.HIGHEST_PRECEDENCE;
				}

			};
		}

	}

	/**
	 * Writes down each observation that ends, with its ancestors.
	 */
	private static final class Lineage implements ObservationHandler<Observation.Context> {

		private final List<String> lines;

		Lineage(List<String> lines) {
			this.lines = lines;
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

		@Override
		public void onStop(Observation.Context context) {
			List<String> names = new ArrayList<>(List.of(context.getName()));
			for (var parent = context.getParentObservation(); parent != null; parent = parent.getContextView()
				.getParentObservation()) {
				names.add(parent.getContextView().getName());
			}
			this.lines.add(String.join(" < ", names));
		}

	}

}
