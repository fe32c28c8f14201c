package io.palitra.spring.boot.starter.http;

import java.util.concurrent.atomic.AtomicInteger;

import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/**
 * Fails with 503 for user 503, and lets all others wait until it is told to answer.
 */
final class Upstream implements AutoCloseable {

	private final AtomicInteger waiting = new AtomicInteger();

	private final AtomicInteger released = new AtomicInteger();

	private final Sinks.One<String> answer = Sinks.one();

	private final DisposableServer server = HttpServer.create()
		.host("127.0.0.1")
		.port(0)
		.route((routes) -> routes.get("/users/503", (request, response) -> response.status(503).send())
			.get("/users/{id}", (request, response) -> response.sendString(answer())))
		.bindNow();

	private Mono<String> answer() {
		return this.answer.asMono()
			.doOnSubscribe((subscription) -> this.waiting.incrementAndGet())
			.doOnCancel(this.released::incrementAndGet);
	}

	/**
	 * Answers all who wait and all who come.
	 */
	void answerWith(String name) {
		this.answer.tryEmitValue(name).orThrow();
	}

	/**
	 * How many requests have been seen that have to wait.
	 */
	int waiting() {
		return this.waiting.get();
	}

	/**
	 * How many connections of requests that had to wait the client has closed.
	 */
	int released() {
		return this.released.get();
	}

	String url() {
		return "http://127.0.0.1:" + this.server.port();
	}

	@Override
	public void close() {
		this.server.disposeNow();
	}

}
