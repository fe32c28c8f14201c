package io.palitra.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

import io.palitra.BlockingTasks;
import io.palitra.benchmarks.Contender.Role;
import io.palitra.reactor.ReactorTasks;

/**
 * How many requests, each to be answered from three remote calls that take 20 ms, are
 * answered, and how long do the slowest of them take?
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class FanOut {

	private static final int CALLS = 3;

	private static final Duration LATENCY = Duration.ofMillis(20);

	@Benchmark
	@Contender(value = "palitra: `gather` of three `WebClient` calls", role = Role.PALITRA)
	public List<String> palitra(Peers.Palitra peer, Reactive client) {
		return checked(peer.runner.gather(ReactorTasks.mono(client.get(0)), ReactorTasks.mono(client.get(1)),
				ReactorTasks.mono(client.get(2))));
	}

	@Benchmark
	@Contender(value = "palitra: `gather` of three `blocking(…)` calls of `RestClient`", role = Role.VARIANT,
			since = 21)
	public List<String> palitraBlocking(Peers.Palitra peer, Blocking client) {
		return checked(peer.runner.gather(BlockingTasks.blocking(() -> client.get(0)),
				BlockingTasks.blocking(() -> client.get(1)), BlockingTasks.blocking(() -> client.get(2))));
	}

	@Benchmark
	@Contender("Reactor: `Mono.zip(…).block(…)` of three `WebClient` calls")
	public List<String> reactor(Reactive client) {
		return checked(Mono.zip(client.get(0), client.get(1), client.get(2))
			.map((all) -> List.of(all.getT1(), all.getT2(), all.getT3()))
			.block(Peers.TIMEOUT));
	}

	@Benchmark
	@Contender("`RestClient` on HttpComponents, one after the other")
	public List<String> sequential(Blocking client) {
		return checked(List.of(client.get(0), client.get(1), client.get(2)));
	}

	@Benchmark
	@Contender(value = "`RestClient` on HttpComponents, each on a virtual thread", since = 21)
	public List<String> virtualThreads(Blocking client, VirtualThreads threads) throws Exception {
		List<Future<String>> answers = IntStream.range(0, CALLS)
			.mapToObj((index) -> threads.executor.submit(() -> client.get(index)))
			.toList();
		return checked(List.of(await(answers.get(0)), await(answers.get(1)), await(answers.get(2))));
	}

	private static String await(Future<String> answer) throws Exception {
		return answer.get(Peers.SECONDS, TimeUnit.SECONDS);
	}

	private static List<String> checked(@Nullable List<String> answers) {
		if (answers == null || !answers.equals(List.of("/0", "/1", "/2"))) {
			throw new IllegalStateException("The upstreams have answered " + answers);
		}
		return answers;
	}

	/**
	 * {@code WebClient} as it comes.
	 */
	@State(Scope.Benchmark)
	public static class Reactive {

		private final Upstream upstream = new Upstream(LATENCY);

		private final WebClient client = WebClient.create(this.upstream.url());

		Mono<String> get(int index) {
			return this.client.get().uri("/{index}", index).retrieve().bodyToMono(String.class);
		}

		@TearDown
		public void close() {
			this.upstream.close();
		}

	}

	/**
	 * {@code RestClient} on Apache HttpComponents, with connections for everybody.
	 */
	@State(Scope.Benchmark)
	public static class Blocking {

		private final Upstream upstream = new Upstream(LATENCY);

		private final CloseableHttpClient http = HttpClients.custom()
			.setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
				.setMaxConnPerRoute(1000)
				.setMaxConnTotal(1000)
				.build())
			.build();

		private final RestClient client = RestClient.builder()
			.baseUrl(this.upstream.url())
			.requestFactory(new HttpComponentsClientHttpRequestFactory(this.http))
			.build();

		String get(int index) {
			String answer = this.client.get().uri("/{index}", index).retrieve().body(String.class);
			return Objects.requireNonNull(answer, "answer");
		}

		@TearDown
		public void close() throws Exception {
			this.http.close();
			this.upstream.close();
		}

	}

	/**
	 * A virtual thread for each call.
	 */
	@State(Scope.Benchmark)
	public static class VirtualThreads {

		final ExecutorService executor = create();

		/**
		 * Calls what the Java version that this is compiled for does not know.
		 */
		private static ExecutorService create() {
			try {
				return (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
			}
			catch (ReflectiveOperationException ex) {
				throw new IllegalStateException("There are no virtual threads in Java " + Runtime.version(), ex);
			}
		}

		@TearDown
		public void close() {
			this.executor.shutdownNow();
		}

	}

}
