package io.palitra.spring.boot.autoconfigure.context;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.palitra.EventLoopThreadRunner;
import io.palitra.spi.ContextCarrier;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PalitraOpenTelemetryAutoConfiguration}.
 */
class PalitraOpenTelemetryAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(PalitraOpenTelemetryAutoConfiguration.class, PalitraAutoConfiguration.class));

	private final SdkTracerProvider provider = SdkTracerProvider.builder().build();

	private final Tracer tracer = this.provider.get("tests");

	@AfterEach
	void close() {
		this.provider.close();
	}

	private static CompletableFuture<String> currentSpan() {
		return CompletableFuture.completedFuture(Span.current().getSpanContext().getSpanId());
	}

	private void withRunner(ApplicationContextRunner contextRunner, Check check) {
		contextRunner.run((context) -> check.check(context.getBean(EventLoopThreadRunner.class)));
	}

	@Test
	void spanAndBaggageOfTheCallerAreThereInTheTaskC8() {
		withRunner(this.contextRunner, (runner) -> {
			Span span = this.tracer.spanBuilder("caller").startSpan();
			Context caller = Context.current().with(span).with(Baggage.builder().put("tenant", "acme").build());
			try (Scope scope = caller.makeCurrent()) {
				assertThat(runner.<String>run(PalitraOpenTelemetryAutoConfigurationTests::currentSpan))
					.isEqualTo(span.getSpanContext().getSpanId());
				assertThat(runner
					.<String>run(() -> CompletableFuture.completedFuture(Baggage.current().getEntryValue("tenant"))))
					.isEqualTo("acme");
				assertThat(Context.current()).isSameAs(caller);
			}
		});
	}

	@Test
	void spanIsThereInLaterStagesThatTheScopeRunsC8() {
		withRunner(this.contextRunner, (runner) -> {
			Span span = this.tracer.spanBuilder("caller").startSpan();
			try (Scope scope = span.makeCurrent()) {
				assertThat(runner.<String>runScoped((run) -> CompletableFuture.supplyAsync(() -> "value")
					.thenComposeAsync((value) -> currentSpan(), run.loop())))
					.isEqualTo(span.getSpanContext().getSpanId());
			}
		});
	}

	@Test
	void spanThatIsStartedInTheTaskIsAChildOfTheCallers() {
		withRunner(this.contextRunner, (runner) -> {
			Span span = this.tracer.spanBuilder("caller").startSpan();
			try (Scope scope = span.makeCurrent()) {
				Span child = runner
					.run(() -> CompletableFuture.completedFuture(this.tracer.spanBuilder("client").startSpan()));
				assertThat(child.getSpanContext().getTraceId()).isEqualTo(span.getSpanContext().getTraceId());
			}
		});
	}

	@Test
	void nothingIsThereWhereTheCallerHasNothingAndNothingStaysC8() {
		withRunner(this.contextRunner, (runner) -> {
			Span span = this.tracer.spanBuilder("caller").startSpan();
			try (Scope scope = span.makeCurrent()) {
				runner.run(PalitraOpenTelemetryAutoConfigurationTests::currentSpan);
			}
			assertThat(runner.<String>run(PalitraOpenTelemetryAutoConfigurationTests::currentSpan))
				.isEqualTo(Span.getInvalid().getSpanContext().getSpanId());
			CompletableFuture<Context> bare = new CompletableFuture<>();
			runner.getLoop().execute(() -> bare.complete(Context.current()));
			assertThat(bare.get(30, TimeUnit.SECONDS)).isSameAs(Context.root());
		});
	}

	@Test
	void nothingIsCarriedWhereThatIsSwitchedOff() {
		withRunner(this.contextRunner.withPropertyValues("palitra.runner.propagate-context=false"), (runner) -> {
			Span span = this.tracer.spanBuilder("caller").startSpan();
			try (Scope scope = span.makeCurrent()) {
				assertThat(runner.<String>run(PalitraOpenTelemetryAutoConfigurationTests::currentSpan))
					.isEqualTo(Span.getInvalid().getSpanContext().getSpanId());
			}
		});
	}

	@Test
	void comesBetweenTheMdcAndTheObservation() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(PalitraContextPropagationAutoConfiguration.class))
			.run((context) -> assertThat(context.getBeanProvider(ContextCarrier.class).orderedStream()).containsExactly(
					context.getBean("threadLocalAccessorContextCarrier", ContextCarrier.class),
					context.getBean("openTelemetryContextCarrier", ContextCarrier.class),
					context.getBean("globalContextCarrier", ContextCarrier.class)));
	}

	@Test
	void applicationWithoutOpenTelemetryStarts() {
		this.contextRunner.withClassLoader(new FilteredClassLoader("io.opentelemetry"))
			.run((context) -> assertThat(context).hasSingleBean(EventLoopThreadRunner.class)
				.doesNotHaveBean(ContextCarrier.class));
	}

	@Test
	void backsOffOnABeanOfItsName() {
		ContextCarrier own = () -> () -> () -> {
		};
		this.contextRunner.withBean("openTelemetryContextCarrier", ContextCarrier.class, () -> own)
			.run((context) -> assertThat(context).getBean(ContextCarrier.class).isSameAs(own));
	}

	@Test
	void disabledWithPalitra() {
		this.contextRunner.withPropertyValues("palitra.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ContextCarrier.class));
	}

	private interface Check {

		void check(EventLoopThreadRunner runner) throws Exception;

	}

}
