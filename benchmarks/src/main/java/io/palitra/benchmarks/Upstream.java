package io.palitra.benchmarks;

import java.time.Duration;

import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/**
 * Answers each request with its path, after a while.
 */
final class Upstream implements AutoCloseable {

	private final LoopResources threads = LoopResources.create("upstream", 1, true);

	private final DisposableServer server;

	Upstream(Duration latency) {
		this.server = HttpServer.create()
			.host("127.0.0.1")
			.port(0)
			.runOn(this.threads)
			.handle((request, response) -> response.sendString(
					latency.isZero() ? Mono.just(request.uri()) : Mono.just(request.uri()).delayElement(latency)))
			.bindNow();
	}

	String url() {
		return "http://127.0.0.1:" + this.server.port();
	}

	@Override
	public void close() {
		this.server.disposeNow();
		this.threads.dispose();
	}

}
