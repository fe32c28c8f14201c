package io.palitra.spring.boot.autoconfigure.reactor;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.micrometer.context.ContextRegistry;
import io.netty.channel.DefaultEventLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import io.palitra.AsyncCallable;
import io.palitra.BlockingNotAllowedException;
import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.reactor.ReactorTasks;
import io.palitra.spi.BlockingDetector;
import io.palitra.spi.ContextCarrier;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;
import io.palitra.spring.boot.autoconfigure.context.PalitraContextPropagationAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link PalitraReactorAutoConfiguration}.
 */
class PalitraReactorAutoConfigurationTests {

	private static final ThreadLocal<String> tenant = new ThreadLocal<>();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PalitraReactorAutoConfiguration.class,
				PalitraContextPropagationAutoConfiguration.class, PalitraAutoConfiguration.class));

	@BeforeEach
	void register() {
		ContextRegistry.getInstance().registerThreadLocalAccessor("tenant", tenant);
	}

	@AfterEach
	void reset() {
		ContextRegistry.getInstance().removeThreadLocalAccessor("tenant");
		tenant.remove();
		MDC.clear();
		Hooks.disableAutomaticContextPropagation();
		Hooks.resetOnEachOperator(ReactorContextCarrier.KEY);
		Hooks.resetOnLastOperator(ReactorContextCarrier.KEY);
		Schedulers.resetOnScheduleHook(ReactorContextCarrier.KEY);
	}

	private void withRunner(ApplicationContextRunner contextRunner, Check check) {
		contextRunner.run((context) -> check.check(context.getBean(EventLoopThreadRunner.class)));
	}

	@Test
	void applicationWithoutReactorStarts() {
		this.contextRunner.withClassLoader(new FilteredClassLoader("reactor")).run((context) -> {
			assertThat(context).hasSingleBean(EventLoopThreadRunner.class)
				.doesNotHaveBean(BlockingDetector.class)
				.doesNotHaveBean(ReactorContextCarrier.class);
			assertThat(context.getBean(EventLoopThreadRunner.class)
				.<String>run(() -> CompletableFuture.completedFuture("value"))).isEqualTo("value");
		});
	}

	@Test
	void applicationWithoutContextPropagationStarts() {
		this.contextRunner.withClassLoader(new FilteredClassLoader("io.micrometer.context"))
			.run((context) -> assertThat(context).hasSingleBean(BlockingDetector.class)
				.doesNotHaveBean(ContextCarrier.class));
	}

	@Test
	void disabledWithPalitra() {
		this.contextRunner.withPropertyValues("palitra.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(BlockingDetector.class)
				.doesNotHaveBean(ContextCarrier.class));
	}

	@Nested
	class BlockingGuard {

		@Test
		void callOnANonBlockingThreadIsRefusedBeforeAnythingStartsC6() {
			AtomicInteger calls = new AtomicInteger();
			withRunner(PalitraReactorAutoConfigurationTests.this.contextRunner, (runner) -> {
				AsyncCallable<Integer> task = () -> CompletableFuture.completedFuture(calls.incrementAndGet());
				Mono<Integer> blocking = Mono
					.fromCallable(() -> runner.run(task, RunOptions.defaults().name("load-user")))
					.subscribeOn(Schedulers.parallel());
				assertThatExceptionOfType(BlockingNotAllowedException.class).isThrownBy(blocking::block)
					.withMessageContaining("thread \"parallel-")
					.withMessageContaining("runner \"default\"")
					.withMessageContaining("\"load-user\"")
					.withMessageContaining("thenCompose")
					.withMessageContaining("thread that may block");
				assertThat(calls).hasValue(0);
				assertThat(runner.snapshot().submitted()).isZero();
			});
		}

		@Test
		void callOnABoundedElasticThreadIsAllowed() {
			withRunner(PalitraReactorAutoConfigurationTests.this.contextRunner,
					(runner) -> assertThat(
							Mono.fromCallable(() -> runner.run(() -> CompletableFuture.completedFuture("value")))
								.subscribeOn(Schedulers.boundedElastic())
								.block())
						.isEqualTo("value"));
		}

		@Test
		void blockInATaskIsRefusedByReactorC6() {
			withRunner(PalitraReactorAutoConfigurationTests.this.contextRunner, (runner) -> {
				Mono<String> later = Mono.delay(Duration.ofMillis(1)).thenReturn("value");
				assertThatIllegalStateException()
					.isThrownBy(() -> runner.run(() -> CompletableFuture.completedFuture(later.block())))
					.withMessageContaining("palitra-default");
				assertThat(later.block()).isEqualTo("value");
			});
		}

		@Test
		void blockOnTheCallersThreadIsAllowedC7() {
			withRunner(PalitraReactorAutoConfigurationTests.this.contextRunner, (runner) -> {
				Mono<String> later = Mono.delay(Duration.ofMillis(1)).thenReturn("value");
				assertThat(runner
					.<String>runScoped((scope) -> CompletableFuture.supplyAsync(later::block, scope.caller())))
					.isEqualTo("value");
			});
		}

		@Test
		void nestedRunsStillPumpC6() {
			withRunner(PalitraReactorAutoConfigurationTests.this.contextRunner
				.withPropertyValues("palitra.runner.nested-runs=pump"), (runner) -> {
					Mono<String> later = Mono.delay(Duration.ofMillis(1)).thenReturn("value");
					assertThat(runner.<String>run(
							() -> CompletableFuture.completedFuture("nested " + runner.run(ReactorTasks.mono(later)))))
						.isEqualTo("nested value");
					try (Stream<String> values = runner.run(() -> CompletableFuture
						.completedFuture(ReactorTasks.stream(runner, later.flux()).toList().stream()))) {
						assertThat(values).containsExactly("value");
					}
				});
		}

		@Test
		void callOnAnEventLoopOfNettyIsRefusedC6() {
			withRunner(PalitraReactorAutoConfigurationTests.this.contextRunner, (runner) -> {
				DefaultEventLoop loop = new DefaultEventLoop();
				try {
					assertThatExceptionOfType(ExecutionException.class)
						.isThrownBy(
								() -> loop.submit(() -> runner.run(() -> CompletableFuture.completedFuture("value")))
									.get(30, TimeUnit.SECONDS))
						.withCauseInstanceOf(BlockingNotAllowedException.class);
				}
				finally {
					loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
				}
			});
		}

		@Test
		void backsOffOnABeanOfItsName() {
			BlockingDetector own = (thread) -> false;
			PalitraReactorAutoConfigurationTests.this.contextRunner
				.withBean("reactorBlockingDetector", BlockingDetector.class, () -> own)
				.run((context) -> assertThat(context).getBean(BlockingDetector.class).isSameAs(own));
		}

	}

	@Nested
	class ReactorContext {

		private Mono<String> tenantInContext() {
			return Mono.deferContextual((context) -> Mono.just(context.getOrDefault("tenant", "none")));
		}

		@Test
		void backsOffOnABeanOfItsName() {
			ContextCarrier own = () -> () -> () -> {
			};
			PalitraReactorAutoConfigurationTests.this.contextRunner
				.withBean("reactorContextCarrier", ContextCarrier.class, () -> own)
				.run((context) -> assertThat(context).getBean("reactorContextCarrier").isSameAs(own));
		}

		@Test
		void plainFutureHasTheCallersContextOnAllThreads() {
			withRunner(PalitraReactorAutoConfigurationTests.this.contextRunner, (runner) -> {
				tenant.set("acme");
				Mono<String> later = Mono.delay(Duration.ofMillis(1)).then(tenantInContext());
				assertThat(runner.<String>run(tenantInContext()::toFuture)).isEqualTo("acme");
				assertThat(runner.<String>run(later::toFuture)).isEqualTo("acme");
				assertThat(runner.<String>run(Flux.range(1, 3).concatMap((i) -> later).last()::toFuture))
					.isEqualTo("acme");
				tenant.remove();
				assertThat(runner.<String>run(later::toFuture)).isEqualTo("none");
			});
		}

		@Test
		void taskOfReactorTasksHasTheCallersContext() {
			withRunner(PalitraReactorAutoConfigurationTests.this.contextRunner, (runner) -> {
				tenant.set("acme");
				assertThat(runner.run(ReactorTasks.mono(Mono.delay(Duration.ofMillis(1)).then(tenantInContext()))))
					.isEqualTo("acme");
				assertThat(runner.run(ReactorTasks.list(tenantInContext().flux()))).containsExactly("acme");
				try (var stream = ReactorTasks.stream(runner, tenantInContext().flux())) {
					assertThat(stream).containsExactly("acme");
				}
			});
		}

		@Test
		void whatIsWrittenExplicitlyWins() {
			withRunner(PalitraReactorAutoConfigurationTests.this.contextRunner, (runner) -> {
				tenant.set("acme");
				Mono<String> explicit = tenantInContext().contextWrite((context) -> context.put("tenant", "globex"));
				assertThat(runner.<String>run(explicit::toFuture)).isEqualTo("globex");
				assertThat(runner.run(ReactorTasks.mono(explicit))).isEqualTo("globex");
				Mono<String> nested = Mono.just(1)
					.flatMap((one) -> tenantInContext())
					.contextWrite((context) -> context.put("tenant", "globex"));
				assertThat(runner.<String>run(nested::toFuture)).isEqualTo("globex");
			});
		}

		@Test
		void subscriptionsOutsideOfCallsGetNothing() {
			withRunner(PalitraReactorAutoConfigurationTests.this.contextRunner, (runner) -> {
				tenant.set("acme");
				runner.run(tenantInContext()::toFuture);
				assertThat(tenantInContext().toFuture()).isCompletedWithValue("none");
				CompletableFuture<String> onLoop = new CompletableFuture<>();
				runner.getLoop().execute(() -> tenantInContext().subscribe(onLoop::complete));
				assertThat(runner.await(onLoop)).isEqualTo("none");
			});
		}

		@Test
		void runnerThatCarriesNoContextGivesNoneToReactor() {
			withRunner(PalitraReactorAutoConfigurationTests.this.contextRunner
				.withPropertyValues("palitra.runner.propagate-context=false"), (runner) -> {
					tenant.set("acme");
					assertThat(runner.<String>run(tenantInContext()::toFuture)).isEqualTo("none");
				});
		}

	}

	@Nested
	class MdcInOperators {

		private final ApplicationContextRunner auto = PalitraReactorAutoConfigurationTests.this.contextRunner
			.withPropertyValues("spring.reactor.context-propagation=auto");

		private final ApplicationContextRunner byDefault = PalitraReactorAutoConfigurationTests.this.contextRunner;

		private Mono<String> hops() {
			return Mono.fromCallable(() -> String.valueOf(MDC.get("user")))
				.map((seen) -> seen + "," + MDC.get("user"))
				.delayElement(Duration.ofMillis(1))
				.map((seen) -> seen + "," + MDC.get("user"))
				.publishOn(Schedulers.boundedElastic())
				.flatMap((seen) -> Mono.fromCallable(() -> seen + "," + MDC.get("user"))
					.subscribeOn(Schedulers.parallel()))
				.flatMap((seen) -> Mono
					.<String>create((sink) -> new Thread(() -> sink.success(seen + "," + MDC.get("user"))).start()))
				.map((seen) -> seen + "," + MDC.get("user"));
		}

		@Test
		void isThereInEveryOperator() {
			for (ApplicationContextRunner contextRunner : List.of(this.byDefault, this.auto)) {
				withRunner(contextRunner, (runner) -> {
					MDC.put("user", "joe");
					// A thread of one's own is nobody's to set up
					String expected = "joe,joe,joe,joe,null,joe";
					assertThat(runner.run(ReactorTasks.mono(hops()))).isEqualTo(expected);
					assertThat(runner.<String>run(hops()::toFuture)).isEqualTo(expected);
				});
			}
		}

		@Test
		void staysOnNoThread() {
			withRunner(this.byDefault, (runner) -> {
				MDC.put("user", "joe");
				runner.run(ReactorTasks.mono(hops()));
				MDC.clear();
				for (Scheduler scheduler : List.of(Schedulers.parallel(), Schedulers.boundedElastic())) {
					assertThat(Flux.range(0, 64)
						.flatMap((i) -> Mono.fromCallable(() -> String.valueOf(MDC.get("user"))).subscribeOn(scheduler))
						.distinct()
						.collectList()
						.block()).containsExactly("null");
				}
				assertThat(runner.run(ReactorTasks.mono(hops()))).isEqualTo("null,null,null,null,null,null");
			});
		}

		@Test
		void traceOfTheCurrentObservationIsLeftAlone() {
			withRunner(this.auto, (runner) -> {
				MDC.put("user", "joe");
				MDC.put("spanId", "1");
				Mono<String> inner = Mono.<String>create((sink) -> new Thread(() -> {
					MDC.put("spanId", "2");
					sink.success("x");
				}).start()).map((x) -> MDC.get("user") + "," + MDC.get("spanId"));
				assertThat(runner.<String>run(inner::toFuture)).isEqualTo("joe,2");
			});
		}

		@Test
		@ExtendWith(OutputCaptureExtension.class)
		void isLostAfterTheFirstHopWhereItIsSaidToBeLimitedAndThatIsTold(CapturedOutput output) {
			withRunner(this.byDefault.withPropertyValues("spring.reactor.context-propagation=limited"), (runner) -> {
				MDC.put("user", "joe");
				assertThat(runner.run(ReactorTasks.mono(hops()))).isEqualTo("joe,joe,null,null,null,null");
			});
			assertThat(output).contains("spring.reactor.context-propagation is limited");
		}

		@Test
		void applicationWithoutMdcStarts() {
			this.byDefault.withClassLoader(new FilteredClassLoader("org.slf4j"))
				.run((context) -> assertThat(context).hasSingleBean(ReactorContextCarrier.class));
		}

	}

	private interface Check {

		void check(EventLoopThreadRunner runner) throws Exception;

	}

}
