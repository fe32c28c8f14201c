package io.palitra.spring.boot.starter.slice;

import java.util.concurrent.CompletableFuture;

import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import io.palitra.EventLoopThreadRunner;

@RestController
class SliceGreetingController {

	private final EventLoopThreadRunner runner;

	SliceGreetingController(EventLoopThreadRunner runner) {
		this.runner = runner;
	}

	@GetMapping("/greeting")
	@QueryMapping
	String greeting() {
		return this.runner.run(() -> CompletableFuture.supplyAsync(() -> "hello"));
	}

}
