package io.palitra.spring.http;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import org.springframework.web.reactive.function.client.support.WebClientAdapter;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.invoker.HttpRequestValues;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.palitra.BlockingNotAllowedException;
import io.palitra.EventLoopThreadRunner;
import io.palitra.OverloadPolicy;
import io.palitra.RunCallSite;
import io.palitra.RunInterruptedException;
import io.palitra.RunPhase;
import io.palitra.RunTimeoutException;
import io.palitra.RunnerClosedException;
import io.palitra.RunnerOverloadedException;
import io.palitra.RunnerSnapshot;
import io.palitra.internal.call.CallPlace;
import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;
import io.palitra.spring.http.Upstream.User;

import static io.palitra.reactor.ReactorTasks.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link RunnerHttpExchangeAdapter}.
 */
class RunnerHttpExchangeAdapterTests {

	private static final Duration LONG = Duration.ofMinutes(1);

	private final Upstream upstream = new Upstream();

	private final AtomicReference<Throwable> failure = new AtomicReference<>();

	private EventLoopThreadRunner runner;

	@BeforeEach
	void createRunner() {
		this.runner = EventLoopThreadRunner.builder().name("http").timeout(LONG).build();
	}

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
		this.upstream.close();
	}

	private WebClientAdapter client() {
		return WebClientAdapter.create(WebClient.builder().baseUrl(this.upstream.url()).filter((request, next) -> {
			Throwable failure = this.failure.get();
			return (failure != null) ? Mono.error(failure)
					: next.exchange(ClientRequest.from(request).header("X-Filtered", "true").build());
		}).build());
	}

	private RunnerHttpExchangeAdapter adapter() {
		return new RunnerHttpExchangeAdapter(client(), this.runner);
	}

	private static <S> S create(RunnerHttpExchangeAdapter adapter, Class<S> service) {
		return HttpServiceProxyFactory.builderFor(adapter).build().createClient(service);
	}

	private Users users() {
		return create(adapter(), Users.class);
	}

	private Thread hang(Runnable call, AtomicReference<Throwable> failure) {
		Thread thread = new Thread(() -> failure.set(catchThrowable(call::run)), "caller");
		thread.start();
		await().until(() -> this.upstream.hanging() > 0);
		return thread;
	}

	private long submitted() {
		return this.runner.snapshot().submitted();
	}

	@Test
	void everyKindOfBlockingMethodGoesThroughTheRunner() {
		Users users = users();
		assertThat(users.find(1)).isEqualTo(User.of(1));
		assertThat(users.findOptional(2)).contains(User.of(2));
		assertThat(users.findEntity(3).getBody()).isEqualTo(User.of(3));
		assertThat(users.findHeaders(4).getContentType()).isEqualTo(MediaType.APPLICATION_JSON);
		assertThat(users.findBodiless(5).getStatusCode()).isEqualTo(HttpStatus.OK);
		assertThat(users.findStreamed(6).getBody().collectList().block()).containsExactly(User.of(6));
		users.touch(7);
		assertThat(users.findByDefaultMethod(8)).isEqualTo(User.of(8));
		assertThat(submitted()).isEqualTo(8);
		assertThat(this.upstream.requests()).hasSize(8).startsWith("GET /users/1 HTTP/1.1");
	}

	@Test
	void placeOfACallIsWhereItsInterfaceWasCalled() {
		AtomicReference<String> place = new AtomicReference<>();
		RunListener listener = new RunListener() {

			@Override
			public void onSubmit(RunEvent run) {
				place.set(CallPlace.lineOfCurrentThread());
			}

		};
		try (EventLoopThreadRunner listening = EventLoopThreadRunner.builder().listener(listener).build()) {
			Users users = create(new RunnerHttpExchangeAdapter(client(), listening), Users.class);
			users.find(1);
			String expected = getClass().getName() + ".placeOfACallIsWhereItsInterfaceWasCalled:";
			assertThat(place.getAndSet("")).startsWith(expected);
			users.findOptional(2);
			assertThat(place.getAndSet("")).startsWith(expected);
			users.findStreamed(3);
			assertThat(place.get()).startsWith(expected);
		}
	}

	@Test
	void reactiveMethodsAreLeftToTheirCaller() {
		Users users = users();
		Mono<User> mono = users.findMono(1);
		assertThat(this.upstream.requests()).isEmpty();
		assertThat(mono.block()).isEqualTo(User.of(1));
		assertThat(users.findFuture(2).join()).isEqualTo(User.of(2));
		assertThat(users.findFlux(3).collectList().block()).containsExactly(User.of(3));
		assertThat(users.findEntityMono(4).block().getBody()).isEqualTo(User.of(4));
		assertThat(submitted()).isZero();
	}

	@Test
	void severalAreGatheredByTheirReactiveMethods() {
		Users users = users();
		List<User> found = this.runner.gather(mono(users.findMono(1)), users.findFuture(2)::copy,
				() -> users.findFuture(3));
		assertThat(found).containsExactly(User.of(1), User.of(2), User.of(3));
	}

	@Test
	void timeoutReleasesTheConnection() {
		Users users = create(adapter().withTimeout(Duration.ofMillis(100)), Users.class);
		assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(() -> users.hang(7))
			.withMessageStartingWith(
					"GET /hang/{id}: Task \"Users.hang\" on runner \"http\" did not end within 100 ms: ")
			.satisfies((ex) -> assertThat(ex.getLimit()).isEqualTo(Duration.ofMillis(100)));
		await().until(() -> this.upstream.released() == 1);
		await().untilAsserted(() -> assertThat(this.runner.snapshot().abandoned()).isZero());
	}

	@Test
	void timeoutTellsNothingThatIsData() {
		Users users = create(adapter().withTimeout(Duration.ofMillis(100)), Users.class);
		assertThatExceptionOfType(RunTimeoutException.class)
			.isThrownBy(() -> users.hangWith(Map.of("secret\n", "value"), "more"))
			.withMessageStartingWith("GET /hang?fixed=true: Task ");
	}

	@Test
	void timeoutShowsWhatHoldsTheLoop() {
		CountDownLatch release = new CountDownLatch(1);
		this.runner.getLoop().execute(() -> holdTheLoop(release));
		try {
			Users users = create(adapter().withTimeout(Duration.ofMillis(200)), Users.class);
			assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(() -> users.find(1))
				.satisfies((ex) -> assertThat(ex.getSuppressed()).singleElement()
					.satisfies((held) -> assertThat(held.getStackTrace()).extracting(StackTraceElement::getMethodName)
						.contains("holdTheLoop")));
		}
		finally {
			release.countDown();
		}
	}

	private static void holdTheLoop(CountDownLatch release) {
		try {
			release.await(1, TimeUnit.MINUTES);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Test
	void interruptReleasesTheConnection() throws InterruptedException {
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		Users users = users();
		Thread caller = hang(() -> users.hang(1), thrown);
		assertThat(this.runner.snapshot().calls()).singleElement()
			.satisfies((call) -> assertThat(call.taskName()).isEqualTo("Users.hang"));
		caller.interrupt();
		caller.join(LONG.toMillis());
		assertThat(thrown.get()).isInstanceOf(RunInterruptedException.class);
		await().until(() -> this.upstream.released() == 1);
	}

	@Test
	void endOfTheRunnerReleasesTheConnection() throws InterruptedException {
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		Users users = users();
		Thread caller = hang(() -> users.hang(1), thrown);
		this.runner.close(Duration.ZERO);
		caller.join(LONG.toMillis());
		assertThat(thrown.get()).isInstanceOf(RunnerClosedException.class);
		await().until(() -> this.upstream.released() == 1);
		assertThatExceptionOfType(RunnerClosedException.class).isThrownBy(() -> users.find(1))
			.withMessageContaining("\"Users.find\"");
	}

	@Test
	void permitsOfTheRunnerCount() throws InterruptedException {
		this.runner.close();
		this.runner = EventLoopThreadRunner.builder().maxInFlight(1).overloadPolicy(OverloadPolicy.REJECT).build();
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		Users users = users();
		Thread caller = hang(() -> users.hang(1), thrown);
		assertThatExceptionOfType(RunnerOverloadedException.class).isThrownBy(() -> users.find(1))
			.withMessageContaining("\"Users.find\"");
		caller.interrupt();
		caller.join(LONG.toMillis());
		await().untilAsserted(() -> assertThat(users.find(1)).isEqualTo(User.of(1)));
	}

	@Test
	void blockingIsRefusedOnALoop() {
		Users users = users();
		assertThatExceptionOfType(BlockingNotAllowedException.class)
			.isThrownBy(() -> this.runner.run(() -> CompletableFuture.completedFuture(users.find(1))))
			.withMessageContaining("\"Users.find\"");
		assertThat(this.upstream.requests()).isEmpty();
	}

	@Test
	void answerThatIsAnErrorIsThatOfTheFramework() {
		WebClientResponseException.NotFound thrown = catchThrowableOfType(WebClientResponseException.NotFound.class,
				() -> users().status(404));
		assertThat(thrown.getSuppressed()).filteredOn(RunCallSite.class::isInstance)
			.singleElement()
			.satisfies((site) -> {
				assertThat(((RunCallSite) site).getTaskName()).isEqualTo("Users.status");
				assertThat(site.getStackTrace()[0].getClassName()).startsWith(getClass().getName());
				assertThat(site.getStackTrace()[0].getMethodName()).contains("answerThatIsAnErrorIsThatOfTheFramework");
			});
	}

	@Test
	void failureOfTheClientIsTheSameInstanceWithOneMark() {
		IllegalStateException failure = new IllegalStateException("expected");
		this.failure.set(failure);
		Users users = users();
		for (int i = 0; i < 3; i++) {
			assertThat(catchThrowable(() -> users.find(1))).isSameAs(failure);
		}
		assertThat(failure.getSuppressed()).filteredOn(RunCallSite.class::isInstance).hasSize(1);
	}

	@Test
	void errorOfTheClientIsTheSameInstance() {
		AssertionError failure = new AssertionError("expected");
		this.failure.set(failure);
		assertThat(catchThrowable(() -> users().find(1))).isSameAs(failure);
	}

	@Test
	void checkedFailureOfTheClientIsWrappedAsByTheFramework() {
		IOException failure = new IOException("expected");
		this.failure.set(failure);
		Throwable expected = catchThrowable(
				() -> HttpServiceProxyFactory.builderFor(client()).build().createClient(Users.class).find(1));
		assertThat(catchThrowable(() -> users().find(1))).hasSameClassAs(expected).hasCause(failure);
	}

	@Test
	void timeoutOfTheClientItselfIsNoneOfTheCall() {
		RunTimeoutException failure = new RunTimeoutException("expected", LONG, RunPhase.RUNNING);
		this.failure.set(failure);
		assertThat(catchThrowable(() -> users().find(1))).isSameAs(failure).hasMessage("expected");
	}

	@Test
	void taskIsNamedAfterTheInterfaceAlsoWhereTheMethodIsInherited() throws InterruptedException {
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		Special special = create(adapter(), Special.class);
		Thread caller = hang(() -> special.hang(1L), thrown);
		assertThat(this.runner.snapshot().calls()).extracting(RunnerSnapshot.Call::taskName)
			.containsExactly("Special.hang");
		caller.interrupt();
		caller.join(LONG.toMillis());
	}

	@Test
	void adapterIsOfUseWithoutAnInterface() {
		assertThat(adapter().supportsRequestAttributes()).isTrue();
		assertThat(adapter().exchangeForBody(
				HttpRequestValues.builder().setHttpMethod(HttpMethod.GET).setUriTemplate("/users/1").build(),
				new ParameterizedTypeReference<User>() {
				}))
			.isEqualTo(User.of(1));
		assertThat(submitted()).isOne();
	}

	@Test
	void timeoutOfTheMethodComesBeforeThatOfTheInterfaceAndTheAdapter() {
		Timed timed = create(adapter().withTimeout(LONG), Timed.class);
		assertThat(limit(timed::onMethod)).isEqualTo(Duration.ofMillis(50));
		assertThat(limit(timed::onInterface)).isEqualTo(Duration.ofMillis(80));
	}

	@Test
	void timeoutOfTheAdapterComesBeforeTheBlockTimeoutAndThatBeforeTheRunner() {
		WebClientAdapter client = client();
		client.setBlockTimeout(Duration.ofMillis(60));
		RunnerHttpExchangeAdapter adapter = new RunnerHttpExchangeAdapter(client, this.runner);
		assertThat(limit(() -> create(adapter, Users.class).hang(1))).isEqualTo(Duration.ofMillis(60));
		assertThat(limit(() -> create(adapter.withTimeout(Duration.ofMillis(40)), Users.class).hang(1)))
			.isEqualTo(Duration.ofMillis(40));
	}

	@Test
	void zeroIsNoTimeout() throws InterruptedException {
		this.runner.close();
		this.runner = EventLoopThreadRunner.builder().timeout(Duration.ofMillis(1)).build();
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		Users users = create(adapter().withTimeout(Duration.ZERO), Users.class);
		Thread caller = hang(() -> users.hang(1), thrown);
		assertThat(this.runner.snapshot().calls()).singleElement()
			.satisfies((call) -> assertThat(call.remaining()).isNull());
		caller.interrupt();
		caller.join(LONG.toMillis());
		assertThat(thrown.get()).isInstanceOf(RunInterruptedException.class);
	}

	@Test
	void placeholdersAreResolved() {
		RunnerHttpExchangeAdapter adapter = adapter()
			.withValueResolver((value) -> value.replace("${placeholder.timeout}", "30ms"));
		adapter.verify(Placeholder.class);
		assertThat(limit(create(adapter, Placeholder.class)::hang)).isEqualTo(Duration.ofMillis(30));
	}

	@Test
	void placeholderWithoutResolverIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> adapter().verify(Placeholder.class))
			.withMessageContaining("@RunTimeout(\"${placeholder.timeout}\")")
			.withMessageContaining("Placeholder.hang()");
	}

	@ParameterizedTest
	@ValueSource(classes = { Unreadable.class, Negative.class, Blank.class })
	void timeoutThatIsNoneIsRefusedAndNamesTheMethod(Class<?> service) {
		assertThatIllegalArgumentException().isThrownBy(() -> adapter().verify(service))
			.withMessageStartingWith("@RunTimeout(\"")
			.withMessageContaining(service.getName() + ".find(long)")
			.withMessageEndingWith("set it to a duration with its unit, such as 150ms or 2s, or to 0 for no limit");
	}

	@Test
	void timeoutOfAMethodThatWaitsForNothingIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> adapter().verify(Reactive.class))
			.withMessageContaining(Reactive.class.getName() + ".find()")
			.withMessageContaining("returns Mono");
	}

	@Test
	void negativeTimeoutIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> adapter().withTimeout(Duration.ofMillis(-1)));
	}

	private static Duration limit(Runnable call) {
		return catchThrowableOfType(RunTimeoutException.class, call::run).getLimit();
	}

	@HttpExchange(accept = MediaType.APPLICATION_JSON_VALUE)
	public interface Users {

		@GetExchange("/users/{id}")
		User find(@PathVariable long id);

		@GetExchange("/users/{id}")
		Optional<User> findOptional(@PathVariable long id);

		@GetExchange("/users/{id}")
		ResponseEntity<User> findEntity(@PathVariable long id);

		@GetExchange("/users/{id}")
		HttpHeaders findHeaders(@PathVariable long id);

		@GetExchange("/users/{id}")
		ResponseEntity<Void> findBodiless(@PathVariable long id);

		@GetExchange("/users/{id}")
		ResponseEntity<Flux<User>> findStreamed(@PathVariable long id);

		@GetExchange("/users/{id}")
		void touch(@PathVariable long id);

		default User findByDefaultMethod(long id) {
			return find(id);
		}

		@GetExchange("/users/{id}")
		Mono<User> findMono(@PathVariable long id);

		@GetExchange("/users/{id}")
		CompletableFuture<User> findFuture(@PathVariable long id);

		@GetExchange("/users/{id}")
		Flux<User> findFlux(@PathVariable long id);

		@GetExchange("/users/{id}")
		Mono<ResponseEntity<User>> findEntityMono(@PathVariable long id);

		@GetExchange("/hang/{id}")
		User hang(@PathVariable long id);

		@GetExchange("/hang?fixed=true")
		User hangWith(@RequestParam Map<String, String> parameters, @RequestParam String more);

		@GetExchange("/status/{status}")
		void status(@PathVariable int status);

	}

	interface General<I> {

		@GetExchange("/hang/{id}")
		User hang(@PathVariable I id);

	}

	interface Special extends General<Long> {

	}

	@RunTimeout("80ms")
	interface Timed {

		@GetExchange("/hang")
		@RunTimeout("50ms")
		User onMethod();

		@GetExchange("/hang")
		User onInterface();

		@GetExchange("/users/1")
		Mono<User> reactive();

	}

	interface Placeholder {

		@GetExchange("/hang")
		@RunTimeout("${placeholder.timeout}")
		User hang();

	}

	interface Unreadable {

		@GetExchange("/users/{id}")
		@RunTimeout("soon")
		User find(@PathVariable long id);

	}

	interface Negative {

		@GetExchange("/users/{id}")
		@RunTimeout("-1s")
		User find(@PathVariable long id);

	}

	@RunTimeout("")
	interface Blank {

		@GetExchange("/users/{id}")
		User find(@PathVariable long id);

	}

	interface Reactive {

		@GetExchange("/users/1")
		@RunTimeout("1s")
		Mono<User> find();

	}

}
