package io.palitra.spring.boot.starter.slice;

import java.util.concurrent.CompletableFuture;

import org.springframework.web.client.RestClient;

import io.palitra.EventLoopThreadRunner;

/**
 * A client that is written with RestClient and asks for several things at once.
 */
class GreetingClient {

	private final RestClient client;

	private final EventLoopThreadRunner runner;

	GreetingClient(RestClient.Builder builder, EventLoopThreadRunner runner) {
		this.client = builder.build();
		this.runner = runner;
	}

	String greeting() {
		return this.runner.run(() -> CompletableFuture
			.supplyAsync(() -> this.client.get().uri("/greeting").retrieve().body(String.class)));
	}

}
