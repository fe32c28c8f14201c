package io.palitra.reactor;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.micrometer.context.ContextRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
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
import io.palitra.RunTimeoutException;

import static io.palitra.reactor.ReactorTasks.list;
import static io.palitra.reactor.ReactorTasks.mono;
import static io.palitra.reactor.ReactorTasks.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
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
		void streamNeedsARunnerAndAFluxC1() {
			assertThatNullPointerException().isThrownBy(() -> stream(null, Flux.empty())).withMessage("runner");
			assertThatNullPointerException().isThrownBy(() -> stream(this.runner, null)).withMessage("flux");
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
			assertThatNullPointerException().isThrownBy(() -> list(null)).withMessage("flux");
		}

	}

	@Nested
	class AfterACancellation {

		private final BlockingQueue<Object> dropped = new LinkedBlockingQueue<>();

		@AfterEach
		void resetHooks() {
			Hooks.resetOnNextDropped();
			Hooks.resetOnErrorDropped();
		}

		@Test
		void c11ValueIsDroppedAsReactorDropsIt() throws Exception {
			Hooks.onNextDropped(this.dropped::add);
			LateSource source = new LateSource();
			CompletableFuture<String> stage = call(mono(source));
			source.handOutSubscription();
			stage.cancel(true);
			source.signal((subscriber) -> subscriber.onNext("late"));
			assertThat(this.dropped).containsExactly("late");
			assertThat(stage).isCancelled();
		}

		@Test
		void c11FailureIsDroppedAsReactorDropsIt() throws Exception {
			Hooks.onErrorDropped(this.dropped::add);
			LateSource source = new LateSource();
			CompletableFuture<String> stage = call(mono(source));
			source.handOutSubscription();
			stage.cancel(true);
			RuntimeException failure = new IllegalStateException("expected");
			source.signal((subscriber) -> subscriber.onError(failure));
			assertThat(this.dropped).containsExactly(failure);
			assertThatExceptionOfType(CancellationException.class).isThrownBy(stage::join);
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
			signal.accept(this.subscriber.get());
		}

	}

	private static final class ProbedSubscription implements Subscription {

		private int cancelled;

		private long requested;

		@Override
		public void request(long count) {
			this.requested += count;
		}

		@Override
		public void cancel() {
			this.cancelled++;
		}

		int cancelled() {
			return this.cancelled;
		}

		long requested() {
			return this.requested;
		}

	}

}
