package io.palitra.sample.webmvc;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.DynamicPropertyRegistrar;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An upstream that answers a request for a comment or a rating when the test says so, and
 * with what the test says. The scheduled job's requests it answers by itself.
 */
final class StubUpstream implements AutoCloseable {

	private final BlockingQueue<HttpExchange> unanswered = new LinkedBlockingQueue<>();

	private final HttpServer server;

	private StubUpstream() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
		this.server.createContext("/comments", (exchange) -> answer(exchange, 200, "[]"));
		this.server.createContext("/comments/", this.unanswered::add);
		this.server.createContext("/ratings/", this.unanswered::add);
		this.server.start();
	}

	/**
	 * Waits until a call has sent its three requests.
	 * @return the requests, that for the first comment first
	 */
	List<HttpExchange> threeRequests() throws InterruptedException {
		return Stream.of(request(), request(), request())
			.sorted(Comparator.comparing((request) -> request.getRequestURI().getPath()))
			.toList();
	}

	/**
	 * Waits for the next request.
	 */
	HttpExchange request() throws InterruptedException {
		HttpExchange request = next(30_000);
		assertThat(request).as("request to the upstream").isNotNull();
		return request;
	}

	/**
	 * Drops what has been sent by callers that did not wait for an answer.
	 */
	void clear() throws InterruptedException {
		for (HttpExchange request = next(100); request != null; request = next(100)) {
			request.close();
		}
	}

	private HttpExchange next(long millis) throws InterruptedException {
		return this.unanswered.poll(millis, TimeUnit.MILLISECONDS);
	}

	static void answer(HttpExchange request, int status, String json) throws IOException {
		byte[] body = json.getBytes(StandardCharsets.UTF_8);
		request.getResponseHeaders().set("Content-Type", "application/json");
		request.sendResponseHeaders(status, body.length);
		request.getResponseBody().write(body);
		request.close();
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Configuration {

		@Bean
		StubUpstream stubUpstream() throws IOException {
			return new StubUpstream();
		}

		@Bean
		DynamicPropertyRegistrar upstreamUrl(StubUpstream upstream) {
			return (properties) -> properties.add("sample.upstream-url",
					() -> URI.create("http://127.0.0.1:" + upstream.server.getAddress().getPort()));
		}

	}

}
