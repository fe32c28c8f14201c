package io.palitra.spring.boot.autoconfigure.reactor;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import kotlinx.coroutines.CompletableDeferred;
import kotlinx.coroutines.CompletableDeferredKt;
import kotlinx.coroutines.Deferred;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.util.ReflectionUtils;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.publisher.PublisherProbe;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunInterruptedException;
import io.palitra.spi.AsyncAdapter;
import io.palitra.spi.LateResultSource;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link PalitraReactiveTypesAutoConfiguration}.
 */
class PalitraReactiveTypesAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(PalitraReactiveTypesAutoConfiguration.class, PalitraAutoConfiguration.class));

	private final AsyncAdapter adapter = new ReactiveTypesAsyncAdapter(ReactiveAdapterRegistry::getSharedInstance);

	@SuppressWarnings("unchecked")
	private CompletableFuture<Object> stage(Object source) {
		assertThat(this.adapter.adapts(source.getClass())).isTrue();
		return (CompletableFuture<Object>) this.adapter.toStage(source);
	}

	@Test
	void faceOfReactorsTypes() {
		this.contextRunner.run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			Users users = runner.blocking(Users.class, new ReactorUsers() {
			});
			assertThat(users.find(7)).isEqualTo("user 7");
			assertThat(users.find(0)).isNull();
			assertThat(users.all()).containsExactly("a", "b");
			users.touch();
			assertThat(users.count()).isEqualTo(2);
			assertThat(users.where()).isEqualTo("palitra-default");
			assertThat(users.plain()).isEqualTo("plain");
		});
	}

	@Test
	void faceDeclaredAsABean() {
		this.contextRunner.withUserConfiguration(FaceConfiguration.class)
			.run((context) -> assertThat(context.getBean(Users.class).find(7)).isEqualTo("user 7"));
	}

	@Test
	void valueOfEveryTypeForOne() {
		assertThat(stage(Mono.just("x"))).isCompletedWithValue("x");
		assertThat(stage(Single.just("x"))).isCompletedWithValue("x");
		assertThat(stage(Maybe.just("x"))).isCompletedWithValue("x");
		assertThat(stage(Uni.createFrom().item("x"))).isCompletedWithValue("x");
		CompletableDeferred<String> deferred = CompletableDeferredKt.CompletableDeferred((kotlinx.coroutines.Job) null);
		deferred.complete("x");
		CompletableFuture<Object> ofDeferred = stage(deferred);
		await().untilAsserted(() -> assertThat(ofDeferred).isCompletedWithValue("x"));
		assertThat(this.adapter.adapts(Deferred.class)).isTrue();
	}

	@Test
	void emptySourceIsNull() {
		assertThat(stage(Mono.empty())).isCompletedWithValue(null);
		assertThat(stage(Maybe.empty())).isCompletedWithValue(null);
		assertThat(stage(Completable.complete())).isCompletedWithValue(null);
		assertThat(stage(Uni.createFrom().nullItem())).isCompletedWithValue(null);
	}

	@Test
	void listOfEveryTypeForMany() {
		assertThat(value(Flux.just(1, 2))).isEqualTo(List.of(1, 2));
		assertThat(value(Flowable.just(1, 2))).isEqualTo(List.of(1, 2));
		assertThat(value(Observable.just(1, 2))).isEqualTo(List.of(1, 2));
		assertThat(value(Multi.createFrom().items(1, 2))).isEqualTo(List.of(1, 2));
		assertThat(value(JdkFlowAdapter.publisherToFlowPublisher(Flux.just(1, 2)))).isEqualTo(List.of(1, 2));
		assertThat(value(Flux.empty())).isEqualTo(List.of());
	}

	private Object value(Object source) {
		return stage(source).orTimeout(30, java.util.concurrent.TimeUnit.SECONDS).join();
	}

	@Test
	void failureIsTheSameInstance() {
		IOException failure = new IOException("expected");
		for (Object source : List.of(Mono.error(failure), Mono.error(Exceptions.propagate(failure)),
				Flux.error(failure), Single.error(failure), Completable.error(failure),
				Uni.createFrom().failure(failure))) {
			assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> stage(source).join())
				.havingCause()
				.isSameAs(failure);
		}
	}

	@Test
	void cancellingTheStageCancelsTheSubscription() {
		PublisherProbe<String> mono = PublisherProbe.of(Mono.never());
		PublisherProbe<String> flux = PublisherProbe.of(Flux.never());
		stage(mono.mono()).cancel(true);
		stage(flux.flux()).cancel(true);
		mono.assertWasCancelled();
		flux.assertWasCancelled();
	}

	@Test
	void cancellingTheStageCancelsASubscriptionThatArrivesLater() {
		Late late = new Late();
		CompletableFuture<Object> stage = stage(late);
		stage.cancel(true);
		boolean[] cancelled = new boolean[1];
		late.subscriber.onSubscribe(new Subscription() {

			@Override
			public void request(long n) {
				throw new AssertionError("requested");
			}

			@Override
			public void cancel() {
				cancelled[0] = true;
			}

		});
		assertThat(cancelled[0]).isTrue();
	}

	@Test
	void subscriptionThatHasEndedIsNotCancelled() {
		PublisherProbe<String> probe = PublisherProbe.of(Mono.just("x"));
		assertThat(stage(probe.mono())).isCompletedWithValue("x");
		probe.assertWasNotCancelled();
	}

	@Test
	void callThatIsGivenUpCancelsTheSubscriptionC5() {
		Thread caller = Thread.currentThread();
		PublisherProbe<String> never = PublisherProbe.of(Mono.never());
		ReactorUsers target = new ReactorUsers() {

			@Override
			public Mono<String> find(int id) {
				return never.mono().doOnSubscribe((subscription) -> caller.interrupt());
			}

		};
		this.contextRunner.run((context) -> {
			Users users = context.getBean(EventLoopThreadRunner.class).blocking(Users.class, target);
			assertThatExceptionOfType(RunInterruptedException.class).isThrownBy(() -> users.find(7));
			assertThat(Thread.interrupted()).isTrue();
			await().untilAsserted(never::assertWasCancelled);
		});
	}

	@Test
	void valuesThatComeAfterTheCancellationAreDiscardedC11() {
		for (boolean many : List.of(false, true)) {
			Late late = new Late();
			List<Object> discarded = new ArrayList<>();
			CompletableFuture<Object> stage = stage(many ? late : Mono.fromDirect(late));
			((LateResultSource) stage).onLateResult(discarded::add);
			late.subscriber.onSubscribe(mock(Subscription.class));
			if (many) {
				late.subscriber.onNext("collected");
			}
			stage.cancel(true);
			late.subscriber.onNext("late");
			assertThat(discarded).isEqualTo(many ? List.of("collected", "late") : List.of("late"));
		}
	}

	@Test
	void typesOfOthersNeedNoReactor() throws Exception {
		// All that is needed, each class loaded anew
		URL[] classPath = Stream
			.of(ReactiveTypesAsyncAdapter.class, AsyncAdapter.class, ReactiveAdapterRegistry.class, LogFactory.class,
					Publisher.class, Flowable.class)
			.map((type) -> type.getProtectionDomain().getCodeSource().getLocation())
			.toArray(URL[]::new);
		try (URLClassLoader loader = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
			Method registry = loader.loadClass(ReactiveAdapterRegistry.class.getName()).getMethod("getSharedInstance");
			Constructor<?> constructor = loader.loadClass(ReactiveTypesAsyncAdapter.class.getName())
				.getDeclaredConstructor(Supplier.class);
			constructor.setAccessible(true);
			Object other = constructor.newInstance((Supplier<?>) () -> ReflectionUtils.invokeMethod(registry, null));
			Method toStage = loader.loadClass(AsyncAdapter.class.getName()).getMethod("toStage", Object.class);
			Method just = loader.loadClass(Flowable.class.getName()).getMethod("just", Object.class);
			assertThat((CompletableFuture<?>) toStage.invoke(other, just.invoke(null, "x")))
				.isCompletedWithValueMatching(List.of("x")::equals);
		}
	}

	@Test
	void resultTypes() throws Exception {
		assertThat(resultType("find", int.class)).isEqualTo(String.class);
		assertThat(resultType("all")).isEqualTo(List.class);
		assertThat(resultType("touch")).isEqualTo(Void.class);
		assertThat(resultType("count")).isEqualTo(Long.class);
		assertThat(this.adapter.resultType(Mono.class)).isEqualTo(Object.class);
		assertThat(this.adapter.resultType(Completable.class)).isEqualTo(Void.class);
		assertThat(this.adapter.resultType(Flow.Publisher.class)).isEqualTo(List.class);
	}

	private Class<?> resultType(String method, Class<?>... parameters) throws Exception {
		return this.adapter.resultType(ReactorUsers.class.getMethod(method, parameters).getGenericReturnType());
	}

	@Test
	void plainTypesAreNotAdapted() {
		for (Class<?> type : List.of(Object.class, String.class, List.class, int.class, void.class)) {
			assertThat(this.adapter.adapts(type)).as(type.getName()).isFalse();
		}
	}

	@Test
	void faceThatDoesNotFitIsRefusedWhenItIsMade() {
		interface Wrong {

			int find(int id);

			String all();

			String touch();

		}
		this.contextRunner.run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			assertThatIllegalArgumentException().isThrownBy(() -> runner.blocking(Wrong.class, new ReactorUsers() {
			}))
				.withMessageContaining("find(int): the target's result is of type java.lang.String, not int")
				.withMessageContaining("all(): the target's result is of type java.util.List, not java.lang.String")
				.withMessageContaining("touch(): the target's result is of type java.lang.Void, not java.lang.String");
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void faceOfASpringProxyIsCheckedWhenItIsMade(boolean cglib) {
		interface Wrong {

			Integer find(int id);

		}
		interface Optionals {

			Optional<String> find(int id);

		}
		ProxyFactory factory = new ProxyFactory(new ProxiedUsers());
		factory.setProxyTargetClass(cglib);
		Object proxy = factory.getProxy();
		assertThat(AopUtils.isCglibProxy(proxy)).isEqualTo(cglib);
		this.contextRunner.run((context) -> {
			EventLoopThreadRunner runner = context.getBean(EventLoopThreadRunner.class);
			assertThat(runner.blocking(Users.class, proxy).find(7)).isEqualTo("user 7");
			assertThat(runner.blocking(Optionals.class, proxy).find(7)).contains("user 7");
			assertThat(runner.blocking(Optionals.class, proxy).find(0)).isEmpty();
			assertThatIllegalArgumentException().isThrownBy(() -> runner.blocking(Wrong.class, proxy))
				.withMessageContaining(
						"find(int): the target's result is of type java.lang.String, not java.lang.Integer");
		});
	}

	@Test
	void methodThatWantsTheReactiveTypeIsCalledInPlace() {
		interface Reactive {

			Mono<String> find(int id);

			CompletionStage<Long> stage();

		}
		this.contextRunner.run((context) -> {
			Reactive face = context.getBean(EventLoopThreadRunner.class).blocking(Reactive.class, new ReactorUsers() {
			});
			assertThat(face.find(7).block()).isEqualTo("user 7");
			assertThat(face.stage()).isCompletedWithValue(1L);
		});
	}

	@Test
	void backsOffOnABeanOfItsName() {
		AsyncAdapter own = mock(AsyncAdapter.class);
		this.contextRunner.withBean("reactiveTypesAsyncAdapter", AsyncAdapter.class, () -> own)
			.run((context) -> assertThat(context).getBean(AsyncAdapter.class).isSameAs(own));
	}

	@Test
	void applicationWithoutReactiveTypesStarts() {
		this.contextRunner.withClassLoader(new FilteredClassLoader("org.reactivestreams", "reactor"))
			.run((context) -> assertThat(context).hasSingleBean(EventLoopThreadRunner.class)
				.doesNotHaveBean(AsyncAdapter.class));
	}

	private static final class Late implements Publisher<String> {

		private Subscriber<? super String> subscriber;

		@Override
		public void subscribe(Subscriber<? super String> subscriber) {
			this.subscriber = subscriber;
		}

	}

	interface Users {

		String find(int id);

		List<String> all();

		void touch();

		long count();

		String where();

		String plain();

	}

	interface ReactorUsers {

		default Mono<String> find(int id) {
			return (id != 0) ? Mono.just("user " + id).delayElement(Duration.ofMillis(1)) : Mono.empty();
		}

		default Flux<String> all() {
			return Flux.just("a", "b");
		}

		default Mono<Void> touch() {
			return Mono.empty();
		}

		default Mono<Long> count() {
			return all().count();
		}

		default Mono<String> where() {
			return Mono.fromCallable(() -> Thread.currentThread().getName());
		}

		default String plain() {
			return "plain";
		}

		default CompletionStage<Long> stage() {
			return CompletableFuture.completedFuture(1L);
		}

	}

	static class ProxiedUsers implements ReactorUsers {

		@Override
		public Mono<String> find(int id) {
			return ReactorUsers.super.find(id);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FaceConfiguration {

		@Bean
		Users users(EventLoopThreadRunner runner) {
			return runner.blocking(Users.class, new ReactorUsers() {
			});
		}

	}

}
