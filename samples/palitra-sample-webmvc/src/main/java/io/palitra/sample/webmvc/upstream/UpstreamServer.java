package io.palitra.sample.webmvc.upstream;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * A slow and unreliable service that has comments. No request occupies a thread while it
 * waits for its latency to pass.
 */
class UpstreamServer implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(UpstreamServer.class);

	private static final Pattern COMMENT = Pattern.compile("/comments/(\\d{1,9})");

	/**
	 * How many connections may wait to be accepted: with the default of 50, a burst of
	 * requests would be served only after the clients have tried again.
	 */
	private static final int BACKLOG = 1024;

	private final UpstreamProperties properties;

	private final ScheduledExecutorService executor = Executors
		.newSingleThreadScheduledExecutor(new CustomizableThreadFactory("upstream-"));

	private final HttpServer server;

	UpstreamServer(UpstreamProperties properties) {
		this.properties = properties;
		this.server = bind(properties.port());
		this.server.createContext("/", this::handle);
		this.server.setExecutor(this.executor);
		this.server.start();
		logger.info("Upstream started at {}", url());
	}

	private static HttpServer bind(int port) {
		// Sends the head of a response and its body separately, which without this costs
		// 40 ms more on JDK 17: the client's delayed acknowledgement of the first.
		System.setProperty("sun.net.httpserver.nodelay", "true");
		try {
			return HttpServer.create(new InetSocketAddress("127.0.0.1", port), BACKLOG);
		}
		catch (IOException ex) {
			throw new IllegalStateException("The upstream cannot be started on port " + port + " (" + ex.getMessage()
					+ "); set upstream.port to another one, or to 0 for any that is free", ex);
		}
	}

	URI url() {
		return URI.create("http://127.0.0.1:" + this.server.getAddress().getPort());
	}

	private void handle(HttpExchange exchange) {
		this.executor.schedule(() -> answer(exchange), this.properties.latency().toNanos(), TimeUnit.NANOSECONDS);
	}

	private void answer(HttpExchange exchange) {
		try {
			String path = exchange.getRequestURI().getPath();
			Matcher comment = COMMENT.matcher(path);
			if (ThreadLocalRandom.current().nextDouble() < this.properties.failureRate()) {
				exchange.sendResponseHeaders(500, -1);
			}
			else if (path.equals("/comments")) {
				send(exchange,
						IntStream.rangeClosed(1, 3)
							.mapToObj(UpstreamServer::comment)
							.collect(Collectors.joining(",", "[", "]")));
			}
			else if (comment.matches()) {
				send(exchange, comment(Integer.parseInt(comment.group(1))));
			}
			else {
				exchange.sendResponseHeaders(404, -1);
			}
		}
		catch (IOException ex) {
			logger.debug("The client did not wait for {}", exchange.getRequestURI(), ex);
		}
		finally {
			exchange.close();
		}
	}

	private static String comment(int id) {
		return """
				{"id":%1$d,"author":"author-%1$d","text":"This is comment %1$d."}""".formatted(id);
	}

	private static void send(HttpExchange exchange, String json) throws IOException {
		byte[] body = json.getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().set("Content-Type", "application/json");
		exchange.sendResponseHeaders(200, body.length);
		exchange.getResponseBody().write(body);
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.executor.shutdownNow();
	}

}
