package io.palitra.spring.boot.autoconfigure.context;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import io.palitra.EventLoopThreadRunner;
import io.palitra.spi.ContextCarrier;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PalitraContextPropagationAutoConfiguration}.
 */
class PalitraContextPropagationAutoConfigurationTests {

	private static final ThreadLocal<String> tenant = new ThreadLocal<>();

	private static final ThreadLocal<String> region = new ThreadLocal<>();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(PalitraContextPropagationAutoConfiguration.class, PalitraAutoConfiguration.class));

	@AfterEach
	void reset() {
		MDC.clear();
		tenant.remove();
		region.remove();
		ContextRegistry.getInstance().removeThreadLocalAccessor("region");
		LocaleContextHolder.resetLocaleContext();
		RequestContextHolder.resetRequestAttributes();
		SecurityContextHolder.clearContext();
	}

	private static <T> T onLoop(EventLoopThreadRunner runner, Supplier<T> reader) {
		return runner.run(() -> CompletableFuture.completedFuture(reader.get()));
	}

	private void withRunner(ApplicationContextRunner contextRunner, Check check) {
		contextRunner.run((context) -> check.check(context.getBean(EventLoopThreadRunner.class)));
	}

	@Test
	void wholeMdcReachesTheTask() {
		withRunner(this.contextRunner, (runner) -> {
			MDC.put("tenant", "acme");
			MDC.put("user", "joe");
			assertThat(onLoop(runner, MDC::getCopyOfContextMap)).containsOnly(Map.entry("tenant", "acme"),
					Map.entry("user", "joe"));
			assertThat(MDC.getCopyOfContextMap()).containsOnlyKeys("tenant", "user");
		});
	}

	@Test
	void whatTheCallerDoesNotHaveIsCleared() {
		withRunner(this.contextRunner, (runner) -> {
			MDC.put("tenant", "acme");
			onLoop(runner, () -> MDC.get("tenant"));
			MDC.clear();
			assertThat(onLoop(runner, MDC::getCopyOfContextMap)).isNullOrEmpty();
		});
	}

	@Test
	void whatTheTaskLeavesBehindIsClearedAndNeverReachesTheCaller() throws Exception {
		withRunner(this.contextRunner, (runner) -> {
			MDC.put("tenant", "acme");
			onLoop(runner, () -> {
				MDC.put("left", "behind");
				LocaleContextHolder.setLocale(Locale.KOREAN);
				return true;
			});
			assertThat(MDC.getCopyOfContextMap()).containsOnlyKeys("tenant");
			CompletableFuture<Map<String, String>> bare = new CompletableFuture<>();
			runner.getLoop().execute(() -> bare.complete(MDC.getCopyOfContextMap()));
			assertThat(bare.get(30, TimeUnit.SECONDS)).isNullOrEmpty();
		});
	}

	@Test
	void globalRegistryIsLeftAsItIs() {
		List<ThreadLocalAccessor<?>> before = List.copyOf(ContextRegistry.getInstance().getThreadLocalAccessors());
		withRunner(this.contextRunner, (runner) -> {
			onLoop(runner, MDC::getCopyOfContextMap);
			assertThat(ContextRegistry.getInstance().getThreadLocalAccessors()).isEqualTo(before);
		});
		assertThat(ContextRegistry.getInstance().getThreadLocalAccessors()).isEqualTo(before);
	}

	@Test
	void localeReachesTheTask() {
		withRunner(this.contextRunner, (runner) -> {
			LocaleContextHolder.setLocale(Locale.KOREAN);
			assertThat(PalitraContextPropagationAutoConfigurationTests.<Locale>onLoop(runner,
					LocaleContextHolder::getLocale))
				.isEqualTo(Locale.KOREAN);
			assertThat(LocaleContextHolder.getLocale()).isEqualTo(Locale.KOREAN);
		});
	}

	@Test
	void requestAttributesReachTheTaskAndThoseOfTheCallerStay() {
		withRunner(this.contextRunner, (runner) -> {
			RequestAttributes own = new ServletRequestAttributes(new MockHttpServletRequest());
			own.setAttribute("tenant", "acme", RequestAttributes.SCOPE_REQUEST);
			RequestContextHolder.setRequestAttributes(own);
			assertThat(onLoop(runner, () -> RequestContextHolder.currentRequestAttributes()
				.getAttribute("tenant", RequestAttributes.SCOPE_REQUEST))).isEqualTo("acme");
			assertThat(RequestContextHolder.getRequestAttributes()).isSameAs(own);
		});
	}

	@Test
	void securityContextReachesTheTask() {
		withRunner(this.contextRunner, (runner) -> {
			SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("joe", "secret"));
			assertThat(onLoop(runner,
					() -> Objects.requireNonNull(SecurityContextHolder.getContext().getAuthentication()).getName()))
				.isEqualTo("joe");
			SecurityContextHolder.clearContext();
			assertThat(onLoop(runner, () -> SecurityContextHolder.getContext().getAuthentication() == null)).isTrue();
		});
	}

	@Test
	void whatTheApplicationRegistersGloballyReachesTheTask() {
		withRunner(this.contextRunner, (runner) -> {
			ContextRegistry.getInstance().registerThreadLocalAccessor("region", region);
			region.set("eu");
			assertThat(onLoop(runner, region::get)).isEqualTo("eu");
			assertThat(region.get()).isEqualTo("eu");
		});
	}

	@Test
	void accessorBeanReachesTheTask() {
		withRunner(this.contextRunner.withUserConfiguration(TenantConfiguration.class), (runner) -> {
			tenant.set("acme");
			assertThat(onLoop(runner, tenant::get)).isEqualTo("acme");
			tenant.remove();
			assertThat(onLoop(runner, () -> tenant.get() == null)).isTrue();
		});
	}

	@Test
	void contextIsThereInLaterStagesThatTheScopeRuns() {
		withRunner(this.contextRunner, (runner) -> {
			MDC.put("tenant", "acme");
			assertThat(runner.<String>runScoped((scope) -> CompletableFuture.supplyAsync(() -> "of ")
				.thenApplyAsync((text) -> text + MDC.get("tenant"), scope.loop()))).isEqualTo("of acme");
		});
	}

	@Test
	void nothingIsCarriedWhereThatIsSwitchedOff() {
		withRunner(this.contextRunner.withPropertyValues("palitra.runner.propagate-context=false"), (runner) -> {
			MDC.put("tenant", "acme");
			assertThat(onLoop(runner, MDC::getCopyOfContextMap)).isNullOrEmpty();
		});
	}

	@Test
	void tenThousandInterleavedCallsKeepTheirContexts() {
		withRunner(this.contextRunner.withUserConfiguration(TenantConfiguration.class), (runner) -> {
			ExecutorService callers = Executors.newFixedThreadPool(16);
			try {
				List<Future<List<String>>> results = new ArrayList<>();
				for (int i = 0; i < 10_000; i++) {
					results.add(callers.submit(new Caller(runner, i)));
				}
				for (Future<List<String>> result : results) {
					assertThat(result.get(30, TimeUnit.SECONDS)).isEmpty();
				}
			}
			finally {
				callers.shutdownNow();
			}
		});
	}

	@Test
	void applicationWithoutContextPropagationStarts() {
		this.contextRunner.withClassLoader(new FilteredClassLoader("io.micrometer.context")).run((context) -> {
			assertThat(context).hasSingleBean(EventLoopThreadRunner.class)
				.doesNotHaveBean(ContextCarrier.class)
				.doesNotHaveBean(ThreadLocalAccessor.class);
			assertThat(onLoop(context.getBean(EventLoopThreadRunner.class), () -> "value")).isEqualTo("value");
		});
	}

	@Test
	void applicationWithoutServletsAndMdcStarts() {
		this.contextRunner.withClassLoader(new FilteredClassLoader("jakarta.servlet", "org.slf4j"))
			.run((context) -> assertThat(context).hasSingleBean(EventLoopThreadRunner.class)
				.hasBean("localeContextThreadLocalAccessor")
				.doesNotHaveBean("slf4jThreadLocalAccessor")
				.doesNotHaveBean("requestAttributesThreadLocalAccessor"));
		this.contextRunner.withClassLoader(new FilteredClassLoader("org.springframework.web"))
			.run((context) -> assertThat(context).hasSingleBean(EventLoopThreadRunner.class)
				.doesNotHaveBean("requestAttributesThreadLocalAccessor"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "threadLocalAccessorContextCarrier", "globalContextCarrier" })
	void backsOffOnABeanOfTheSameName(String name) {
		ContextCarrier own = () -> () -> () -> {
		};
		this.contextRunner.withBean(name, ContextCarrier.class, () -> own)
			.run((context) -> assertThat(context).getBean(name).isSameAs(own));
	}

	@Test
	void disabledWithPalitra() {
		this.contextRunner.withPropertyValues("palitra.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ContextCarrier.class)
				.doesNotHaveBean(ThreadLocalAccessor.class));
	}

	private interface Check {

		void check(EventLoopThreadRunner runner) throws Exception;

	}

	/**
	 * Calls with a context that no other caller has, every third one with none, and
	 * returns what it has seen of other contexts wherever its work went.
	 */
	private record Caller(EventLoopThreadRunner runner, int id) implements Callable<List<String>> {

		@Override
		public List<String> call() {
			String value = (this.id % 3 != 0) ? "id-" + this.id : null;
			if (value != null) {
				MDC.put("request", value);
				tenant.set(value);
			}
			List<String> seen = new ArrayList<>();
			try {
				seen.addAll(this.runner.<List<String>>runScoped((scope) -> {
					String inTask = current();
					MDC.put("request", "left behind by " + this.id);
					tenant.set("left behind by " + this.id);
					return CompletableFuture.supplyAsync(() -> inTask)
						.thenApplyAsync((first) -> List.of(first, current()), scope.loop())
						.thenCombine(scope.fork(() -> CompletableFuture.completedFuture(current())),
								(both, third) -> List.of(both.get(0), both.get(1), third));
				}));
				seen.add(current());
			}
			finally {
				MDC.clear();
				tenant.remove();
			}
			seen.removeIf((value + "," + value)::equals);
			return seen;
		}

		private static String current() {
			return MDC.get("request") + "," + tenant.get();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TenantConfiguration {

		@Bean
		ThreadLocalAccessor<String> tenantAccessor() {
			return new ThreadLocalAccessor<>() {

				@Override
				public Object key() {
					return "tenant";
				}

				@Override
				public String getValue() {
					return tenant.get();
				}

				@Override
				public void setValue(String value) {
					tenant.set(value);
				}

				@Override
				public void setValue() {
					tenant.remove();
				}

			};
		}

	}

}
