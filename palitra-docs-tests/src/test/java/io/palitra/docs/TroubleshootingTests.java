package io.palitra.docs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientAdapter;
import org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.invoker.HttpExchangeAdapterDecorator;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.ImportHttpServices;
import reactor.core.publisher.Mono;

import io.palitra.BlockingNotAllowedException;
import io.palitra.EventLoopThreadRunner;
import io.palitra.NestedRuns;
import io.palitra.OverloadPolicy;
import io.palitra.RunInterruptedException;
import io.palitra.RunOptions;
import io.palitra.RunTimeoutException;
import io.palitra.RunnerClosedException;
import io.palitra.RunnerOverloadedException;
import io.palitra.RunnerState;
import io.palitra.docs.kotlin.NoRun;
import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;
import io.palitra.spring.boot.autoconfigure.http.PalitraHttpAutoConfiguration;
import io.palitra.spring.http.RunTimeout;
import io.palitra.spring.http.RunnerHttpExchangeAdapter;
import io.palitra.test.RunnerExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * The texts under which the page on troubleshooting is found are those of the library:
 * each that is provoked here is on the page, and each on the page is provoked here.
 */
@ExtendWith(OutputCaptureExtension.class)
class TroubleshootingTests {

	private static final Duration PATIENT = Duration.ofSeconds(30);

	private static final RunOptions NAMED = RunOptions.defaults().name("load");

	private final List<String> texts = new ArrayList<>();

	private final Logs logs = new Logs();

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.create();

	@BeforeEach
	void listen() {
		this.logs.open();
	}

	@AfterEach
	void close() {
		this.logs.close();
		this.runner.close(Duration.ZERO);
	}

	@Test
	void pageHasTheTextsOfTheLibrary(CapturedOutput output) throws Exception {
		timeouts();
		blocking();
		overload();
		closed();
		interrupts();
		tasks();
		arguments();
		faces();
		streams();
		start(output);
		httpInterfaces(output);
		plugins();
		slowAndLong();
		provoke(IllegalStateException.class, NoRun::ask);
		leftCalls();
		this.texts.addAll(this.logs.texts);
		List<Pattern> templates = templates();
		assertThat(this.texts).allSatisfy(
				(text) -> assertThat(templates).as(text).anyMatch((template) -> template.matcher(text).matches()));
		assertThat(templates).allSatisfy((template) -> assertThat(this.texts).as(template.pattern())
			.anyMatch((text) -> template.matcher(text).matches()));
	}

	private static List<Pattern> templates() {
		List<Pattern> templates = new ArrayList<>();
		for (Markdown.Block block : Markdown.read(Markdown.root().resolve("docs/reference/troubleshooting.md"))
			.blocks()) {
			if (block.language().equals("text")) {
				for (String line : block.code()) {
					StringBuilder regex = new StringBuilder();
					for (String literal : line.split("<[^>]+>", -1)) {
						regex.append((regex.length() > 0) ? ".*" : "").append(Pattern.quote(literal));
					}
					templates.add(Pattern.compile(regex.toString(), Pattern.DOTALL));
				}
			}
		}
		return templates;
	}

	private <X extends Throwable> void provoke(Class<X> type, ThrowingRunnable action) {
		Throwable thrown = catchThrowable(action::run);
		assertThat(thrown).isInstanceOf(type);
		this.texts.add(thrown.getMessage());
	}

	private void timeouts() throws InterruptedException {
		provoke(RunTimeoutException.class,
				() -> this.runner.run(CompletableFuture::new, NAMED.timeout(Duration.ofMillis(1))));
		try (Held held = new Held(this.runner)) {
			await().atMost(PATIENT).until(() -> this.runner.snapshot().heldFor().toMillis() > 100);
			provoke(RunTimeoutException.class,
					() -> this.runner.run(CompletableFuture::new, NAMED.timeout(Duration.ofMillis(1))));
		}
	}

	private void blocking() {
		CompletableFuture<String> never = this.runner.getLoop().newFuture();
		provoke(BlockingNotAllowedException.class, () -> onLoop(() -> this.runner.run(CompletableFuture::new)));
		provoke(BlockingNotAllowedException.class, () -> onLoop(never::join));
		provoke(BlockingNotAllowedException.class, () -> onLoop(() -> this.runner.getLoop().invokeAll(List.of())));
		try (EventLoopThreadRunner strict = EventLoopThreadRunner.builder()
			.blockingDetector((thread) -> true)
			.build()) {
			provoke(BlockingNotAllowedException.class, () -> strict.run(CompletableFuture::new));
		}
		try (EventLoopThreadRunner pumping = EventLoopThreadRunner.builder().nestedRuns(NestedRuns.PUMP).build()) {
			provoke(BlockingNotAllowedException.class, () -> pumping.run(() -> nest(pumping)));
		}
	}

	private static CompletionStage<Object> nest(EventLoopThreadRunner runner) {
		return CompletableFuture.completedFuture(runner.run(() -> nest(runner)));
	}

	private void onLoop(ThrowingRunnable action) {
		this.runner.run(() -> {
			try {
				action.run();
			}
			catch (RuntimeException ex) {
				throw ex;
			}
			catch (Throwable ex) {
				throw new IllegalStateException(ex);
			}
			return CompletableFuture.completedFuture(null);
		});
	}

	private void overload() {
		try (EventLoopThreadRunner small = EventLoopThreadRunner.builder()
			.maxInFlight(1)
			.overloadPolicy(OverloadPolicy.REJECT)
			.shutdownGrace(Duration.ZERO)
			.build()) {
			small.submit(CompletableFuture::new);
			provoke(RunnerOverloadedException.class, () -> small.run(CompletableFuture::new));
		}
		provoke(RunnerOverloadedException.class,
				() -> this.runner.run(CompletableFuture::new, NAMED.startOn((command) -> {
					throw new RejectedExecutionException("full");
				})));
	}

	private void closed() throws Exception {
		EventLoopThreadRunner closed = EventLoopThreadRunner.create();
		AtomicReference<Executor> loop = new AtomicReference<>();
		AtomicReference<Executor> caller = new AtomicReference<>();
		closed.runScoped((scope) -> {
			loop.set(scope.loop());
			caller.set(scope.caller());
			return CompletableFuture.completedFuture(null);
		});
		provoke(RejectedExecutionException.class, () -> caller.get().execute(() -> {
		}));
		CompletableFuture<Object> running = closed.submit(CompletableFuture::new, NAMED);
		await().atMost(PATIENT).until(() -> closed.snapshot().active() == 1);
		closed.close(Duration.ZERO);
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> running.get(30, TimeUnit.SECONDS))
			.havingCause()
			.isInstanceOf(RunnerClosedException.class)
			.satisfies((ended) -> this.texts.add(ended.getMessage()));
		provoke(RunnerClosedException.class, () -> closed.run(CompletableFuture::new, NAMED));
		provoke(RunnerClosedException.class, () -> closed.getLoop().execute(() -> {
		}));
		provoke(RunnerClosedException.class, () -> loop.get().execute(() -> {
		}));
		provoke(RunnerClosedException.class, () -> closed.onClose(CompletableFuture::new));
		provoke(RunnerClosedException.class, closed::start);
		EventLoopThreadRunner restarting = EventLoopThreadRunner.builder().shutdownGrace(Duration.ZERO).build();
		restarting.submit(() -> new Cancelled(() -> provoke(IllegalStateException.class, restarting::start)));
		await().atMost(PATIENT).until(() -> restarting.snapshot().active() == 1);
		restarting.stop();
		assertThat(restarting.snapshot().state()).isEqualTo(RunnerState.STOPPED);
		restarting.close();
	}

	private void interrupts() {
		Thread.currentThread().interrupt();
		provoke(RunInterruptedException.class, () -> this.runner.run(CompletableFuture::new, NAMED));
		assertThat(Thread.interrupted()).isTrue();
		Thread caller = Thread.currentThread();
		provoke(RunInterruptedException.class, () -> this.runner.run(() -> {
			caller.interrupt();
			return new CompletableFuture<>();
		}, NAMED));
		assertThat(Thread.interrupted()).isTrue();
	}

	private void tasks() {
		provoke(NullPointerException.class, () -> this.runner.run(() -> null, NAMED));
		provoke(NullPointerException.class, () -> this.runner.run(this.runner.adapt(() -> null)));
		provoke(IllegalArgumentException.class, () -> this.runner.run(this.runner.adapt(() -> "no stage")));
		provoke(NullPointerException.class, () -> this.runner.blocking(Counter.class, new NoCounter()).count());
		provoke(NullPointerException.class, () -> this.runner.blocking(Counter.class, new EmptyCounter()).count());
		CompletableFuture<Object> shared = new CompletableFuture<>();
		CountDownLatch called = new CountDownLatch(1);
		CompletableFuture<Object> hasty = this.runner.submit(() -> {
			called.countDown();
			return shared;
		}, NAMED);
		await().atMost(PATIENT).until(() -> called.getCount() == 0);
		hasty.cancel(false);
		provoke(CancellationException.class, () -> this.runner.await(shared));
	}

	private void arguments() {
		Class<IllegalArgumentException> type = IllegalArgumentException.class;
		provoke(type, () -> RunOptions.defaults().timeout(Duration.ZERO));
		provoke(type, () -> RunOptions.defaults().maxConcurrency(0));
		provoke(type, () -> RunOptions.defaults().name(" "));
		provoke(type, () -> RunOptions.defaults().name("n".repeat(201)));
		provoke(type, () -> RunOptions.defaults().name("a\nb"));
		provoke(type, () -> this.runner.getLoop().scheduleAtFixedRate(() -> {
		}, 0, 0, TimeUnit.SECONDS));
		provoke(IllegalStateException.class,
				() -> EventLoopThreadRunner.builder().threadFactory((live) -> null).build());
		provoke(IllegalStateException.class,
				() -> EventLoopThreadRunner.builder().threadFactory((live) -> new Thread()).build());
	}

	private void faces() {
		provoke(IllegalArgumentException.class, () -> this.runner.blocking(String.class, "target"));
		provoke(IllegalArgumentException.class, () -> this.runner.blocking(Counter.class, "target"));
	}

	private void streams() {
		Flow.Publisher<Integer> flooding = (subscriber) -> {
			subscriber.onSubscribe(new Subscription());
			for (int i = 0; i < 100; i++) {
				subscriber.onNext(i);
			}
		};
		try (Stream<Integer> stream = this.runner.stream(flooding)) {
			provoke(IllegalStateException.class, stream::count);
		}
		Stream<Integer> closed = this.runner.stream((subscriber) -> subscriber.onSubscribe(new Subscription()));
		Iterator<Integer> iterator = closed.iterator();
		closed.close();
		provoke(CancellationException.class, iterator::hasNext);
		Flow.Publisher<Integer> deaf = (subscriber) -> {
			subscriber.onSubscribe(new Subscription() {

				@Override
				public void cancel() {
					throw new IllegalStateException("deaf");
				}

			});
			subscriber.onNext(1);
		};
		try (Stream<Integer> stream = this.runner.stream(deaf)) {
			assertThat(stream.findFirst()).contains(1);
		}
	}

	private void start(CapturedOutput output) {
		SpringApplication application = new SpringApplication(ReferenceTests.MeteredApplication.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		assertThat(catchThrowable(() -> application.run("--palitra.runner.timeout=-1s"))).isNotNull();
		assertThat(output).contains("Property: palitra.runner.timeout");
		output.getOut().lines().filter((line) -> line.startsWith("A property of palitra")).forEach(this.texts::add);
	}

	private void httpInterfaces(CapturedOutput output) {
		WebClient silent = WebClient.builder().exchangeFunction((request) -> Mono.never()).build();
		RunnerHttpExchangeAdapter adapter = new RunnerHttpExchangeAdapter(WebClientAdapter.create(silent), this.runner)
			.withTimeout(Duration.ofMillis(1));
		provoke(RunTimeoutException.class,
				() -> HttpServiceProxyFactory.builderFor(adapter).build().createClient(Silent.class).find());
		provoke(IllegalArgumentException.class, () -> adapter.withTimeout(Duration.ofMillis(-1)));
		provoke(IllegalArgumentException.class, () -> adapter.verify(Unreadable.class));
		provoke(IllegalArgumentException.class, () -> adapter.verify(Reactive.class));
		new SpringApplicationBuilder(SilentApplication.class).web(WebApplicationType.NONE).run().close();
		output.getOut()
			.lines()
			.filter((line) -> line.contains("do not wait through a runner"))
			.map((line) -> line.substring(line.indexOf("The HTTP interfaces")))
			.forEach(this.texts::add);
	}

	private void plugins() throws Exception {
		IllegalStateException failure = new IllegalStateException("plugged in");
		EventLoopThreadRunner plugged = EventLoopThreadRunner.builder().blockingDetector((thread) -> {
			throw failure;
		}).contextCarrier(() -> {
			throw failure;
		}).onDiscard((value) -> {
			throw failure;
		}).listener(new RunListener() {

			@Override
			public void onSubmit(RunEvent run) {
				throw failure;
			}

		}).build();
		CompletableFuture<String> deaf = new CompletableFuture<>() {

			@Override
			public boolean cancel(boolean mayInterruptIfRunning) {
				throw failure;
			}

		};
		Thread caller = Thread.currentThread();
		assertThatExceptionOfType(RunInterruptedException.class).isThrownBy(() -> plugged.runScoped((scope) -> {
			scope.onCancel(() -> {
				throw failure;
			});
			caller.interrupt();
			return deaf;
		}, NAMED));
		assertThat(Thread.interrupted()).isTrue();
		deaf.complete("late");
		this.logs.await("could not discard");
		plugged.onClose(() -> CompletableFuture.failedFuture(failure));
		plugged.onClose(CompletableFuture::new);
		plugged.close(Duration.ofMillis(1));
		this.logs.await("did not end within");
		this.logs.await("A clean-up of runner \"default\" failed");
	}

	private void slowAndLong() throws Exception {
		try (EventLoopThreadRunner watched = EventLoopThreadRunner.builder()
			.slowTaskThreshold(Duration.ofMillis(1))
			.hangThreshold(Duration.ofMillis(1))
			.build()) {
			try (Held held = new Held(watched)) {
				this.logs.await("A callback has held");
			}
			CompletableFuture<String> work = new CompletableFuture<>();
			CompletableFuture<Void> patient = CompletableFuture.runAsync(() -> watched.run(() -> work, NAMED));
			this.logs.await("has waited");
			work.complete("done");
			patient.get(30, TimeUnit.SECONDS);
		}
	}

	private void leftCalls() {
		EngineTestKit.engine("junit-jupiter")
			.selectors(DiscoverySelectors.selectClass(LeavesCall.class))
			.execute()
			.testEvents()
			.failed()
			.map((test) -> test.getRequiredPayload(TestExecutionResult.class).getThrowable().orElseThrow().getMessage())
			.forEach(this.texts::add);
	}

	interface ThrowingRunnable {

		void run() throws Throwable;

	}

	interface Silent {

		@GetExchange("/users")
		String find();

	}

	interface Unreadable {

		@GetExchange("/users")
		@RunTimeout("soon")
		String find();

	}

	interface Reactive {

		@GetExchange("/users")
		@RunTimeout("1s")
		Mono<String> find();

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ PalitraAutoConfiguration.class, PalitraHttpAutoConfiguration.class })
	@ImportHttpServices(group = "silent", types = Silent.class, clientType = ClientType.WEB_CLIENT)
	@ImportHttpServices(group = "blocking", types = Silent.class, clientType = ClientType.WEB_CLIENT)
	static class SilentApplication {

		@Bean(destroyMethod = "close")
		EventLoopThreadRunner one() {
			return EventLoopThreadRunner.create();
		}

		@Bean(destroyMethod = "close")
		EventLoopThreadRunner two() {
			return EventLoopThreadRunner.builder().name("blocking").build();
		}

		@Bean
		WebClientHttpServiceGroupConfigurer blocking() {
			return (groups) -> groups.filterByName("blocking")
				.forEachProxyFactory(
						(group, factory) -> factory.exchangeAdapterDecorator(HttpExchangeAdapterDecorator::new));
		}

	}

	interface Counter {

		int count();

	}

	/**
	 * No test of this build: its name does not end as theirs do.
	 */
	@ExtendWith(RunnerExtension.class)
	static class LeavesCall {

		@Test
		void leavesCall(EventLoopThreadRunner runner) {
			runner.submit(CompletableFuture::new, NAMED);
		}

	}

	/**
	 * Returns no stage.
	 */
	public static class NoCounter {

		public CompletableFuture<Integer> count() {
			return null;
		}

	}

	/**
	 * Returns a stage of nothing.
	 */
	public static class EmptyCounter {

		public CompletableFuture<Integer> count() {
			return CompletableFuture.completedFuture(null);
		}

	}

	/**
	 * Work that does something when it is cancelled.
	 */
	private static final class Cancelled extends CompletableFuture<Object> {

		private final Runnable onCancel;

		Cancelled(Runnable onCancel) {
			this.onCancel = onCancel;
		}

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			this.onCancel.run();
			return super.cancel(mayInterruptIfRunning);
		}

	}

	private static class Subscription implements Flow.Subscription {

		@Override
		public void request(long n) {
		}

		@Override
		public void cancel() {
		}

	}

	/**
	 * A loop that does nothing else while this is open.
	 */
	private static final class Held implements AutoCloseable {

		private final CountDownLatch release = new CountDownLatch(1);

		Held(EventLoopThreadRunner runner) throws InterruptedException {
			CountDownLatch held = new CountDownLatch(1);
			runner.getLoop().execute(() -> {
				held.countDown();
				boolean interrupted = false;
				try {
					this.release.await(60, TimeUnit.SECONDS);
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
				if (interrupted) {
					Thread.currentThread().interrupt();
				}
			});
			assertThat(held.await(30, TimeUnit.SECONDS)).isTrue();
		}

		@Override
		public void close() {
			this.release.countDown();
		}

	}

	/**
	 * What palitra logs while this is open.
	 */
	private static final class Logs extends Handler {

		// Kept, since the logging system holds loggers by weak references only.
		private final Logger logger = Logger.getLogger("io.palitra");

		private final List<String> texts = new CopyOnWriteArrayList<>();

		void open() {
			this.logger.addHandler(this);
		}

		void await(String part) {
			Awaitility.await().atMost(PATIENT).until(() -> this.texts.stream().anyMatch((text) -> text.contains(part)));
		}

		@Override
		public void publish(LogRecord record) {
			this.texts.add(record.getMessage());
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
			this.logger.removeHandler(this);
		}

	}

}
