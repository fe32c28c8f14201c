package io.palitra;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.palitra.Runners.OnLoop;
import io.palitra.spi.LateResultSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

@DisplayName("publishers as tasks")
@Tag("start-on")
class PublisherTasksTests {

	private final List<Object> discarded = new CopyOnWriteArrayList<>();

	private final EventLoopThreadRunner runner = Runners.builder()
		.name("publishers")
		.onDiscard(this.discarded::add)
		.shutdownGrace(Duration.ZERO)
		.build();

	private final ExecutorService foreign = Executors.newCachedThreadPool(Support::daemon);

	@AfterEach
	void close() {
		this.runner.close();
		this.foreign.shutdownNow();
	}

	@Test
	void resultsAreTheElements() {
		int one = this.runner.run(PublisherTasks.one(Source.of(1)));
		int first = this.runner.run(PublisherTasks.first(Source.of(1, 2)));
		assertThat(List.of(one, first)).containsExactly(1, 1);
		assertThat(this.runner.run(PublisherTasks.list(Source.of(1, 2, 3)))).containsExactly(1, 2, 3);
		assertThat(this.runner.<Object>run(PublisherTasks.one(Source.of()))).isNull();
		assertThat(this.runner.<Object>run(PublisherTasks.first(Source.of()))).isNull();
		assertThat(this.runner.run(PublisherTasks.list(Source.of()))).isEmpty();
		assertThat(this.runner.gather(PublisherTasks.one(Source.of(1)), PublisherTasks.one(Source.of(2))))
			.containsExactly(1, 2);
		assertThat(this.discarded).isEmpty();
	}

	@OnLoop
	@ParameterizedTest
	@EnumSource
	void eachCallSubscribesAnewOnTheLoop(Form form) {
		List<Thread> subscribed = new CopyOnWriteArrayList<>();
		AsyncCallable<?> task = form.task((subscriber) -> {
			subscribed.add(Thread.currentThread());
			Source.of(1).subscribe(subscriber);
		});
		this.runner.run(task);
		this.runner.run(task);
		Thread loop = Support.threadOf(this.runner);
		assertThat(subscribed).containsExactly(loop, loop);
	}

	@Test
	void listIsTheCallersAndCanBeReadWithoutThisLibrary() throws Exception {
		List<Integer> list = this.runner.run(PublisherTasks.list(Source.of(1)));
		list.add(2);
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
			out.writeObject(list);
		}
		Object read = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
		assertThat(read.getClass()).isEqualTo(ArrayList.class);
		assertThat(read).isEqualTo(List.of(1, 2));
	}

	@Test
	void onlyAFirstElementCancelsTheSubscription() {
		Source<Integer> one = Source.of(1);
		Source<Integer> first = Source.of(1, 2);
		Source<Integer> list = Source.of(1);
		this.runner.run(PublisherTasks.one(one));
		this.runner.run(PublisherTasks.first(first));
		this.runner.run(PublisherTasks.list(list));
		assertThat(List.of(one.cancelled, first.cancelled, list.cancelled)).map(AtomicInteger::get)
			.containsExactly(0, 1, 0);
		assertThat(first.requested).hasValue(1);
	}

	@ParameterizedTest
	@EnumSource
	void failureIsThrownAndNothingIsCancelledAfterItC3(Form form) {
		IllegalStateException failure = new IllegalStateException("expected");
		Source<Integer> source = new Source<>((subscriber) -> subscriber.onError(failure));
		assertThatIllegalStateException().isThrownBy(() -> this.runner.run(form.task(source))).isSameAs(failure);
		assertThat(source.cancelled).hasValue(0);
		IOException checked = new IOException("expected");
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> this.runner
				.runChecked(form.task(new Source<>((subscriber) -> subscriber.onError(checked))), IOException.class))
			.isSameAs(checked);
	}

	@ParameterizedTest
	@EnumSource
	void publisherThatBreaksTheRulesFailsTheCall(Form form) {
		IllegalStateException failure = new IllegalStateException("expected");
		assertThatIllegalStateException().isThrownBy(() -> this.runner.run(form.task((subscriber) -> {
			throw failure;
		}))).isSameAs(failure);
		Source<Integer> requesting = new Source<>((subscriber) -> {
			throw failure;
		});
		assertThatIllegalStateException().isThrownBy(() -> this.runner.run(form.task(requesting))).isSameAs(failure);
		assertThat(requesting.cancelled).hasValue(1);
		for (Consumer<Flow.Subscriber<? super Integer>> signal : List.<Consumer<Flow.Subscriber<? super Integer>>>of(
				(subscriber) -> subscriber.onSubscribe(null), (subscriber) -> subscriber.onNext(null),
				(subscriber) -> subscriber.onError(null))) {
			assertThatNullPointerException().isThrownBy(() -> this.runner.run(form
				.task((subscriber) -> CompletableFuture.runAsync(() -> signal.accept(subscriber), this.foreign))));
		}
	}

	@ParameterizedTest
	@EnumSource
	void timeoutCancelsTheSubscriptionC5(Form form) {
		Support.timeoutWhileRunning(this.runner, (limit) -> {
			Source<Integer> silent = new Source<>((subscriber) -> {
			});
			try {
				return this.runner.run(form.task(silent), limit);
			}
			catch (RunTimeoutException ex) {
				if (ex.getPhase() == RunPhase.RUNNING) {
					Support.settle(this.runner);
					assertThat(silent.cancelled).hasValue(1);
				}
				throw ex;
			}
		});
	}

	@ParameterizedTest
	@EnumSource
	void cancellationThatThrowsHidesNothingC3(Form form) {
		IllegalStateException failure = new IllegalStateException("cancel");
		Source<Integer> deaf = new Source<>((subscriber) -> {
		}) {

			@Override
			void cancel() {
				throw failure;
			}

		};
		try (Logs logs = Logs.capture()) {
			CompletableFuture<?> call = this.runner.submit(form.task(deaf));
			Support.eventually().until(() -> deaf.subscriber != null);
			Support.settle(this.runner);
			call.cancel(true);
			assertThat(call).isCancelled();
			assertThat(logs.thrown()).containsExactly(failure);
		}
	}

	@ParameterizedTest
	@EnumSource
	void elementsThatComeAfterTheCancellationAreDiscardedC11(Form form) {
		Source<Integer> stubborn = new Source<>((subscriber) -> {
		});
		CompletableFuture<?> call = this.runner.submit(form.task(stubborn));
		Support.eventually().until(() -> stubborn.subscriber != null);
		Support.settle(this.runner);
		call.cancel(true);
		stubborn.subscriber.onNext(1);
		stubborn.subscriber.onNext(2);
		stubborn.subscriber.onComplete();
		assertThat(this.discarded).containsExactly(1, 2);
		assertThat(this.runner.snapshot().discarded()).isEqualTo(2);
	}

	@Test
	void elementsCollectedUntilTheCancellationAreDiscardedC11() {
		Source<Integer> silent = new Source<>((subscriber) -> {
			subscriber.onNext(1);
			subscriber.onNext(2);
		});
		CompletableFuture<?> call = this.runner.submit(PublisherTasks.list(silent));
		Support.eventually().until(() -> silent.subscriber != null);
		Support.settle(this.runner);
		assertThat(this.discarded).isEmpty();
		call.cancel(true);
		assertThat(this.discarded).containsExactly(1, 2);
		silent.subscriber.onNext(3);
		assertThat(this.discarded).containsExactly(1, 2, 3);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void elementsCollectedUntilAFailureAreDiscardedC11(boolean inGather) {
		IllegalStateException failure = new IllegalStateException("expected");
		AsyncCallable<List<Integer>> task = PublisherTasks.list(new Source<>((subscriber) -> {
			subscriber.onNext(1);
			subscriber.onNext(2);
			subscriber.onError(failure);
		}));
		assertThatIllegalStateException().isThrownBy(() -> {
			if (inGather) {
				this.runner.gather(task);
			}
			else {
				this.runner.run(task);
			}
		}).isSameAs(failure);
		assertThat(this.discarded).containsExactly(1, 2);
	}

	@Test
	void elementsAfterTheOnlyOneAreDiscardedC11() {
		Source<Integer> several = new Source<>((subscriber) -> List.of(1, 2, 3).forEach(subscriber::onNext));
		assertThat(this.runner.<Integer>run(PublisherTasks.one(several))).isEqualTo(1);
		assertThat(several.cancelled).hasValue(1);
		assertThat(this.discarded).containsExactly(2, 3);
	}

	@Test
	void listOfAGatherThatFailsIsDiscardedElementByElementC11() {
		CompletableFuture<Object> failing = new CompletableFuture<>();
		Source<Integer> source = new Source<>((subscriber) -> {
			subscriber.onNext(1);
			subscriber.onNext(2);
			subscriber.onComplete();
			failing.completeExceptionally(new IllegalStateException("expected"));
		});
		assertThatIllegalStateException()
			.isThrownBy(() -> this.runner.<Object>gather(PublisherTasks.list(source), () -> failing));
		Support.settle(this.runner);
		assertThat(this.discarded).containsExactly(1, 2);
	}

	@Test
	void handlerGetsWhatWasLateBeforeItWasRegistered() throws Exception {
		Source<Integer> several = new Source<>((subscriber) -> List.of(1, 2, 3).forEach(subscriber::onNext));
		LateResultSource stage = (LateResultSource) PublisherTasks.one(several).call();
		List<Object> first = new ArrayList<>();
		List<Object> second = new ArrayList<>();
		stage.onLateResult(first::add);
		assertThat(first).containsExactly(2, 3);
		stage.onLateResult(second::add);
		several.subscriber.onNext(4);
		assertThat(first).containsExactly(2, 3);
		assertThat(second).containsExactly(4);
	}

	@ParameterizedTest
	@EnumSource
	void poolLeaksNothingWhateverRacesC11(Form form) {
		AtomicInteger handedOut = new AtomicInteger();
		AtomicInteger received = new AtomicInteger();
		for (int round = 0; round < 3_000; round++) {
			Flow.Publisher<Object> pool = (subscriber) -> this.foreign.execute(() -> {
				Source<Object> source = new Source<>((subscribing) -> {
				});
				source.subscribe(subscriber);
				for (int i = 0; i < form.elements && source.cancelled.get() == 0; i++) {
					handedOut.incrementAndGet();
					subscriber.onNext(new Object());
				}
				subscriber.onComplete();
			});
			try {
				Object result = this.runner.run(form.task(pool),
						Duration.ofNanos(1 + ThreadLocalRandom.current().nextInt(200_000)));
				received.addAndGet((result instanceof List<?> list) ? list.size() : (result != null) ? 1 : 0);
			}
			catch (RunTimeoutException ex) {
				assertThat(ex.getPhase()).isNotNull();
			}
		}
		Support.eventually()
			.untilAsserted(() -> assertThat(received.get() + this.discarded.size()).isEqualTo(handedOut.get()));
		assertThat(this.discarded).doesNotHaveDuplicates();
	}

	@Test
	void nullIsRefused() {
		assertThatNullPointerException().isThrownBy(() -> PublisherTasks.one(null)).withMessage("publisher");
		assertThatNullPointerException().isThrownBy(() -> PublisherTasks.first(null)).withMessage("publisher");
		assertThatNullPointerException().isThrownBy(() -> PublisherTasks.list(null)).withMessage("publisher");
	}

	enum Form {

		ONE(1, PublisherTasks::one), FIRST(1, PublisherTasks::first), LIST(5, PublisherTasks::list);

		private final int elements;

		private final Function<Flow.Publisher<Object>, AsyncCallable<?>> maker;

		Form(int elements, Function<Flow.Publisher<Object>, AsyncCallable<?>> maker) {
			this.elements = elements;
			this.maker = maker;
		}

		@SuppressWarnings("unchecked")
		<T> AsyncCallable<Object> task(Flow.Publisher<T> publisher) {
			return (AsyncCallable<Object>) this.maker.apply((Flow.Publisher<Object>) publisher);
		}

	}

	/**
	 * Does as it is told when the first element is asked for.
	 */
	private static class Source<T> implements Flow.Publisher<T> {

		final AtomicInteger cancelled = new AtomicInteger();

		final AtomicInteger requested = new AtomicInteger();

		private final Consumer<Flow.Subscriber<? super T>> onRequest;

		volatile Flow.Subscriber<? super T> subscriber;

		Source(Consumer<Flow.Subscriber<? super T>> onRequest) {
			this.onRequest = onRequest;
		}

		/**
		 * Returns one that heeds what it is asked for.
		 */
		@SafeVarargs
		@SuppressWarnings("varargs")
		static <T> Source<T> of(T... elements) {
			AtomicReference<Source<T>> self = new AtomicReference<>();
			self.set(new Source<>((subscriber) -> {
				for (int i = 0; i < Math.min(elements.length, self.get().requested.get()); i++) {
					subscriber.onNext(elements[i]);
				}
				if (self.get().cancelled.get() == 0) {
					subscriber.onComplete();
				}
			}));
			return self.get();
		}

		@Override
		public void subscribe(Flow.Subscriber<? super T> subscriber) {
			this.subscriber = subscriber;
			subscriber.onSubscribe(new Flow.Subscription() {

				@Override
				public void request(long n) {
					Source.this.requested.set((int) Math.min(n, Integer.MAX_VALUE));
					Source.this.onRequest.accept(subscriber);
				}

				@Override
				public void cancel() {
					Source.this.cancel();
				}

			});
		}

		void cancel() {
			this.cancelled.incrementAndGet();
		}

	}

}
