package io.palitra.sample.webmvc.upstream;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
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
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * A slow and unreliable service that has a hundred comments, and ratings of them. No
 * request occupies a thread while it waits for its latency to pass.
 */
class UpstreamServer implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(UpstreamServer.class);

	private static final int COMMENTS = 100;

	private static final Pattern ITEM = Pattern.compile("/(comments|ratings)/(\\d{1,9})");

	/**
	 * How many connections may wait to be accepted: with the default of 50, a burst of
	 * requests would be served only after the clients have tried again.
	 */
	private static final int BACKLOG = 1024;

	/**
	 * When it answers even though it is silent, so that nobody waits for ever.
	 */
	private static final long SILENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

	private final UpstreamProperties properties;

	private final Set<HttpExchange> unanswered = new LinkedHashSet<>();

	private Mood mood = Mood.WELL;

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
			// Which Spring Boot explains as it does for its own server
			PortInUseException.throwIfPortBindingException(ex, () -> port);
			throw new IllegalStateException("The upstream cannot be started on port " + port + " (" + ex.getMessage()
					+ "); set upstream.port to another one, or to 0 for any that is free", ex);
		}
	}

	URI url() {
		return URI.create("http://127.0.0.1:" + this.server.getAddress().getPort());
	}

	synchronized Mood mood() {
		return this.mood;
	}

	/**
	 * Changes the mood and answers what has been left unanswered in the one before.
	 */
	synchronized void become(Mood mood) {
		this.mood = mood;
		if (mood != Mood.SILENT) {
			this.unanswered.forEach((exchange) -> this.executor.execute(() -> answer(exchange)));
			this.unanswered.clear();
		}
	}

	synchronized int unanswered() {
		return this.unanswered.size();
	}

	private void handle(HttpExchange exchange) {
		boolean partner = exchange.getRequestURI().getPath().startsWith("/ratings/");
		Duration latency = partner ? this.properties.partnerLatency() : this.properties.latency();
		this.executor.schedule(() -> answerUnlessSilent(exchange), latency.toNanos(), TimeUnit.NANOSECONDS);
	}

	private synchronized void answerUnlessSilent(HttpExchange exchange) {
		if (this.mood != Mood.SILENT) {
			answer(exchange);
			return;
		}
		this.unanswered.add(exchange);
		this.executor.schedule(() -> answerAfterSilence(exchange), SILENCE_NANOS, TimeUnit.NANOSECONDS);
	}

	private synchronized void answerAfterSilence(HttpExchange exchange) {
		if (this.unanswered.remove(exchange)) {
			answer(exchange);
		}
	}

	private void answer(HttpExchange exchange) {
		try {
			String path = exchange.getRequestURI().getPath();
			Matcher item = ITEM.matcher(path);
			if (mood() == Mood.FAILING || ThreadLocalRandom.current().nextDouble() < this.properties.failureRate()) {
				exchange.sendResponseHeaders(500, -1);
			}
			else if (path.equals("/comments")) {
				send(exchange,
						IntStream.rangeClosed(1, 3)
							.mapToObj(UpstreamServer::comment)
							.collect(Collectors.joining(",", "[", "]")));
			}
			else if (item.matches() && isKnown(Integer.parseInt(item.group(2)))) {
				int id = Integer.parseInt(item.group(2));
				send(exchange, item.group(1).equals("comments") ? comment(id) : rating(id));
			}
			else {
				exchange.sendResponseHeaders(404, -1);
			}
		}
		catch (IOException ex) {
			logger.debug("Nobody waits for {} any more ({})", exchange.getRequestURI(), ex.getMessage());
		}
		finally {
			exchange.close();
		}
	}

	private static boolean isKnown(int id) {
		return id >= 1 && id <= COMMENTS;
	}

	private static String rating(int id) {
		return """
				{"id":%d,"stars":%d}""".formatted(id, 1 + id % 5);
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

	/**
	 * How the server answers.
	 */
	enum Mood {

		/**
		 * As it should.
		 */
		WELL,

		/**
		 * With 500.
		 */
		FAILING,

		/**
		 * Not at all, until the mood changes.
		 */
		SILENT

	}

	@Override
	public void close() {
		this.server.stop(0);
		this.executor.shutdownNow();
	}

}
