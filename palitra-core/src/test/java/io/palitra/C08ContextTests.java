package io.palitra;

import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.palitra.Runners.NotInPlace;
import io.palitra.Runners.OnLoop;
import io.palitra.spi.ContextCarrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@DisplayName("C8 Context")
@Tag("start-on")
class C08ContextTests {

	private static final ClassLoader STALE = new URLClassLoader(new URL[0]);

	private final Local local = new Local();

	private final EventLoopThreadRunner runner = Runners.builder().name("context").contextCarrier(this.local).build();

	private final ClassLoader classLoader = new URLClassLoader(new URL[0]);

	private final ExecutorService foreign = Executors.newCachedThreadPool(Support::daemon);

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
		this.foreign.shutdownNow();
	}

	@ParameterizedTest
	@MethodSource("places")
	void contextOfTheCallIsThere(Place place) {
		pollute();
		Seen seen = withContext("A", this.classLoader, () -> place.look(this));
		assertThat(seen).isEqualTo(new Seen("A", this.classLoader));
		assertThat(onTheBareLoop()).isEqualTo(stale());
	}

	@ParameterizedTest
	@MethodSource("places")
	void contextIsClearedWhereTheCallerHadNone(Place place) {
		// kotlinx MDCContextTest.testContextMayBeEmpty
		pollute();
		Seen seen = withContext(null, null, () -> place.look(this));
		assertThat(seen).isEqualTo(new Seen(null, null));
		assertThat(onTheBareLoop()).isEqualTo(stale());
	}

	@ParameterizedTest
	@MethodSource("places")
	void ownersOwnThreadLocalsAreUntouched(Place place) {
		// vs-threading 64
		withContext("A", this.classLoader, () -> {
			place.look(this);
			assertThat(seen()).isEqualTo(new Seen("A", this.classLoader));
			return null;
		});
	}

	static Stream<Named<Place>> places() {
		return Stream
			.of(Named.of("task", (test) -> test.runner.run(test.looking())),
					Named.of("task of runChecked", (test) -> test.runner.runChecked(test
						.looking(), Exception.class)),
					Named.of("task of runInterruptibly", (test) -> test.runner.runInterruptibly(test.looking())),
					Named.of("scoped task", (test) -> test.runner.runScoped((scope) -> test.looking().call())),
					Named.of("child of gather", (test) -> test.runner.<Seen>gather(test.looking()).get(0)),
					Named.of("child of gatherOutcomes",
							(test) -> test.runner.<Seen>gatherOutcomes(test.looking()).get(0).orElseThrow()),
					Named.of("child of gather started later",
							(test) -> test.runner
								.<Seen>gather(List.of(test.foreign(null), test.foreign(null), test.looking()),
										RunOptions.defaults().maxConcurrency(1))
								.get(2)),
					Named.of("stage of a child of gather started later, as it is listened to", (test) -> {
						Listened stage = new Listened(test);
						test.runner.<Object>gather(List
							.of(() -> CompletableFuture.supplyAsync(() -> "x", test.runner.getLoop()), () -> stage),
								RunOptions.defaults().maxConcurrency(1));
						return stage.seen;
					}), Named.of("submitted task", (test) -> Support.get(test.runner.submit(test.looking()))),
					Named.of("loop command",
							(test) -> test.runner
								.runScoped((scope) -> CompletableFuture.supplyAsync(test::seen, scope.loop()))),
					Named.of("loop command from a foreign thread", (test) -> test.runner.runScoped(
							(scope) -> test.foreign("x").call().thenApplyAsync((value) -> test.seen(), scope.loop()))),
					Named.of("dependent of an adopted stage", (test) -> test.runner.runScoped(
							(scope) -> scope.fork(() -> test.foreign("x").call()).thenApply((value) -> test.seen()))),
					Named.of("second dependent of an adopted stage",
							(test) -> test.runner.runScoped((scope) -> scope.fork(() -> test.foreign("x").call())
								.thenCompose((value) -> test.foreign("y").call())
								.thenApply((value) -> test.seen()))),
					Named.of("dependent attached late by a foreign thread", (test) -> test.runner.runScoped((scope) -> {
						CompletableFuture<String> adopted = scope.fork(() -> CompletableFuture.completedFuture("x"));
						return CompletableFuture
							.supplyAsync(() -> adopted.thenApply((value) -> test.seen()), test.foreign)
							.thenCompose((dependent) -> dependent);
					})),
					Named.of("dependent attached late on the loop",
							(test) -> test.runner
								.runScoped((scope) -> scope.fork(() -> CompletableFuture.completedFuture("x"))
									.thenApply((value) -> test.seen()))),
					Named.of("async dependent of an adopted stage",
							(test) -> test.runner.runScoped((scope) -> scope.fork(() -> test.foreign("x").call())
								.thenApplyAsync((value) -> test.seen()))),
					Named
						.of("dependent of a failed adopted stage",
								(test) -> test.runner.runScoped(
										(scope) -> scope
											.fork(() -> test.foreign("x")
												.call()
												.<Seen>thenCompose((value) -> CompletableFuture
													.failedFuture(new IllegalStateException())))
											.exceptionally((ex) -> test.seen()))),
					Named.of("fork", (test) -> test.runner.runScoped((scope) -> scope.fork(test.looking()))),
					Named.of("fork from a foreign thread",
							(test) -> test.runner.runScoped((scope) -> CompletableFuture
								.supplyAsync(() -> scope.fork(test.looking()), test.foreign)
								.thenCompose((forked) -> forked))),
					Named.of("dependent of a fork",
							(test) -> test.runner
								.runScoped((scope) -> scope.fork(test.foreign("x")).thenApply((value) -> test.seen()))),
					Named.of("dependent of sleep",
							(test) -> test.runner.runScoped(
									(scope) -> scope.sleep(Duration.ofMillis(1)).thenApply((none) -> test.seen()))),
					Named.of("onCancel hook of a timeout", (test) -> {
						AtomicReference<Seen> seen = new AtomicReference<>();
						Support.timeoutWhileRunning(test.runner, (limit) -> test.runner.runScoped((scope) -> {
							scope.onCancel(() -> seen.set(test.seen()));
							return new CompletableFuture<>();
						}, limit));
						return Support.eventually().until(seen::get, Objects::nonNull);
					}), Named.of("subscription of a stream", (test) -> {
						try (Stream<Seen> stream = test.runner.stream(test.lookingPublisher())) {
							return stream.findFirst().orElseThrow();
						}
					}), Named.of("target of a blocking face", (test) -> {
						interface Face {

							Seen look();

						}
						interface AsyncFace {

							CompletableFuture<Seen> look();

						}
						AsyncFace target = () -> CompletableFuture.completedFuture(test.seen());
						return test.runner.blocking(Face.class, target).look();
					}), Named.of("task submitted by a task",
							(test) -> test.runner.run(() -> test.runner.submit(test.looking()))));
	}

	@Test
	void onCancelHookOfACloseSeesTheContext() {
		AtomicReference<Seen> seen = new AtomicReference<>();
		Owner<Object> owner = Owner
			.start(() -> withContext("A", this.classLoader, () -> this.runner.runScoped((scope) -> {
				scope.onCancel(() -> seen.set(seen()));
				return new CompletableFuture<>();
			})));
		Support.untilActive(this.runner, 1);
		this.runner.close(Duration.ZERO);
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		assertThat(seen.get()).isEqualTo(new Seen("A", this.classLoader));
		assertThat(seen().value()).isNull();
	}

	@Test
	void contextIsCapturedOnceAtTheCallOnTheCallersThread() {
		withContext("A", null, () -> this.runner
			.runScoped((scope) -> scope.fork(() -> CompletableFuture.supplyAsync(() -> "x", scope.loop()))
				.thenCompose((value) -> CompletableFuture.runAsync(() -> this.local.set("changed"), scope.caller()))
				.thenApplyAsync((none) -> {
					assertThat(seen().value()).isEqualTo("A");
					return "y";
				}, scope.loop())));
		assertThat(this.local.captures).containsExactly(Thread.currentThread());
		this.local.set(null);
	}

	@NotInPlace
	@Test
	void carrierIsNeverOpenedOnTheOwner() {
		withContext("A", null, () -> {
			this.runner.run(Support.later("x"));
			this.runner.gather(Support.later("x"), Support.later("y"));
			this.runner.runScoped((scope) -> CompletableFuture.supplyAsync(this::seen, scope.caller()));
			assertThatIllegalStateException()
				.isThrownBy(() -> this.runner.run(Support.failure(new IllegalStateException())));
			Support.timeoutWhileRunning(this.runner, (limit) -> this.runner.run(Support.never(), limit));
			this.runner.await(CompletableFuture.supplyAsync(() -> "x", this.foreign));
			return null;
		});
		assertThat(this.local.opens).isNotEmpty().doesNotContain(Thread.currentThread());
	}

	@NotInPlace
	@Test
	void commandOnTheCallerSeesTheCallersOwnThreadLocals() {
		String seen = withContext("A", null, () -> this.runner.runScoped((scope) -> {
			this.local.set("of the loop");
			return CompletableFuture.supplyAsync(() -> this.local.get(), scope.caller());
		}));
		assertThat(seen).isEqualTo("A");
	}

	@Test
	void whatATaskSetsDoesNotLeakToTheNext() {
		// kotlinx MDCContextTest.testSuspensionsUndoingMdcContextUpdates; asgiref A-66,
		//
		ClassLoader leaked = new URLClassLoader(new URL[0]);
		AsyncCallable<String> leaking = () -> {
			this.local.set("leak");
			Thread.currentThread().setContextClassLoader(leaked);
			return CompletableFuture.completedFuture("x");
		};
		Seen bare = onTheBareLoop();
		this.runner.run(leaking);
		assertThat(onTheBareLoop()).isEqualTo(bare);
		assertThat(this.runner.run(looking()).value()).isNull();
		withContext("A", this.classLoader, () -> this.runner.run(leaking));
		assertThat(withContext("B", this.classLoader, () -> this.runner.run(looking())))
			.isEqualTo(new Seen("B", this.classLoader));
		assertThat(this.runner.<Seen>gather(() -> leaking.call().thenApply((value) -> null), looking()).get(1).value())
			.isNull();
		assertThat(onTheBareLoop()).isEqualTo(bare);
		assertThat(seen().value()).isNull();
	}

	@Test
	void classLoaderSetByATaskDoesNotLeakWithoutCarriersEither() {
		try (EventLoopThreadRunner plain = Runners.create()) {
			ClassLoader bare = Support
				.get(plain.getLoop().submit(() -> Thread.currentThread().getContextClassLoader()));
			plain.run(() -> {
				Thread.currentThread().setContextClassLoader(this.classLoader);
				return CompletableFuture.completedFuture("x");
			});
			assertThat(Support.get(plain.getLoop().submit(() -> Thread.currentThread().getContextClassLoader())))
				.isSameAs(bare);
		}
	}

	@Test
	void contextIsResetAlsoAfterATaskThatThrows() {
		Seen bare = onTheBareLoop();
		List<Throwable> uncaught = new CopyOnWriteArrayList<>();
		Support.threadOf(this.runner).setUncaughtExceptionHandler((thread, ex) -> uncaught.add(ex));
		assertThatIllegalStateException()
			.isThrownBy(() -> withContext("A", this.classLoader, () -> this.runner.run(() -> {
				throw new IllegalStateException();
			})));
		withContext("A", this.classLoader, () -> this.runner.runScoped((scope) -> {
			scope.loop().execute(() -> {
				throw new IllegalStateException("command");
			});
			return CompletableFuture.supplyAsync(() -> "x", scope.loop());
		}));
		assertThat(uncaught).singleElement().satisfies((ex) -> assertThat(ex).hasMessage("command"));
		assertThat(onTheBareLoop()).isEqualTo(bare);
	}

	@Test
	void callersOnManyThreadsNeverSeeAnothersContext() {
		List<Owner<Object>> owners = IntStream.range(0, 8).mapToObj((thread) -> Owner.start(() -> {
			for (int i = 0; i < 100; i++) {
				String value = (i % 5 == 0) ? null : "call " + thread + "/" + i;
				List<String> seen = withContext(value, null, () -> this.runner.runScoped((scope) -> {
					List<String> all = new CopyOnWriteArrayList<>();
					all.add("" + this.local.get());
					return scope.fork(() -> foreign("x").call())
						.thenRun(() -> all.add("" + this.local.get()))
						.thenCompose((none) -> scope.fork(foreign("y")))
						.thenRunAsync(() -> all.add("" + this.local.get()), scope.loop())
						.thenApply((none) -> all);
				}));
				assertThat(seen).hasSize(3).containsOnly("" + value);
			}
			return null;
		})).toList();
		owners.forEach((owner) -> assertThat(owner.value()).isNull());
		assertThat(onTheBareLoop().value()).isNull();
	}

	// After the end of the run

	@Test
	void commandTakenBeforeTheEndOfTheRunSeesItsContext() {
		AtomicReference<Seen> late = new AtomicReference<>();
		CountDownLatch ran = new CountDownLatch(1);
		CompletableFuture<String> work = new CompletableFuture<>();
		AtomicReference<RunScope> opened = new AtomicReference<>();
		Owner<String> owner = Owner
			.start(() -> withContext("A", this.classLoader, () -> this.runner.runScoped((scope) -> {
				opened.set(scope);
				return work;
			})));
		Support.untilActive(this.runner, 1);
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			opened.get().loop().execute(() -> {
				late.set(seen());
				ran.countDown();
			});
			work.complete("value");
			assertThat(owner.value()).isEqualTo("value");
		}
		Support.await(ran);
		assertThat(late.get()).isEqualTo(new Seen("A", this.classLoader));
	}

	@Test
	void workThatGoesOnAfterATimeoutSeesItsContext() {
		CompletableFuture<Seen> late = new CompletableFuture<>();
		CompletableFuture<String> foreignWork = new CompletableFuture<>();
		withContext("A", this.classLoader,
				() -> Support.timeoutWhileRunning(this.runner, (limit) -> this.runner.runScoped((scope) -> {
					foreignWork.thenRunAsync(() -> late.complete(seen()), scope.loop());
					return Work.stubborn();
				}, limit)));
		foreignWork.complete("late");
		assertThat(Support.get(late)).isEqualTo(new Seen("A", this.classLoader));
	}

	// Several carriers, and bad ones

	@Test
	void carriersAreOpenedInTheirOrderAndClosedInReverse() {
		List<String> events = new CopyOnWriteArrayList<>();
		try (EventLoopThreadRunner several = Runners.builder()
			.contextCarrier(recording("one", events))
			.contextCarrier(recording("two", events))
			.contextCarrier(recording("three", events))
			.build()) {
			several.run(() -> {
				events.add("task");
				return CompletableFuture.completedFuture("x");
			});
			Support.settle(several);
		}
		assertThat(events).containsExactly("one captured", "two captured", "three captured", "one opened", "two opened",
				"three opened", "task", "three closed", "two closed", "one closed");
	}

	private static ContextCarrier recording(String name, List<String> events) {
		return () -> {
			events.add(name + " captured");
			return () -> {
				events.add(name + " opened");
				return () -> events.add(name + " closed");
			};
		};
	}

	@ParameterizedTest
	@MethodSource("badCarriers")
	void badCarrierIsLoggedAndTheCallGoesOnWithTheOthers(ContextCarrier bad) {
		Local before = new Local();
		Local after = new Local();
		try (Logs logs = Logs.capture();
				EventLoopThreadRunner mixed = Runners.builder()
					.contextCarrier(before)
					.contextCarrier(bad)
					.contextCarrier(after)
					.build()) {
			before.set("before");
			after.set("after");
			List<String> seen = mixed.runScoped(
					(scope) -> CompletableFuture.supplyAsync(() -> List.of(before.get(), after.get()), scope.loop()));
			assertThat(seen).containsExactly("before", "after");
			assertThat(Support.get(mixed.getLoop().submit(() -> before.get() + "/" + after.get())))
				.isEqualTo("null/null");
			assertThat(logs.messages()).isNotEmpty()
				.allMatch((message) -> message.startsWith("Context carrier ") && message.endsWith(" failed"));
		}
	}

	static Stream<Named<ContextCarrier>> badCarriers() {
		return Stream.of(Named.of("capture throws", () -> {
			throw new IllegalStateException("capture");
		}), Named.of("capture throws an error", () -> {
			throw new LinkageError("capture");
		}), Named.of("capture returns null", () -> null), Named.of("open throws", () -> () -> {
			throw new IllegalStateException("open");
		}), Named.of("open throws an error", () -> () -> {
			throw new AssertionError("open");
		}), Named.of("open returns null", () -> () -> null), Named.of("close throws", () -> () -> () -> {
			throw new IllegalStateException("close");
		}), Named.of("close throws an error", () -> () -> () -> {
			throw new LinkageError("close");
		}));
	}

	@OnLoop
	@Test
	void snapshotMayBeOpenedManyTimesAtOnce() {
		// Nested in itself: a child that is called in place inside a task of the same run
		Seen seen = withContext("A", null, () -> this.runner.runScoped((scope) -> {
			AtomicReference<Seen> inner = new AtomicReference<>();
			scope.fork(() -> {
				this.local.set("inner");
				scope.fork(() -> {
					inner.set(seen());
					return CompletableFuture.completedFuture("y");
				});
				assertThat(this.local.get()).isEqualTo("inner");
				return CompletableFuture.completedFuture("x");
			});
			assertThat(this.local.get()).isEqualTo("A");
			return CompletableFuture.completedFuture(inner.get());
		}));
		assertThat(seen.value()).isEqualTo("A");
	}

	// Threads

	@NotInPlace
	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void loopThreadInheritsNoThreadLocals(boolean restarted) {
		// asgiref A-66
		InheritableThreadLocal<String> inheritable = new InheritableThreadLocal<>();
		inheritable.set("parent");
		try (EventLoopThreadRunner fresh = Runners.create()) {
			if (restarted) {
				fresh.stop();
				fresh.start();
			}
			List<String> seen = new ArrayList<>();
			fresh.onClose(() -> {
				seen.add(inheritable.get());
				return CompletableFuture.completedFuture("x");
			});
			assertThat(Support.get(fresh.getLoop().submit(inheritable::get))).isNull();
			assertThat(fresh.<String>run(() -> CompletableFuture.completedFuture(inheritable.get()))).isNull();
			fresh.close();
			assertThat(seen).containsExactly((String) null);
		}
		finally {
			inheritable.remove();
		}
	}

	@Test
	void closeFromTheLoopRunsOnAThreadWithoutAnothersThreadLocals() {
		InheritableThreadLocal<String> inheritable = new InheritableThreadLocal<>();
		CompletableFuture<String> seen = new CompletableFuture<>();
		this.runner.onClose(() -> {
			seen.complete("" + inheritable.get());
			return CompletableFuture.completedFuture("x");
		});
		this.runner.getLoop().execute(() -> {
			inheritable.set("of the loop");
			this.runner.close(Duration.ZERO);
			inheritable.remove();
		});
		assertThat(Support.get(seen)).isEqualTo("null");
	}

	// How the tests look

	private Seen seen() {
		return new Seen(this.local.get(), Thread.currentThread().getContextClassLoader());
	}

	private AsyncCallable<Seen> looking() {
		return () -> CompletableFuture.completedFuture(seen());
	}

	private Flow.Publisher<Seen> lookingPublisher() {
		return (subscriber) -> {
			Seen seen = seen();
			subscriber.onSubscribe(new Flow.Subscription() {

				private final AtomicInteger sent = new AtomicInteger();

				@Override
				public void request(long n) {
					if (this.sent.getAndIncrement() == 0) {
						subscriber.onNext(seen);
						subscriber.onComplete();
					}
				}

				@Override
				public void cancel() {
				}

			});
		};
	}

	private <T> ForeignCallable<T> foreign(T value) {
		return () -> CompletableFuture.supplyAsync(() -> value, this.foreign);
	}

	private <T> T withContext(String value, ClassLoader contextClassLoader, Callable<T> action) {
		ClassLoader previous = Thread.currentThread().getContextClassLoader();
		this.local.set(value);
		Thread.currentThread().setContextClassLoader(contextClassLoader);
		try {
			return action.call();
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		finally {
			this.local.set(null);
			Thread.currentThread().setContextClassLoader(previous);
		}
	}

	/**
	 * Leaves something on the loop's thread.
	 */
	private void pollute() {
		Support.get(this.runner.getLoop().submit(() -> {
			this.local.set("stale");
			Thread.currentThread().setContextClassLoader(STALE);
		}));
	}

	private static Seen stale() {
		return new Seen("stale", STALE);
	}

	private Seen onTheBareLoop() {
		return Support.get(this.runner.getLoop().submit(this::seen));
	}

	/**
	 * What a thread's context is.
	 */
	private record Seen(String value, ClassLoader contextClassLoader) {
	}

	/**
	 * Where the context of a call is to be seen.
	 */
	private interface Place {

		Seen look(C08ContextTests test) throws Exception;

	}

	private interface ForeignCallable<T> extends AsyncCallable<T> {

		@Override
		CompletableFuture<T> call();

	}

	/**
	 * Sees where it is listened to.
	 */
	private static final class Listened extends CompletableFuture<Object> {

		private final C08ContextTests test;

		private volatile Seen seen;

		Listened(C08ContextTests test) {
			this.test = test;
			complete("y");
		}

		@Override
		public CompletableFuture<Object> whenComplete(BiConsumer<? super Object, ? super Throwable> action) {
			this.seen = this.test.seen();
			return super.whenComplete(action);
		}

	}

	/**
	 * A thread-local and its carrier.
	 */
	private static final class Local implements ContextCarrier {

		private final ThreadLocal<String> value = new ThreadLocal<>();

		private final List<Thread> captures = new CopyOnWriteArrayList<>();

		private final Set<Thread> opens = ConcurrentHashMap.newKeySet();

		String get() {
			return this.value.get();
		}

		void set(String value) {
			if (value != null) {
				this.value.set(value);
			}
			else {
				this.value.remove();
			}
		}

		@Override
		public Snapshot capture() {
			this.captures.add(Thread.currentThread());
			String captured = get();
			return () -> {
				this.opens.add(Thread.currentThread());
				String previous = get();
				set(captured);
				return () -> set(previous);
			};
		}

	}

}
