package io.palitra.sample.context;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.DynamicPropertyRegistrar;

/**
 * An upstream that knows the price of everything: the number at the end of the item's
 * name.
 */
final class StubPrices implements AutoCloseable {

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final HttpServer server;

	StubPrices() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
		this.server.setExecutor(this.threads);
		this.server.createContext("/prices/", StubPrices::answer);
		this.server.start();
	}

	String url() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort();
	}

	private static void answer(HttpExchange request) throws IOException {
		String[] path = request.getRequestURI().getPath().split("/");
		String price = path[2].replaceAll("^[a-z]+", "");
		byte[] body = ((path.length > 3) ? "[" + price + "," + price + "]" : price).getBytes(StandardCharsets.UTF_8);
		request.getResponseHeaders().set("Content-Type", "application/json");
		request.sendResponseHeaders(200, body.length);
		request.getResponseBody().write(body);
		request.close();
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Configuration {

		@Bean
		StubPrices stubPrices() throws IOException {
			return new StubPrices();
		}

		@Bean
		DynamicPropertyRegistrar pricesUrl(StubPrices prices) {
			return (properties) -> properties.add("shop.prices-url", prices::url);
		}

	}

}
