package io.palitra.docs.context;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.context.ThreadLocalAccessor;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.palitra.EventLoopThreadRunner;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;
import io.palitra.spring.boot.autoconfigure.context.PalitraContextPropagationAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Accessors and carriers of an application's own.
 */
class ContextRecipeTests {

	@AfterEach
	void clear() {
		TenantAccessor.TENANT.remove();
	}

	@Test
	void accessorAsBean() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PalitraAutoConfiguration.class,
					PalitraContextPropagationAutoConfiguration.class))
			.withUserConfiguration(TenantConfiguration.class)
			.run((context) -> {
				TenantAccessor.TENANT.set("acme");
				assertThat(tenantOfTask(context.getBean(EventLoopThreadRunner.class))).isEqualTo("acme");
				TenantAccessor.TENANT.remove();
				assertThat(tenantOfTask(context.getBean(EventLoopThreadRunner.class))).isEqualTo("none");
			});
	}

	@Test
	void carrierWithoutSpring() {
		ContextRegistry.getInstance().registerThreadLocalAccessor(new TenantAccessor());
		try {
			EventLoopThreadRunner runner = withCarrier();
			TenantAccessor.TENANT.set("acme");
			assertThat(tenantOfTask(runner)).isEqualTo("acme");
			runner.close(Duration.ZERO);
		}
		finally {
			ContextRegistry.getInstance().removeThreadLocalAccessor(TenantAccessor.KEY);
		}
	}

	@Test
	void openTelemetryWithoutSpring() {
		ContextKey<String> tenant = ContextKey.named("tenant");
		try (EventLoopThreadRunner runner = withOpenTelemetry();
				Scope scope = Context.current().with(tenant, "acme").makeCurrent()) {
			assertThat(runner.<String>run(() -> CompletableFuture.completedFuture(Context.current().get(tenant))))
				.isEqualTo("acme");
		}
	}

	private static EventLoopThreadRunner withOpenTelemetry() {
		// tag::opentelemetry[]
		EventLoopThreadRunner runner = EventLoopThreadRunner.builder().contextCarrier(() -> {
			Context context = Context.current();
			return () -> context.makeCurrent()::close;
		}).build();
		// end::opentelemetry[]
		return runner;
	}

	private static EventLoopThreadRunner withCarrier() {
		// tag::carrier[]
		ContextSnapshotFactory factory = ContextSnapshotFactory.builder().clearMissing(true).build();
		EventLoopThreadRunner runner = EventLoopThreadRunner.builder().contextCarrier(() -> {
			ContextSnapshot snapshot = factory.captureAll();
			return () -> snapshot.setThreadLocals()::close;
		}).build();
		// end::carrier[]
		return runner;
	}

	private static String tenantOfTask(EventLoopThreadRunner runner) {
		return runner.run(() -> {
			String tenant = TenantAccessor.TENANT.get();
			return CompletableFuture.completedFuture((tenant != null) ? tenant : "none");
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class TenantConfiguration {

		// tag::accessor[]
		@Bean
		ThreadLocalAccessor<String> tenantAccessor() {
			return new TenantAccessor();
		}
		// end::accessor[]

	}

	static final class TenantAccessor implements ThreadLocalAccessor<String> {

		static final String KEY = "tenant";

		static final ThreadLocal<String> TENANT = new ThreadLocal<>();

		@Override
		public Object key() {
			return KEY;
		}

		@Override
		public String getValue() {
			return TENANT.get();
		}

		@Override
		public void setValue(String value) {
			TENANT.set(value);
		}

		@Override
		public void setValue() {
			TENANT.remove();
		}

	}

}
