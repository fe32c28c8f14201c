package io.palitra.docs.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.RunTimeoutException;
import io.palitra.reactor.ReactorTasks;

import static io.palitra.reactor.ReactorTasks.list;
import static io.palitra.reactor.ReactorTasks.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The recipes for HTTP clients.
 */
class HttpRecipeTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.create();

	private StubUpstream upstream;

	@BeforeEach
	void start() throws IOException {
		this.upstream = new StubUpstream();
	}

	@AfterEach
	void stop() {
		this.upstream.close();
		this.runner.close(Duration.ZERO);
	}

	@Test
	void valuesOfWebClient() {
		assertThat(values(WebClient.create(this.upstream.uri("").toString()))).containsExactly("answer to /one",
				"answer to /two", "answer to /three");
	}

	private List<String> values(WebClient client) {
		// tag::webclient[]
		Mono<String> one = client.get().uri("/one").retrieve().bodyToMono(String.class);
		Flux<String> others = Flux.just("/two", "/three")
			.concatMap((path) -> client.get().uri(path).retrieve().bodyToMono(String.class));

		String first = this.runner.run(mono(one));
		List<String> rest = this.runner.run(list(others), RunOptions.defaults().name("others"));
		// end::webclient[]
		return Stream.concat(Stream.of(first), rest.stream()).toList();
	}

	@Test
	void chainOfRequests() {
		assertThat(chain(HttpClient.newHttpClient(), HttpRequest.newBuilder(this.upstream.uri("/one")).build(),
				HttpRequest.newBuilder(this.upstream.uri("/two")).build()))
			.isEqualTo("answer to /two");
	}

	private String chain(HttpClient client, HttpRequest first, HttpRequest second) {
		// tag::chain[]
		HttpResponse<String> response = this.runner
			.runScoped((scope) -> scope.fork(() -> client.sendAsync(first, BodyHandlers.ofString()))
				.thenCompose((answer) -> client.sendAsync(second, BodyHandlers.ofString())));
		return response.body();
		// end::chain[]
	}

	@Test
	void streamOfWebClient() {
		assertThat(firstLong(Flux.range(1, 1_000_000).map((line) -> "line " + line))).isEqualTo("line 100");
	}

	private String firstLong(Flux<String> lines) {
		// tag::stream[]
		try (Stream<String> stream = ReactorTasks.stream(this.runner, lines)) {
			return stream.filter((line) -> line.length() > 7).findFirst().orElseThrow();
		}
		// end::stream[]
	}

	@Test
	void jdkHttpClient() throws Exception {
		assertThat(fetch(this.upstream.uri("/jdk"))).isEqualTo("answer to /jdk");
		this.upstream.close();
		assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> fetch(this.upstream.uri("/gone")));
	}

	private String fetch(URI uri) throws IOException {
		// tag::jdk[]
		HttpClient client = HttpClient.newHttpClient();
		HttpRequest request = HttpRequest.newBuilder(uri).build();
		HttpResponse<String> response = this.runner.runChecked(() -> client.sendAsync(request, BodyHandlers.ofString()),
				IOException.class);
		return response.body();
		// end::jdk[]
	}

	@Test
	void timeoutCancelsTheExchange() {
		HttpClient client = HttpClient.newHttpClient();
		HttpRequest request = HttpRequest.newBuilder(this.upstream.uri("/silent")).build();
		assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(
				() -> this.runner.run(() -> client.sendAsync(request, BodyHandlers.ofString()), Duration.ofMillis(50)));
	}

}
