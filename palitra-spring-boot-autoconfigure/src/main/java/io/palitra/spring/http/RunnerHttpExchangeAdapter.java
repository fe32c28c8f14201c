package io.palitra.spring.http;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.util.StringValueResolver;
import org.springframework.web.service.invoker.HttpRequestValues;
import org.springframework.web.service.invoker.ReactorHttpExchangeAdapter;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunCallSite;
import io.palitra.RunOptions;
import io.palitra.RunTimeoutException;
import io.palitra.reactor.ReactorTasks;

/**
 * Has the blocking methods of HTTP interfaces wait through a runner, with its timeout,
 * its permits and its context, instead of with {@link Mono#block()}. In an application
 * with Spring Boot's groups of HTTP interfaces this is auto-configured; elsewhere:
 *
 * <pre>{@code
 * HttpServiceProxyFactory factory = HttpServiceProxyFactory
 *     .builderFor(new RunnerHttpExchangeAdapter(WebClientAdapter.create(webClient), runner))
 *     .build();
 * }</pre>
 *
 * The name of a task is that of the interface and the method, such as {@code Users.find}.
 * Its time is limited by the first of these that is set: {@link RunTimeout} on the
 * method, then on the interface, {@linkplain #withTimeout(Duration) this adapter's
 * timeout}, the {@linkplain ReactorHttpExchangeAdapter#getBlockTimeout() block timeout}
 * of the adapter that does the work, the runner's timeout. A method that returns a
 * reactive type or a future waits for nothing, and is left to its caller.
 * <p>
 * What a method throws is what the client fails with, the same instance. Besides there
 * are the runner's own exceptions, as from {@link EventLoopThreadRunner#run}; the message
 * of a {@link RunTimeoutException} begins with the HTTP method and the URI template.
 * <p>
 * Immutable, for any number of threads and interfaces.
 */
public final class RunnerHttpExchangeAdapter implements ReactorHttpExchangeAdapter {

	private static final RunOptions UNKNOWN_METHOD = RunOptions.defaults().name("http-exchange");

	/**
	 * What Spring Framework begins the variables with that it appends to a URI template
	 * for query parameters.
	 */
	private static final String QUERY_PARAMETER = "{queryParam-";

	/**
	 * Those who implement an HTTP interface, and those who put something around it. What
	 * proxies are named is that of the JDK and of Spring Framework.
	 */
	private static final Pattern BETWEEN = Pattern
		.compile("(java|jdk|reactor|org\\.springframework|io\\.github\\.resilience4j)\\.|.*\\$Proxy\\d|"
				+ Pattern.quote(RunnerHttpExchangeAdapter.class.getName()) + "$|"
				+ Pattern.quote(BlockingMono.class.getName()) + "$");

	private final ReactorHttpExchangeAdapter delegate;

	private final EventLoopThreadRunner runner;

	private final @Nullable Duration timeout;

	private final StringValueResolver values;

	private final ServiceMethods methods;

	/**
	 * Creates an adapter.
	 * @param delegate does the exchanges, such as a {@code WebClientAdapter}
	 * @param runner waits for them
	 * @throws NullPointerException if an argument is {@code null}
	 */
	public RunnerHttpExchangeAdapter(ReactorHttpExchangeAdapter delegate, EventLoopThreadRunner runner) {
		this(delegate, runner, null, (value) -> value);
	}

	private RunnerHttpExchangeAdapter(ReactorHttpExchangeAdapter delegate, EventLoopThreadRunner runner,
			@Nullable Duration timeout, StringValueResolver values) {
		this.delegate = Objects.requireNonNull(delegate, "delegate");
		this.runner = Objects.requireNonNull(runner, "runner");
		this.timeout = timeout;
		this.values = Objects.requireNonNull(values, "values");
		this.methods = new ServiceMethods(delegate.getReactiveAdapterRegistry(), values);
	}

	/**
	 * Limits the time of all methods that have no {@link RunTimeout}.
	 * @param timeout the limit; zero for none, even if the runner has one
	 * @return a new adapter
	 * @throws NullPointerException if {@code timeout} is {@code null}
	 * @throws IllegalArgumentException if {@code timeout} is negative
	 */
	public RunnerHttpExchangeAdapter withTimeout(Duration timeout) {
		if (timeout.isNegative()) {
			throw new IllegalArgumentException("timeout must not be negative but was " + timeout);
		}
		return new RunnerHttpExchangeAdapter(this.delegate, this.runner, ServiceMethod.limit(timeout), this.values);
	}

	/**
	 * Says what placeholders in {@link RunTimeout} stand for. Without this they stand for
	 * nothing, and are refused.
	 * @param values resolves them, such as
	 * {@code configurableBeanFactory::resolveEmbeddedValue}
	 * @return a new adapter
	 * @throws NullPointerException if {@code values} is {@code null}
	 */
	public RunnerHttpExchangeAdapter withValueResolver(StringValueResolver values) {
		return new RunnerHttpExchangeAdapter(this.delegate, this.runner, this.timeout, values);
	}

	/**
	 * Looks at all methods of an interface, as is done else when one is called for the
	 * first time.
	 * @param service the interface
	 * @throws IllegalArgumentException if there is a {@link RunTimeout} that is none, or
	 * one of a method that waits for nothing; the message names the method
	 */
	public void verify(Class<?> service) {
		this.methods.verify(service);
	}

	@Override
	public ReactiveAdapterRegistry getReactiveAdapterRegistry() {
		return this.delegate.getReactiveAdapterRegistry();
	}

	@Override
	public @Nullable Duration getBlockTimeout() {
		return this.delegate.getBlockTimeout();
	}

	@Override
	public boolean supportsRequestAttributes() {
		return this.delegate.supportsRequestAttributes();
	}

	@Override
	public void exchange(HttpRequestValues request) {
		block(exchangeForMono(request));
	}

	@Override
	public HttpHeaders exchangeForHeaders(HttpRequestValues request) {
		return Objects.requireNonNull(block(exchangeForHeadersMono(request)), "headers");
	}

	@Override
	public <T> @Nullable T exchangeForBody(HttpRequestValues request, ParameterizedTypeReference<T> bodyType) {
		return block(exchangeForBodyMono(request, bodyType));
	}

	@Override
	public ResponseEntity<Void> exchangeForBodilessEntity(HttpRequestValues request) {
		return Objects.requireNonNull(block(exchangeForBodilessEntityMono(request)), "entity");
	}

	@Override
	public <T> ResponseEntity<T> exchangeForEntity(HttpRequestValues request, ParameterizedTypeReference<T> bodyType) {
		return Objects.requireNonNull(block(exchangeForEntityMono(request, bodyType)), "entity");
	}

	@Override
	public Mono<Void> exchangeForMono(HttpRequestValues request) {
		return throughRunner(request, this.delegate.exchangeForMono(request));
	}

	@Override
	public Mono<HttpHeaders> exchangeForHeadersMono(HttpRequestValues request) {
		return throughRunner(request, this.delegate.exchangeForHeadersMono(request));
	}

	@Override
	public <T> Mono<T> exchangeForBodyMono(HttpRequestValues request, ParameterizedTypeReference<T> bodyType) {
		return throughRunner(request, this.delegate.exchangeForBodyMono(request, bodyType));
	}

	@Override
	public <T> Flux<T> exchangeForBodyFlux(HttpRequestValues request, ParameterizedTypeReference<T> bodyType) {
		return this.delegate.exchangeForBodyFlux(request, bodyType);
	}

	@Override
	public Mono<ResponseEntity<Void>> exchangeForBodilessEntityMono(HttpRequestValues request) {
		return throughRunner(request, this.delegate.exchangeForBodilessEntityMono(request));
	}

	@Override
	public <T> Mono<ResponseEntity<T>> exchangeForEntityMono(HttpRequestValues request,
			ParameterizedTypeReference<T> bodyType) {
		return throughRunner(request, this.delegate.exchangeForEntityMono(request, bodyType));
	}

	@Override
	public <T> Mono<ResponseEntity<Flux<T>>> exchangeForEntityFlux(HttpRequestValues request,
			ParameterizedTypeReference<T> bodyType) {
		return throughRunner(request, this.delegate.exchangeForEntityFlux(request, bodyType));
	}

	private <T> @Nullable T block(Mono<T> exchange) {
		Duration blockTimeout = getBlockTimeout();
		return (blockTimeout != null) ? exchange.block(blockTimeout) : exchange.block();
	}

	/**
	 * Spring Framework asks for a {@code Mono} also for a blocking method, and blocks for
	 * it. This is how one adapter can serve interfaces that have methods of both kinds.
	 */
	private <T> Mono<T> throughRunner(HttpRequestValues request, Mono<T> exchange) {
		ServiceMethod method = this.methods.current();
		if (method != null && !method.blocking()) {
			return exchange;
		}
		return new BlockingMono<>(exchange, (blockTimeout) -> run(request, exchange, options(method, blockTimeout)));
	}

	private <T> @Nullable T run(HttpRequestValues request, Mono<T> exchange, RunOptions options) {
		try {
			return this.runner.runChecked(ReactorTasks.mono(exchange), Exception.class, options);
		}
		catch (RunTimeoutException ex) {
			throw isOfClient(ex) ? ex : withRequest(ex, request);
		}
		catch (Exception ex) {
			beginAtCaller(ex);
			// Leaves unchecked ones as they are, and wraps others as block() does
			throw Exceptions.propagate(ex);
		}
		catch (Error ex) {
			beginAtCaller(ex);
			throw ex;
		}
	}

	private RunOptions options(@Nullable ServiceMethod method, @Nullable Duration blockTimeout) {
		RunOptions options = (method != null) ? RunOptions.defaults().name(method.name()) : UNKNOWN_METHOD;
		if (method != null && method.timeout() != null) {
			return options.timeout(method.timeout());
		}
		if (this.timeout != null) {
			return options.timeout(this.timeout);
		}
		return (blockTimeout != null) ? options.timeout(blockTimeout) : options;
	}

	/**
	 * Tells the timeouts that the client's own code got from a runner of its own.
	 */
	private static boolean isOfClient(RunTimeoutException failure) {
		return callSite(failure) != null;
	}

	private static RunTimeoutException withRequest(RunTimeoutException failure, HttpRequestValues request) {
		RunTimeoutException told = new RunTimeoutException(describe(request) + ": " + failure.getMessage(),
				failure.getLimit(), failure.getPhase());
		told.setStackTrace(failure.getStackTrace());
		// What held the loop, if something did
		for (Throwable suppressed : failure.getSuppressed()) {
			told.addSuppressed(suppressed);
		}
		return told;
	}

	/**
	 * Returns the HTTP method and the URI template as it is written, as query parameters
	 * can have names that are data.
	 */
	private static String describe(HttpRequestValues request) {
		String template = (request.getUriTemplate() != null) ? request.getUriTemplate() : "";
		int parameters = template.indexOf(QUERY_PARAMETER);
		return request.getHttpMethod() + " " + ((parameters > 0) ? template.substring(0, parameters - 1) : template);
	}

	/**
	 * Leaves out the frames of those who are between the caller of the interface and the
	 * runner.
	 */
	private static void beginAtCaller(Throwable failure) {
		RunCallSite site = callSite(failure);
		if (site != null) {
			List<StackTraceElement> frames = Arrays.asList(site.getStackTrace());
			int caller = 0;
			while (caller < frames.size() && isBetween(frames.get(caller).getClassName())) {
				caller++;
			}
			if (caller < frames.size()) {
				site.setStackTrace(frames.subList(caller, frames.size()).toArray(StackTraceElement[]::new));
			}
		}
	}

	private static boolean isBetween(String className) {
		return BETWEEN.matcher(className).lookingAt();
	}

	private static @Nullable RunCallSite callSite(Throwable failure) {
		for (Throwable suppressed : failure.getSuppressed()) {
			if (suppressed instanceof RunCallSite site) {
				return site;
			}
		}
		return null;
	}

}
