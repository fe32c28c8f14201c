package io.palitra.docs.greeting;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import io.palitra.EventLoopThreadRunner;

// tag::controller[]
@RestController
class GreetingController {

	private final EventLoopThreadRunner runner;

	GreetingController(EventLoopThreadRunner runner) {
		this.runner = runner;
	}

	@GetMapping("/greetings")
	List<String> greetings() {
		return this.runner.gather(() -> slowly("hello"), () -> slowly("good morning"));
	}

	private static CompletableFuture<String> slowly(String greeting) {
		return CompletableFuture.supplyAsync(() -> greeting,
				CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS));
	}

}
// end::controller[]
