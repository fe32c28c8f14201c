package io.palitra.docs.interfaces;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * Has users and their orders; fails below {@code /failing} and is silent below
 * {@code /silent}.
 */
final class Upstream implements AutoCloseable {

	private final ExecutorService executor = Executors.newSingleThreadExecutor();

	private final List<String> requests = new CopyOnWriteArrayList<>();

	private final HttpServer server;

	Upstream() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", this::answer);
		this.server.setExecutor(this.executor);
		this.server.start();
	}

	private void answer(HttpExchange exchange) throws IOException {
		String path = exchange.getRequestURI().getPath();
		this.requests.add(path);
		if (path.startsWith("/silent")) {
			return;
		}
		byte[] body = (path.endsWith("/orders") ? "[{\"number\":1}]" : "{\"id\":7,\"name\":\"Ada\"}")
			.getBytes(StandardCharsets.UTF_8);
		try (exchange) {
			exchange.getResponseHeaders().set("Content-Type", "application/json");
			exchange.sendResponseHeaders(path.startsWith("/failing") ? 503 : 200, body.length);
			exchange.getResponseBody().write(body);
		}
	}

	List<String> requests() {
		return this.requests;
	}

	String url() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort();
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.executor.shutdownNow();
	}

}
