package io.palitra;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.palitra.spi.BlockingDetector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

@DisplayName("C21 Streams")
class C21StreamTests {

	/**
	 * How many elements are requested ahead.
	 */
	private static final int PREFETCH = 32;

	private static final Duration FOREVER = Duration.ofHours(1);

	private final List<Object> discarded = new CopyOnWriteArrayList<>();

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
		.name("streams")
		.onDiscard(this.discarded::add)
		.shutdownGrace(Duration.ZERO)
		.build();

	private final ExecutorService foreign = Executors.newCachedThreadPool(Support::daemon);

	@AfterEach
	void close() {
		this.runner.close();
		this.foreign.shutdownNow();
	}

	// Elements

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 15, 16, 17, 31, 32, 33, 64, 20_000 })
	void allElementsAreReadInTheirOrder(int count) {
		SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>(this.foreign, 64);
		this.foreign.execute(() -> {
			Support.eventually().until(publisher::hasSubscribers);
			IntStream.range(0, count).forEach(publisher::submit);
			publisher.close();
		});
		try (Stream<Integer> stream = this.runner.stream(publisher)) {
			assertThat(stream.toList()).isEqualTo(IntStream.range(0, count).boxed().toList());
		}
		assertThat(this.discarded).isEmpty();
	}

	@Test
	void elementsOfASynchronousPublisherAreRead() {
		Numbers numbers = new Numbers(100);
		try (Stream<Integer> stream = this.runner.stream(numbers)) {
			assertThat(stream.mapToInt(Integer::intValue).sum()).isEqualTo(4950);
		}
	}

	@Test
	void streamMayBeReadInParallel() {
		try (Stream<Integer> stream = this.runner.stream(new Numbers(3_000))) {
			assertThat(stream.parallel().mapToInt(Integer::intValue).sum()).isEqualTo(3_000 * 2_999 / 2);
		}
	}

	@Test
	void streamMayBeReadOnAVirtualThread() {
		Owner<Long> owner = Owner.start(Support.virtualThreads(),
				() -> this.runner.stream(new Numbers(100)).mapToLong(Integer::longValue).sum());
		assertThat(owner.value()).isEqualTo(4950);
	}

	@Test
	void streamsOfOnePublisherAreIndependent() {
		Numbers numbers = new Numbers(Integer.MAX_VALUE);
		try (Stream<Integer> first = this.runner.stream(numbers);
				Stream<Integer> second = this.runner.stream(numbers)) {
			Iterator<Integer> one = first.iterator();
			Iterator<Integer> two = second.iterator();
			assertThat(List.of(one.next(), two.next(), two.next(), one.next(), two.next())).containsExactly(0, 0, 1, 1,
					2);
		}
		assertThat(numbers.cancelled).hasValue(2);
	}

	// Back-pressure

	@Test
	void neverMoreThanThePrefetchIsRequestedAhead() {
		Numbers numbers = new Numbers(Integer.MAX_VALUE);
		List<Integer> read = new ArrayList<>();
		try (Stream<Integer> stream = this.runner.stream(numbers)) {
			Iterator<Integer> iterator = stream.iterator();
			for (int i = 0; i < 1_000; i++) {
				assertThat(iterator.hasNext()).isTrue();
				// One may be on its way through the iterator
				assertThat(numbers.requested.get() - read.size()).isBetween(1, PREFETCH + 1);
				read.add(iterator.next());
			}
		}
		Support.settle(this.runner);
		assertThat(read).isEqualTo(IntStream.range(0, 1_000).boxed().toList());
		assertThat(numbers.requested.get()).isBetween(1_000, 1_000 + PREFETCH + 1);
		assertThat(numbers.largestRequest).hasValueLessThanOrEqualTo(PREFETCH);
		assertThat(this.discarded).hasSize(numbers.sent.get() - 1_000).hasSizeLessThanOrEqualTo(PREFETCH);
	}

	@Test
	void slowReaderHoldsAFastPublisherBack() {
		SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>(this.foreign, 4);
		AtomicInteger submitted = new AtomicInteger();
		this.foreign.execute(() -> {
			Support.eventually().until(publisher::hasSubscribers);
			for (int i = 0; i < 10_000 && publisher.hasSubscribers(); i++) {
				publisher.submit(i);
				submitted.incrementAndGet();
			}
		});
		try (Stream<Integer> stream = this.runner.stream(publisher)) {
			assertThat(stream.iterator().next()).isZero();
			Support.eventually().until(() -> submitted.get() >= PREFETCH);
			// What it was asked for, its own buffer, and the one that waits
			assertThat(submitted.get()).isLessThanOrEqualTo(PREFETCH + 4 + 4);
		}
		publisher.close();
	}

	// Closing

	@Test
	void closingEarlyCancelsUpstreamOnce() {
		Numbers numbers = new Numbers(Integer.MAX_VALUE);
		Stream<Integer> stream = this.runner.stream(numbers);
		try (stream) {
			assertThat(stream.limit(3).toList()).containsExactly(0, 1, 2);
			assertThat(numbers.cancelled).hasValue(0);
		}
		assertThat(numbers.cancelled).hasValue(1);
		stream.close();
		assertThat(numbers.cancelled).hasValue(1);
		// The loop may still be sending what it was asked for
		Support.settle(this.runner);
		assertThat(this.discarded).containsExactlyInAnyOrderElementsOf(
				IntStream.range(3, numbers.sent.get()).<Object>mapToObj(Integer::valueOf).toList());
	}

	@Test
	void streamClosedBeforeItIsReadNeverSubscribes() {
		Numbers numbers = new Numbers(1);
		Stream<Integer> stream = this.runner.stream(numbers);
		stream.close();
		Support.settle(this.runner);
		assertThat(numbers.subscribed).isEmpty();
	}

	@Test
	void streamClosedBeforeTheLoopGetsToSubscribeNeverSubscribes() {
		Numbers numbers = new Numbers(1);
		Stream<Integer> stream = this.runner.stream(numbers);
		Owner<Object> reader;
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			reader = Owner.parked(() -> stream.iterator().next());
			stream.close();
			assertThat(reader.failure()).isInstanceOf(CancellationException.class);
		}
		Support.settle(this.runner);
		assertThat(numbers.subscribed).isEmpty();
	}

	@Test
	void closeByAnotherThreadReleasesTheReader() {
		Silent silent = new Silent();
		Stream<Integer> stream = this.runner.stream(silent);
		Owner<Object> reader = Owner.parked(() -> stream.iterator().next());
		Support.eventually().until(() -> silent.requested.get() > 0);
		stream.close();
		assertThat(reader.failure()).isInstanceOf(CancellationException.class);
		assertThat(silent.cancelled).hasValue(1);
	}

	@Test
	void readingAfterTheCloseIsToldSo() {
		Stream<Integer> stream = this.runner.stream(new Numbers(Integer.MAX_VALUE));
		Iterator<Integer> iterator = stream.iterator();
		assertThat(iterator.next()).isZero();
		stream.close();
		assertThatExceptionOfType(CancellationException.class).isThrownBy(iterator::hasNext)
			.withMessageContaining("closed");
	}

	@Test
	void subscriptionThatArrivesAfterTheEndIsCancelled() {
		AtomicReference<Flow.Subscriber<? super Integer>> subscriber = new AtomicReference<>();
		Flow.Publisher<Integer> publisher = subscriber::set;
		Stream<Integer> stream = this.runner.stream(publisher);
		Owner<Integer> reader = Owner.parked(() -> stream.iterator().next());
		Support.eventually().until(() -> subscriber.get() != null);
		stream.close();
		assertThat(reader.failure()).isInstanceOf(CancellationException.class);
		Silent late = new Silent();
		subscriber.get().onSubscribe(late);
		assertThat(late.cancelled).hasValue(1);
		assertThat(late.requested).hasValue(0);
		subscriber.get().onNext(1);
		subscriber.get().onComplete();
		assertThat(this.discarded).containsExactly(1);
	}

	@Test
	void secondSubscriptionIsCancelled() {
		Silent second = new Silent();
		Numbers numbers = new Numbers(3);
		try (Stream<Integer> stream = this.runner.stream((subscriber) -> {
			numbers.subscribe(subscriber);
			subscriber.onSubscribe(second);
		})) {
			assertThat(stream.toList()).containsExactly(0, 1, 2);
		}
		Support.settle(this.runner);
		assertThat(second.cancelled).hasValue(1);
		assertThat(second.requested).hasValue(0);
	}

	@Test
	void everyElementIsEitherReadOrDiscardedOnceWhateverRaces() {
		int rounds = 600;
		for (int round = 0; round < rounds; round++) {
			List<Same> sent = IntStream.range(0, 6).mapToObj((i) -> new Same()).toList();
			AtomicReference<Flow.Subscriber<? super Same>> subscriber = new AtomicReference<>();
			Stream<Same> stream = this.runner.stream((subscribing) -> {
				subscribing.onSubscribe(new Silent());
				subscribing.onNext(sent.get(0));
				subscriber.set(subscribing);
			});
			Iterator<Same> iterator = stream.iterator();
			iterator.next().seen();
			Support.eventually().until(() -> subscriber.get() != null);
			CountDownLatch sending = new CountDownLatch(1);
			Future<?> publishing = this.foreign.submit(() -> {
				sending.countDown();
				sent.subList(1, 6).forEach(subscriber.get()::onNext);
			});
			Support.await(sending);
			for (int spin = 0; spin < round % 100; spin++) {
				Thread.onSpinWait();
			}
			stream.close();
			Support.get(publishing);
			this.discarded.forEach((same) -> ((Same) same).seen());
			this.discarded.clear();
			assertThat(sent).extracting((same) -> same.seen.get()).containsOnly(1);
		}
	}

	// Failures

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 5, 20 })
	void failureSurfacesAfterTheElementsBeforeIt(int before) {
		IllegalStateException failure = new IllegalStateException("middle");
		List<Integer> read = new ArrayList<>();
		try (Stream<Integer> stream = this.runner.stream(failing(before, failure))) {
			assertThatIllegalStateException().isThrownBy(() -> stream.forEach(read::add)).isSameAs(failure);
		}
		assertThat(read).isEqualTo(IntStream.range(0, before).boxed().toList());
		assertThat(failure.getSuppressed()).singleElement().isInstanceOfSatisfying(RunCallSite.class, (site) -> {
			assertThat(site.getRunnerName()).isEqualTo("streams");
			assertThat(site.getStackTrace()).extracting(StackTraceElement::getMethodName)
				.contains("failureSurfacesAfterTheElementsBeforeIt");
		});
		assertThat(this.discarded).isEmpty();
	}

	@Test
	void errorSurfacesAsTheSameInstance() {
		Error error = new AssertionError("middle");
		try (Stream<Integer> stream = this.runner.stream(failing(2, error))) {
			assertThat(catchThrowable(stream::toList)).isSameAs(error);
		}
	}

	@Test
	void checkedFailureIsWrapped() {
		IOException failure = new IOException("middle");
		try (Stream<Integer> stream = this.runner.stream(failing(2, failure), RunOptions.defaults().name("rows"))) {
			assertThatExceptionOfType(CompletionException.class).isThrownBy(stream::toList).withCause(failure);
		}
		assertThat(failure.getSuppressed()).singleElement()
			.isInstanceOfSatisfying(RunCallSite.class, (site) -> assertThat(site.getTaskName()).isEqualTo("rows"));
	}

	@Test
	void failureIsThrownAgainToWhoReadsAgain() {
		IllegalStateException failure = new IllegalStateException("middle");
		try (Stream<Integer> stream = this.runner.stream(failing(0, failure))) {
			Iterator<Integer> iterator = stream.iterator();
			assertThatIllegalStateException().isThrownBy(iterator::hasNext).isSameAs(failure);
			assertThatIllegalStateException().isThrownBy(iterator::hasNext).isSameAs(failure);
		}
		assertThat(failure.getSuppressed()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void publisherThatThrowsInSubscribeFailsTheRead(boolean afterOnSubscribe) {
		IllegalStateException failure = new IllegalStateException("subscribe");
		Silent silent = new Silent();
		try (Stream<Integer> stream = this.runner.stream((subscriber) -> {
			if (afterOnSubscribe) {
				subscriber.onSubscribe(silent);
			}
			throw failure;
		})) {
			assertThatIllegalStateException().isThrownBy(stream::toList).isSameAs(failure);
		}
		assertThat(silent.cancelled).hasValue(afterOnSubscribe ? 1 : 0);
		assertThat(this.runner.run(Support.value("next"))).isEqualTo("next");
	}

	@Test
	void publisherThatThrowsAnErrorInSubscribeFailsTheRead() {
		Error error = new LinkageError("subscribe");
		try (Stream<Integer> stream = this.runner.stream((subscriber) -> {
			throw error;
		})) {
			assertThat(catchThrowable(stream::toList)).isSameAs(error);
		}
	}

	@Test
	void publisherThatSendsMoreThanItWasAskedForFailsTheReadAfterWhatItWasAskedFor() {
		Silent flood = new Silent() {

			@Override
			public String toString() {
				throw new IllegalStateException("toString");
			}

			@Override
			void started(Flow.Subscriber<? super Integer> subscriber) {
				IntStream.range(0, 40).forEach(subscriber::onNext);
			}

		};
		List<Integer> read = new ArrayList<>();
		try (Stream<Integer> stream = this.runner.stream(flood)) {
			Iterator<Integer> iterator = stream.iterator();
			assertThatIllegalStateException().isThrownBy(() -> iterator.forEachRemaining((element) -> {
				// Not before all have been sent
				Support.eventually().until(() -> flood.cancelled.get() > 0);
				read.add(element);
			})).withMessageContaining(flood.getClass().getName()).withMessageContaining("32");
		}
		assertThat(flood.cancelled).hasValue(1);
		// It is told to stop before it has sent the last.
		Support.settle(this.runner);
		List<Object> all = new ArrayList<>(read);
		all.addAll(this.discarded);
		assertThat(all)
			.containsExactlyInAnyOrderElementsOf(IntStream.range(0, 40).<Object>mapToObj(Integer::valueOf).toList());
		assertThat(read).startsWith(IntStream.range(0, PREFETCH).boxed().toArray(Integer[]::new));
	}

	@ParameterizedTest
	@ValueSource(strings = { "subscription", "item", "throwable" })
	void publisherThatSendsNullIsToldSoAndTheReaderToo(String signal) {
		AtomicReference<Flow.Subscriber<? super Integer>> subscriber = new AtomicReference<>();
		Flow.Publisher<Integer> publisher = subscriber::set;
		Silent silent = new Silent();
		Stream<Integer> stream = this.runner.stream(publisher);
		Owner<List<Integer>> reader = Owner.parked(stream::toList);
		Support.eventually().until(() -> subscriber.get() != null);
		assertThatNullPointerException().isThrownBy(() -> {
			switch (signal) {
				case "subscription" -> subscriber.get().onSubscribe(null);
				case "item" -> subscriber.get().onNext(null);
				default -> subscriber.get().onError(null);
			}
		}).withMessage(signal);
		assertThat(reader.failure()).isInstanceOf(NullPointerException.class).hasMessage(signal);
		subscriber.get().onSubscribe(silent);
		subscriber.get().onNext(1);
		assertThat(silent.cancelled).hasValue(1);
		assertThat(this.discarded).containsExactly(1);
	}

	@Test
	void publisherThatFailsAfterTheEndChangesNothing() {
		try (Stream<Integer> stream = this.runner.stream((subscriber) -> {
			new Numbers(2).subscribe(subscriber);
			subscriber.onError(new IllegalStateException("after the end"));
			subscriber.onComplete();
		})) {
			assertThat(stream.toList()).containsExactly(0, 1);
		}
	}

	// Publishers that break the rules

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void cancelThatThrowsHidesNoTimeoutAndLosesNoElementC3(boolean byTimeout) {
		IllegalStateException failure = new IllegalStateException("cancel");
		Silent silent = new Silent() {

			@Override
			void started(Flow.Subscriber<? super Integer> subscriber) {
				IntStream.range(0, byTimeout ? 1 : 5).forEach(subscriber::onNext);
			}

			@Override
			public void cancel() {
				super.cancel();
				throw failure;
			}

		};
		try (Logs logs = Logs.capture()) {
			Stream<Integer> stream = this.runner.stream(silent, limit(byTimeout ? Support.UNHURRIED : FOREVER));
			Iterator<Integer> iterator = stream.iterator();
			assertThat(iterator.next()).isZero();
			if (byTimeout) {
				assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(iterator::hasNext);
			}
			Support.settle(this.runner);
			stream.close();
			assertThat(silent.cancelled).hasValue(1);
			assertThat(this.discarded).isEqualTo(byTimeout ? List.of() : List.of(1, 2, 3, 4));
			assertThat(logs.thrown()).containsExactly(failure);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void requestThatThrowsFailsTheReadAfterTheElementsBefore(int failing) {
		IllegalStateException failure = new IllegalStateException("request");
		Silent silent = new Silent() {

			private int requests;

			@Override
			public void request(long n) {
				if (++this.requests == failing) {
					throw failure;
				}
				IntStream.range(0, PREFETCH).forEach(this.subscriber.get()::onNext);
			}

		};
		List<Integer> read = new ArrayList<>();
		try (Stream<Integer> stream = this.runner.stream(silent)) {
			assertThatIllegalStateException().isThrownBy(() -> stream.forEach(read::add)).isSameAs(failure);
		}
		assertThat(silent.cancelled).hasValue(1);
		// The reader may come to the second request while the first still sends
		Support.eventually().untilAsserted(() -> {
			List<Object> all = new ArrayList<>(read);
			all.addAll(this.discarded);
			assertThat(all)
				.isEqualTo(IntStream.range(0, (failing - 1) * PREFETCH).<Object>mapToObj(Integer::valueOf).toList());
		});
	}

	@Test
	void requestThatThrowsOnAForeignThreadReleasesTheReader() {
		IllegalStateException failure = new IllegalStateException("request");
		Silent silent = new Silent() {

			@Override
			public void request(long n) {
				throw failure;
			}

		};
		try (Stream<Integer> stream = this.runner
			.stream((subscriber) -> this.foreign.execute(() -> silent.subscribe(subscriber)))) {
			assertThatIllegalStateException().isThrownBy(stream::toList).isSameAs(failure);
		}
	}

	@Test
	void overflowOnAForeignThreadReleasesTheReaderWhateverThePublisherThrows() {
		Silent flood = new Silent() {

			@Override
			public void subscribe(Flow.Subscriber<? super Integer> subscriber) {
				C21StreamTests.this.foreign.execute(() -> super.subscribe(subscriber));
			}

			@Override
			void started(Flow.Subscriber<? super Integer> subscriber) {
				IntStream.range(0, 2 * PREFETCH + 1).forEach(subscriber::onNext);
			}

			@Override
			public void cancel() {
				super.cancel();
				throw new IllegalStateException("cancel");
			}

			@Override
			public String toString() {
				throw new IllegalStateException("toString");
			}

		};
		List<Object> read = new ArrayList<>();
		try (Stream<Integer> stream = this.runner.stream(flood)) {
			Iterator<Integer> iterator = stream.iterator();
			assertThatIllegalStateException().isThrownBy(() -> iterator.forEachRemaining((element) -> {
				Support.eventually().until(() -> flood.cancelled.get() > 0);
				read.add(element);
			})).withMessageContaining("sent more than the 32 elements");
		}
		Support.eventually()
			.untilAsserted(() -> assertThat(Stream.concat(read.stream(), this.discarded.stream()))
				.containsExactlyInAnyOrderElementsOf(
						IntStream.range(0, 2 * PREFETCH + 1).<Object>mapToObj(Integer::valueOf).toList()));
	}

	@Test
	void elementThatComesWithTheEndIsReadOrDiscardedWhateverRaces() {
		for (int round = 0; round < 600; round++) {
			Same same = new Same();
			AtomicReference<Flow.Subscriber<? super Same>> subscriber = new AtomicReference<>();
			Future<?> sending = this.foreign.submit(() -> {
				Support.eventually().until(() -> subscriber.get() != null);
				subscriber.get().onNext(same);
			});
			Stream<Same> stream = this.runner.stream((subscribing) -> {
				subscribing.onSubscribe(new Silent());
				subscriber.set(subscribing);
				subscribing.onComplete();
			});
			stream.forEach(Same::seen);
			Support.get(sending);
			this.discarded.forEach((discarded) -> ((Same) discarded).seen());
			this.discarded.clear();
			assertThat(same.seen).hasValue(1);
		}
	}

	@Test
	void elementsBeforeAFailureAreReadInParallelToo() {
		IllegalStateException failure = new IllegalStateException("middle");
		List<Integer> read = new CopyOnWriteArrayList<>();
		try (Stream<Integer> stream = this.runner.stream(failing(20, failure))) {
			assertThatIllegalStateException().isThrownBy(() -> stream.parallel().forEach(read::add))
				.satisfies((ex) -> assertThat((ex == failure) ? ex : ex.getCause()).isSameAs(failure));
		}
		// Who reads in parallel gets the failure while others still read
		Support.eventually().untilAsserted(() -> {
			List<Object> all = new ArrayList<>(read);
			all.addAll(this.discarded);
			assertThat(all).containsExactlyInAnyOrderElementsOf(
					IntStream.range(0, 20).<Object>mapToObj(Integer::valueOf).toList());
		});
	}

	// After the end

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void nothingIsRequestedOrCancelledAfterThePublishersEnd(boolean failing) {
		List<String> late = new CopyOnWriteArrayList<>();
		CountDownLatch ended = new CountDownLatch(1);
		Flow.Publisher<Integer> publisher = (subscriber) -> subscriber.onSubscribe(new Flow.Subscription() {

			@Override
			public void request(long n) {
				if (ended.getCount() == 0) {
					late.add("request");
					return;
				}
				IntStream.range(0, 30).forEach(subscriber::onNext);
				if (failing) {
					subscriber.onError(new IllegalStateException("end"));
				}
				else {
					subscriber.onComplete();
				}
				ended.countDown();
			}

			@Override
			public void cancel() {
				if (ended.getCount() == 0) {
					late.add("cancel");
				}
			}

		});
		List<Integer> read = new ArrayList<>();
		Consumer<Integer> reader = (element) -> {
			// What is read before the end may be followed by a request.
			Support.await(ended);
			read.add(element);
		};
		try (Stream<Integer> stream = this.runner.stream(publisher)) {
			if (failing) {
				assertThatIllegalStateException().isThrownBy(() -> stream.forEach(reader)).withMessage("end");
			}
			else {
				stream.forEach(reader);
			}
		}
		assertThat(read).hasSize(30);
		assertThat(late).isEmpty();
	}

	// Waiting

	@ParameterizedTest
	@MethodSource
	void publisherThatFallsSilentTimesOutAndIsCancelled(int before) {
		Silent silent = new Silent() {

			@Override
			void started(Flow.Subscriber<? super Integer> subscriber) {
				IntStream.range(0, before).forEach(subscriber::onNext);
			}

		};
		List<Integer> read = new ArrayList<>();
		try (Stream<Integer> stream = this.runner.stream(silent, limit(Support.UNHURRIED).name("rows"))) {
			RunTimeoutException timeout = catchThrowableOfType(RunTimeoutException.class,
					() -> stream.forEach(read::add));
			assertThat(timeout).hasMessageContaining("\"rows\"").hasMessageContaining("1.5 s");
			assertThat(silent.cancelled).hasValue(1);
		}
		assertThat(read).hasSize(before);
		assertThat(silent.cancelled).hasValue(1);
		assertThat(this.runner.snapshot().calls()).isEmpty();
	}

	static Stream<Integer> publisherThatFallsSilentTimesOutAndIsCancelled() {
		return Stream.of(0, 3);
	}

	@Test
	void limitIsForEachWaitNotForAll() {
		long limit = Support.UNHURRIED.toNanos();
		long since = System.nanoTime();
		Silent steady = new Silent() {

			@Override
			void started(Flow.Subscriber<? super Integer> subscriber) {
				send(0);
			}

			void send(int sent) {
				CompletableFuture.delayedExecutor(limit / 20, TimeUnit.NANOSECONDS).execute(() -> {
					if (System.nanoTime() - since > 2 * limit) {
						this.subscriber.get().onComplete();
					}
					else if (sent < this.requested.get()) {
						this.subscriber.get().onNext(sent);
						send(sent + 1);
					}
					else {
						send(sent);
					}
				});
			}

		};
		try (Stream<Integer> stream = this.runner.stream(steady, limit(Duration.ofNanos(limit)))) {
			assertThat(stream.count()).isPositive();
		}
		assertThat(System.nanoTime() - since).isGreaterThan(limit);
	}

	@Test
	void interruptedReaderLeavesAndThePublisherIsCancelled() {
		Silent silent = new Silent();
		Owner<List<Integer>> reader = Owner.parked(() -> this.runner.stream(silent).toList());
		Support.eventually().until(() -> silent.requested.get() > 0);
		reader.interrupt();
		assertThat(reader.failure()).isInstanceOf(RunInterruptedException.class);
		assertThat(reader.wasInterruptedAtEnd()).isTrue();
		assertThat(silent.cancelled).hasValue(1);
	}

	@Test
	void readerInterruptedBeforeIsRefusedAndThePublisherNeverSubscribedTo() {
		Numbers numbers = new Numbers(1);
		Owner<List<Integer>> reader = Owner.start(() -> {
			Thread.currentThread().interrupt();
			return this.runner.stream(numbers).toList();
		});
		assertThat(reader.failure()).isInstanceOf(RunInterruptedException.class);
		assertThat(reader.wasInterruptedAtEnd()).isTrue();
		Support.settle(this.runner);
		assertThat(numbers.subscribed).isEmpty();
	}

	@Test
	void closingTheRunnerReleasesTheReaderAndCancelsThePublisher() {
		Silent silent = new Silent();
		Owner<List<Integer>> reader = Owner.parked(() -> this.runner.stream(silent).toList());
		Support.eventually().until(() -> silent.requested.get() > 0);
		this.runner.close();
		assertThat(reader.failure()).isInstanceOf(RunnerClosedException.class);
		Support.eventually().until(() -> silent.cancelled.get() == 1);
	}

	@Test
	void streamOfAClosedRunnerCannotBeReadAndThePublisherIsNeverSubscribedTo() {
		Numbers numbers = new Numbers(1);
		try (Stream<Integer> before = this.runner.stream(numbers)) {
			this.runner.close();
			try (Stream<Integer> after = this.runner.stream(numbers)) {
				assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(before::toList);
				assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(after::toList);
			}
		}
		assertThat(numbers.subscribed).isEmpty();
	}

	@Test
	void streamMadeBeforeARestartIsReadAfterIt() {
		try (Stream<Integer> stream = this.runner.stream(new Numbers(2))) {
			this.runner.stop();
			this.runner.start();
			assertThat(stream.toList()).containsExactly(0, 1);
		}
	}

	// Where

	@Test
	@DisplayName("C10 A reader does not wait on a new loop for a subscription lost with the old one")
	void restartWhileTheFirstElementIsWaitedForReleasesTheReader() {
		AtomicReference<EventLoopThreadRunner> self = new AtomicReference<>();
		AtomicReference<HeldLoop> held = new AtomicReference<>();
		// Is asked between the steps of a wait, however many there are.
		BlockingDetector restarting = (thread) -> {
			EventLoopThreadRunner restarted = self.get();
			restarted.stop();
			held.get().close();
			restarted.start();
			held.set(HeldLoop.of(restarted));
			return false;
		};
		Silent publisher = new Silent();
		try (EventLoopThreadRunner restarted = EventLoopThreadRunner.builder()
			.name("restarted")
			.shutdownGrace(Duration.ZERO)
			.blockingDetector(restarting)
			.build(); Stream<Integer> stream = restarted.stream(publisher)) {
			self.set(restarted);
			held.set(HeldLoop.of(restarted));
			assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(stream::findFirst)
				.withMessageContaining("has been started anew since");
			held.get().close();
			HeldLoop.of(restarted).close();
			assertThat(publisher.subscriber).hasNullValue();
		}
	}

	@Test
	void publisherIsSubscribedToOnTheLoopWhenFirstRead() {
		Numbers numbers = new Numbers(2);
		try (Stream<Integer> stream = this.runner.stream(numbers)) {
			this.runner.run(Support.value("x"));
			assertThat(numbers.subscribed).isEmpty();
			Iterator<Integer> iterator = stream.iterator();
			assertThat(numbers.subscribed).isEmpty();
			assertThat(iterator.next()).isZero();
			assertThat(numbers.subscribed).containsExactly(Support.threadOf(this.runner));
		}
	}

	@Test
	void readingOnTheLoopIsRefusedBeforeAnythingStartsButMakingIsNot() {
		Numbers numbers = new Numbers(2);
		Stream<Integer> stream = Support.get(this.runner.getLoop().submit(() -> this.runner.stream(numbers)));
		assertThatExceptionOfType(BlockingNotAllowedException.class)
			.isThrownBy(() -> this.runner.run(() -> Support.value(this.runner.stream(numbers).toList()).call()))
			.withMessageContaining("\"palitra-streams\"");
		Support.settle(this.runner);
		assertThat(numbers.subscribed).isEmpty();
		try (stream) {
			assertThat(stream.toList()).containsExactly(0, 1);
		}
	}

	@Test
	void nullIsRefused() {
		assertThatNullPointerException().isThrownBy(() -> this.runner.stream(null))
			.withMessage("stream: publisher is null");
		assertThatNullPointerException().isThrownBy(() -> this.runner.stream(null, RunOptions.defaults()))
			.withMessage("stream: publisher is null");
		assertThatNullPointerException().isThrownBy(() -> this.runner.stream(new Numbers(1), null))
			.withMessage("stream: options is null");
	}

	private static RunOptions limit(Duration limit) {
		return RunOptions.defaults().timeout(limit);
	}

	private static Flow.Publisher<Integer> failing(int before, Throwable failure) {
		return new Silent() {

			@Override
			void started(Flow.Subscriber<? super Integer> subscriber) {
				IntStream.range(0, before).forEach(subscriber::onNext);
				subscriber.onError(failure);
			}

		};
	}

	/**
	 * Sends numbers as they are asked for, on the thread that asks.
	 */
	private static final class Numbers implements Flow.Publisher<Integer> {

		private final int count;

		private final List<Thread> subscribed = new CopyOnWriteArrayList<>();

		private final AtomicInteger requested = new AtomicInteger();

		private final AtomicInteger largestRequest = new AtomicInteger();

		private final AtomicInteger sent = new AtomicInteger();

		private final AtomicInteger cancelled = new AtomicInteger();

		Numbers(int count) {
			this.count = count;
		}

		@Override
		public void subscribe(Flow.Subscriber<? super Integer> subscriber) {
			this.subscribed.add(Thread.currentThread());
			subscriber.onSubscribe(new Flow.Subscription() {

				private final AtomicLong demand = new AtomicLong();

				private int next;

				@Override
				public void request(long n) {
					Numbers.this.requested.addAndGet((int) n);
					Numbers.this.largestRequest.accumulateAndGet((int) n, Math::max);
					if (this.demand.getAndAdd(n) == 0) {
						send();
					}
				}

				/**
				 * By the thread whose request found no other one at work.
				 */
				private void send() {
					do {
						if (this.next < Numbers.this.count) {
							Numbers.this.sent.incrementAndGet();
							subscriber.onNext(this.next++);
						}
						if (this.next == Numbers.this.count) {
							// Whatever is asked for further finds this one at work.
							subscriber.onComplete();
							return;
						}
					}
					while (this.demand.decrementAndGet() > 0);
				}

				@Override
				public void cancel() {
					Numbers.this.cancelled.incrementAndGet();
				}

			});
		}

	}

	/**
	 * Sends nothing of its own, and counts what it is asked for.
	 */
	private static class Silent implements Flow.Publisher<Integer>, Flow.Subscription {

		final AtomicReference<Flow.Subscriber<? super Integer>> subscriber = new AtomicReference<>();

		final AtomicInteger requested = new AtomicInteger();

		final AtomicInteger cancelled = new AtomicInteger();

		@Override
		public void subscribe(Flow.Subscriber<? super Integer> subscriber) {
			this.subscriber.set(subscriber);
			subscriber.onSubscribe(this);
			started(subscriber);
		}

		void started(Flow.Subscriber<? super Integer> subscriber) {
		}

		@Override
		public void request(long n) {
			this.requested.addAndGet((int) n);
		}

		@Override
		public void cancel() {
			this.cancelled.incrementAndGet();
		}

	}

	/**
	 * Equal to each other and yet not the same.
	 */
	private static final class Same {

		private final AtomicInteger seen = new AtomicInteger();

		void seen() {
			this.seen.incrementAndGet();
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Same;
		}

		@Override
		public int hashCode() {
			return 1;
		}

	}

}
