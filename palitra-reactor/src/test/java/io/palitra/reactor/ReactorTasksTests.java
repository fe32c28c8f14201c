package io.palitra.reactor;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.micrometer.context.ContextRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.publisher.PublisherProbe;

import io.palitra.AsyncCallable;
import io.palitra.EventLoopThreadRunner;
import io.palitra.NestedRuns;
import io.palitra.RunOptions;
import io.palitra.RunTimeoutException;

import static io.palitra.reactor.ReactorTasks.first;
import static io.palitra.reactor.ReactorTasks.list;
import static io.palitra.reactor.ReactorTasks.mono;
import static io.palitra.reactor.ReactorTasks.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

class ReactorTasksTests {

	private static <T> CompletableFuture<T> call(AsyncCallable<T> task) throws Exception {
		CompletionStage<T> stage = task.call();
		assertThat(stage).isInstanceOf(CompletableFuture.class);
		return stage.toCompletableFuture();
	}

	@Nested
	class OnARunner {

		private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder().name("reactor").build();

		@AfterEach
		void close() {
			this.runner.close();
		}

		@Test
		void runReturnsTheValue() {
			assertThat(this.runner.run(mono(Mono.just("value").publishOn(Schedulers.parallel())))).isEqualTo("value");
		}

		@Test
		void runReturnsNullForAnEmptyMono() {
			String value = this.runner.run(mono(Mono.empty()));
			assertThat(value).isNull();
		}

		@Test
		void runReturnsTheValuesOfAFluxInOrder() {
			assertThat(this.runner.run(list(Flux.just(1, 2, 3).publishOn(Schedulers.parallel())))).containsExactly(1, 2,
					3);
		}

		@Test
		void streamReadsAllElementsInOrderC21() {
			try (Stream<Integer> elements = stream(this.runner, Flux.range(1, 1000).publishOn(Schedulers.parallel()))) {
				assertThat(elements.toList()).isEqualTo(IntStream.rangeClosed(1, 1000).boxed().toList());
			}
		}

		@Test
		void closingAStreamCancelsTheSubscriptionC21() {
			PublisherProbe<Integer> probe = PublisherProbe.of(Flux.range(1, 1000));
			try (Stream<Integer> elements = stream(this.runner, probe.flux())) {
				assertThat(elements.findFirst()).contains(1);
			}
			// An operator that is requesting on the loop cancels when it has done so
			await().untilAsserted(probe::assertWasCancelled);
		}

		@Test
		void streamThrowsTheVeryFailureAfterTheElementsBeforeItC21() {
			IOException failure = new IOException("broken");
			List<Integer> read = new ArrayList<>();
			try (Stream<Integer> elements = stream(this.runner,
					Flux.range(1, 3).concatWith(Flux.error(Exceptions.propagate(failure))))) {
				assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> elements.forEach(read::add))
					.havingCause()
					.isSameAs(failure);
			}
			assertThat(read).containsExactly(1, 2, 3);
		}

		@Test
		void blockOnTheLoopIsRefusedC6() {
			Mono<String> later = Mono.delay(Duration.ofMillis(1)).thenReturn("value");
			assertThatIllegalStateException().isThrownBy(() -> this.runner.run(mono(Mono.fromCallable(later::block))))
				.withMessageContaining("palitra-reactor");
			assertThatIllegalStateException()
				.isThrownBy(() -> this.runner.run(() -> CompletableFuture.completedFuture(later.flux().blockLast())))
				.withMessageContaining("palitra-reactor");
			assertThat(later.block()).isEqualTo("value");
		}

		@Test
		void nestedRunPumpsC6() {
			Mono<String> later = Mono.delay(Duration.ofMillis(1)).thenReturn("value");
			try (EventLoopThreadRunner pumping = EventLoopThreadRunner.builder().nestedRuns(NestedRuns.PUMP).build()) {
				assertThat(pumping.run(mono(Mono.fromCallable(() -> "nested " + pumping.run(mono(later))))))
					.isEqualTo("nested value");
				assertThat(pumping.run(mono(Mono.fromCallable(() -> stream(pumping, later.flux()).toList()))))
					.containsExactly("value");
			}
		}

		@Test
		void streamNeedsARunnerAndAFluxC1() {
			assertThatNullPointerException().isThrownBy(() -> stream(null, Flux.empty())).withMessage("runner");
			assertThatNullPointerException().isThrownBy(() -> stream(this.runner, null)).withMessage("publisher");
			assertThatNullPointerException().isThrownBy(() -> stream(this.runner, Flux.empty(), null))
				.withMessage("stream: options is null");
		}

		@Test
		void runReturnsAnEmptyListForAnEmptyFlux() {
			assertThat(this.runner.run(list(Flux.empty()))).isEmpty();
		}

		@Test
		void gatherSubscribesToAllBeforeOneHasEnded() {
			Sinks.One<String> first = Sinks.one();
			Mono<String> endsTheFirst = Mono.defer(() -> {
				first.tryEmitValue("first");
				return Mono.just("second");
			});
			assertThat(this.runner.gather(mono(first.asMono()), mono(endsTheFirst))).containsExactly("first", "second");
		}

		@Test
		void firstIsTheFirstValueAndCancelsTheOthers() {
			PublisherProbe<Integer> probe = PublisherProbe.of(Flux.range(1, 1000));
			assertThat(this.runner.<Integer>run(first(probe.flux()))).isEqualTo(1);
			probe.assertWasCancelled();
			assertThat(this.runner.<Integer>run(first(Flux.empty()))).isNull();
			assertThat(this.runner.<Integer>run(first(Mono.just(1)))).isEqualTo(1);
		}

		@Test
		void anyPublisherMayBeRead() {
			Publisher<Integer> publisher = Flux.range(1, 3)::subscribe;
			assertThat(this.runner.<Integer>run(first(publisher))).isEqualTo(1);
			assertThat(this.runner.run(list(publisher))).containsExactly(1, 2, 3);
			try (Stream<Integer> elements = stream(this.runner, publisher)) {
				assertThat(elements.toList()).containsExactly(1, 2, 3);
			}
		}

		@Test
		void streamHasTheLimitOfItsOptionsC4() {
			RunOptions options = RunOptions.defaults().name("rows").timeout(Duration.ofMillis(20));
			try (Stream<Integer> elements = stream(this.runner, Flux.<Integer>never(), options)) {
				assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(elements::findFirst)
					.withMessageContaining("\"rows\"");
			}
		}

		@Test
		void streamThatIsReadToItsEndIsNotCancelledC21() {
			PublisherProbe<Integer> probe = PublisherProbe.of(Flux.range(1, 40));
			try (Stream<Integer> elements = stream(this.runner, probe.flux())) {
				assertThat(elements.count()).isEqualTo(40);
			}
			probe.assertWasNotCancelled();
		}

		@Test
		void subscribesOnTheLoopThread() {
			assertThat(this.runner.run(mono(Mono.fromCallable(() -> Thread.currentThread().getName()))))
				.isEqualTo("palitra-reactor");
			assertThat(this.runner.run(list(Flux.defer(() -> Flux.just(Thread.currentThread().getName())))))
				.containsExactly("palitra-reactor");
		}

		@Test
		void c3UncheckedExceptionIsTheSameInstance() {
			RuntimeException failure = new IllegalStateException("expected");
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> this.runner.run(mono(Mono.error(failure))))
				.isSameAs(failure);
		}

		@Test
		void c3CheckedExceptionThatReactorHasWrappedIsTheSameInstance() {
			IOException failure = new IOException("expected");
			Mono<String> failing = Mono.fromSupplier(() -> {
				throw Exceptions.propagate(failure);
			});
			assertThatExceptionOfType(IOException.class)
				.isThrownBy(() -> this.runner.runChecked(mono(failing), IOException.class))
				.isSameAs(failure);
			assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> this.runner.run(mono(failing)))
				.havingCause()
				.isSameAs(failure);
		}

		@Test
		void c4TimeoutCancelsTheSubscription() {
			// Again if the time was up before the loop had subscribed.
			await().untilAsserted(() -> {
				PublisherProbe<String> never = PublisherProbe.of(Mono.never());
				assertThatExceptionOfType(RunTimeoutException.class)
					.isThrownBy(() -> this.runner.run(mono(never.mono()), Duration.ofMillis(50)));
				never.assertWasCancelled();
			});
		}

		@Test
		void c14FailureOfOneChildCancelsTheOthersSubscription() {
			PublisherProbe<String> never = PublisherProbe.of(Mono.never());
			RuntimeException failure = new IllegalStateException("expected");
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> this.runner.gather(mono(never.mono()), mono(Mono.error(failure))))
				.isSameAs(failure);
			await().untilAsserted(never::assertWasCancelled);
		}

	}

	@Nested
	class Subscriptions {

		@Test
		void nothingIsSubscribedBeforeTheCall() {
			PublisherProbe<String> probe = PublisherProbe.of(Mono.just("value"));
			mono(probe.mono());
			list(probe.flux());
			probe.assertWasNotSubscribed();
		}

		@Test
		void eachCallSubscribesAnew() throws Exception {
			AtomicInteger subscriptions = new AtomicInteger();
			AsyncCallable<Integer> task = mono(Mono.fromCallable(subscriptions::incrementAndGet));
			assertThat(call(task)).isCompletedWithValue(1);
			assertThat(call(task)).isCompletedWithValue(2);
		}

		@Test
		void eachCallReturnsAListOfItsOwn() throws Exception {
			AsyncCallable<List<Integer>> task = list(Flux.just(1));
			call(task).join().add(2);
			assertThat(call(task).join()).containsExactly(1);
		}

		@Test
		void c5CancellingTheStageCancelsTheSubscription() throws Exception {
			PublisherProbe<String> never = PublisherProbe.of(Flux.never());
			CompletableFuture<List<String>> stage = call(list(never.flux()));
			never.assertWasNotCancelled();
			assertThat(stage.cancel(true)).isTrue();
			never.assertWasCancelled();
		}

		@Test
		void c5CancellingTheStageCancelsASubscriptionThatArrivesLater() throws Exception {
			LateSource source = new LateSource();
			CompletableFuture<String> stage = call(mono(source));
			stage.cancel(true);
			ProbedSubscription subscription = source.handOutSubscription();
			assertThat(subscription.cancelled()).isOne();
			assertThat(subscription.requested()).isZero();
		}

		@Test
		void failureThatOthersGiveTheStageCancelsTheSubscription() throws Exception {
			PublisherProbe<String> never = PublisherProbe.of(Mono.never());
			call(mono(never.mono())).completeExceptionally(new IllegalStateException("expected"));
			never.assertWasCancelled();
		}

		@Test
		void subscriptionThatHasEndedIsNotCancelled() throws Exception {
			PublisherProbe<String> value = PublisherProbe.of(Mono.just("value"));
			PublisherProbe<String> empty = PublisherProbe.of(Mono.empty());
			PublisherProbe<String> error = PublisherProbe.of(Mono.error(new IllegalStateException("expected")));
			assertThat(call(mono(value.mono()))).isCompletedWithValue("value");
			assertThat(call(mono(empty.mono()))).isCompletedWithValue(null);
			assertThat(call(mono(error.mono()))).isCompletedExceptionally();
			value.assertWasNotCancelled();
			empty.assertWasNotCancelled();
			error.assertWasNotCancelled();
		}

		@Test
		void failureOfTheSubscriptionItselfFailsTheStage() throws Exception {
			RuntimeException failure = new IllegalStateException("expected");
			Mono<String> failing = Mono.fromDirect((subscriber) -> {
				throw failure;
			});
			assertThat(call(mono(failing))).failsWithin(Duration.ZERO)
				.withThrowableOfType(ExecutionException.class)
				.havingCause()
				.isSameAs(failure);
		}

		@Test
		void nullIsRefusedByName() {
			assertThatNullPointerException().isThrownBy(() -> mono(null)).withMessage("mono");
			assertThatNullPointerException().isThrownBy(() -> list(null)).withMessage("publisher");
			assertThatNullPointerException().isThrownBy(() -> first(null)).withMessage("publisher");
		}

	}

	@Nested
	class LateResults {

		private final Queue<Object> discarded = new ConcurrentLinkedQueue<>();

		private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
			.onDiscard(this.discarded::add)
			.build();

		private final ExecutorService foreign = Executors.newCachedThreadPool();

		@AfterEach
		void close() {
			this.runner.close();
			this.foreign.shutdownNow();
		}

		@Test
		void c11ValueThatComesAfterTheCancellationIsDiscarded() {
			LateSource source = new LateSource();
			CompletableFuture<String> call = this.runner.submit(mono(source));
			source.handOutSubscription();
			settle();
			call.cancel(true);
			source.signal((subscriber) -> subscriber.onNext("late"));
			assertThat(this.discarded).containsExactly("late");
			assertThat(call).isCancelled();
		}

		@Test
		void c11FailureThatComesAfterTheCancellationChangesNothing() {
			LateSource source = new LateSource();
			CompletableFuture<String> call = this.runner.submit(mono(source));
			source.handOutSubscription();
			settle();
			call.cancel(true);
			source.signal((subscriber) -> subscriber.onError(new IllegalStateException("expected")));
			assertThat(this.discarded).isEmpty();
			assertThatExceptionOfType(CancellationException.class).isThrownBy(call::join);
		}

		@Test
		void c11WhatAListHasCollectedUntilTheCancellationIsDiscarded() {
			Sinks.Many<String> sink = Sinks.many().unicast().onBackpressureBuffer();
			CompletableFuture<List<String>> call = this.runner.submit(list(sink.asFlux()));
			sink.tryEmitNext("collected");
			settle();
			call.cancel(true);
			assertThat(this.discarded).containsExactly("collected");
		}

		private void settle() {
			this.runner.run(() -> CompletableFuture.completedFuture(null));
		}

		@ParameterizedTest
		@EnumSource
		void c11PoolLeaksNothingWhateverRaces(Form form) {
			Pool pool = new Pool(this.foreign, form.connections);
			int received = 0;
			for (int round = 0; round < 3_000; round++) {
				Duration limit = Duration.ofNanos(1 + ThreadLocalRandom.current().nextInt(300_000));
				try {
					received += form.read.apply(this.runner, pool, limit);
				}
				catch (RunTimeoutException ex) {
					assertThat(ex.getLimit()).isEqualTo(limit);
				}
			}
			int all = received;
			await().untilAsserted(() -> assertThat(all + this.discarded.size()).isEqualTo(pool.handedOut.get()));
			assertThat(this.discarded).doesNotHaveDuplicates();
		}

		enum Form {

			MONO(1, (runner, pool, limit) -> (runner.run(mono(Mono.fromDirect(pool)), limit) != null) ? 1 : 0),

			FIRST(1, (runner, pool, limit) -> (runner.run(first(pool), limit) != null) ? 1 : 0),

			LIST(5, (runner, pool, limit) -> runner.run(list(pool), limit).size()),

			GATHER(1,
					(runner, pool,
							limit) -> (int) runner
								.gather(List.of(first(pool), first(pool)), RunOptions.defaults().timeout(limit))
								.stream()
								.filter(Objects::nonNull)
								.count()),

			STREAM(5, (runner, pool, limit) -> {
				AtomicInteger read = new AtomicInteger();
				try (Stream<Object> stream = stream(runner, pool, RunOptions.defaults().timeout(limit))) {
					stream.limit(3).forEach((connection) -> read.incrementAndGet());
				}
				catch (RunTimeoutException ex) {
					return read.get();
				}
				return read.get();
			});

			private final int connections;

			private final Read read;

			Form(int connections, Read read) {
				this.connections = connections;
				this.read = read;
			}

			/**
			 * Returns how many connections came of it.
			 */
			interface Read {

				int apply(EventLoopThreadRunner runner, Pool pool, Duration limit);

			}

		}

		/**
		 * Hands out connections on other threads, to whoever has not been seen to cancel.
		 */
		static final class Pool implements Publisher<Object> {

			private final Executor executor;

			private final int connections;

			private final AtomicInteger handedOut = new AtomicInteger();

			Pool(Executor executor, int connections) {
				this.executor = executor;
				this.connections = connections;
			}

			@Override
			public void subscribe(Subscriber<? super Object> subscriber) {
				this.executor.execute(() -> {
					ProbedSubscription subscription = new ProbedSubscription();
					subscriber.onSubscribe(subscription);
					for (int i = 0; i < this.connections && subscription.cancelled() == 0; i++) {
						this.handedOut.incrementAndGet();
						subscriber.onNext(new Object());
					}
					subscriber.onComplete();
				});
			}

		}

	}

	@Nested
	class Context {

		private static final ThreadLocal<String> tenant = new ThreadLocal<>();

		private final AsyncCallable<String> tenantInContext = mono(
				Mono.deferContextual((context) -> Mono.just(context.getOrDefault("tenant", "none"))));

		Context() {
			ContextRegistry.getInstance().registerThreadLocalAccessor("tenant", tenant);
		}

		@AfterEach
		void reset() {
			tenant.remove();
			ContextRegistry.getInstance().removeThreadLocalAccessor("tenant");
			Hooks.disableAutomaticContextPropagation();
		}

		@Test
		void c8ThreadLocalsOfTheCallAreInTheContext() throws Exception {
			tenant.set("acme");
			assertThat(call(this.tenantInContext)).isCompletedWithValue("acme");
			assertThat(call(list(Flux.deferContextual((context) -> Flux.just(context.<String>get("tenant"))))))
				.isCompletedWithValue(List.of("acme"));
		}

		@Test
		void c8SharedTaskTakesNoContextFromOneCallToAnother() throws Exception {
			tenant.set("acme");
			AsyncCallable<String> shared = mono(
					Mono.deferContextual((context) -> Mono.just(context.getOrDefault("tenant", "none"))));
			assertThat(call(shared)).isCompletedWithValue("acme");
			tenant.set("globex");
			assertThat(call(shared)).isCompletedWithValue("globex");
			tenant.remove();
			assertThat(call(shared)).isCompletedWithValue("none");
		}

		@Test
		void c8ThreadLocalsThatAreSetOnTheLoopAreInTheContext() {
			try (EventLoopThreadRunner runner = EventLoopThreadRunner.create()) {
				assertThat(runner.run(() -> {
					tenant.set("acme");
					try {
						return this.tenantInContext.call();
					}
					finally {
						tenant.remove();
					}
				})).isEqualTo("acme");
			}
		}

		@Test
		void c8ThreadLocalsAreRestoredOnForeignThreadsWhereReactorIsToldTo() throws Exception {
			Hooks.enableAutomaticContextPropagation();
			Mono<String> elsewhere = Mono.create((sink) -> new Thread(() -> sink.success("value")).start());
			AsyncCallable<String> task = mono(elsewhere.map((value) -> value + " of " + tenant.get()));
			tenant.set("acme");
			assertThat(call(task).get(30, TimeUnit.SECONDS)).isEqualTo("value of acme");
		}

	}

	/**
	 * A source that leaves to the test when it hands out its subscription.
	 */
	private static final class LateSource extends Mono<String> {

		private final AtomicReference<CoreSubscriber<? super String>> subscriber = new AtomicReference<>();

		@Override
		public void subscribe(CoreSubscriber<? super String> actual) {
			this.subscriber.set(actual);
		}

		ProbedSubscription handOutSubscription() {
			ProbedSubscription subscription = new ProbedSubscription();
			signal((subscriber) -> subscriber.onSubscribe(subscription));
			return subscription;
		}

		void signal(Consumer<CoreSubscriber<? super String>> signal) {
			await().until(() -> this.subscriber.get() != null);
			signal.accept(this.subscriber.get());
		}

	}

	private static final class ProbedSubscription implements Subscription {

		private final AtomicInteger cancelled = new AtomicInteger();

		private final AtomicLong requested = new AtomicLong();

		@Override
		public void request(long count) {
			this.requested.addAndGet(count);
		}

		@Override
		public void cancel() {
			this.cancelled.incrementAndGet();
		}

		int cancelled() {
			return this.cancelled.get();
		}

		long requested() {
			return this.requested.get();
		}

	}

}
