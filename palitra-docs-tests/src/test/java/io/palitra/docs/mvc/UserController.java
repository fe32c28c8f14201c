package io.palitra.docs.mvc;

import java.time.Duration;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

import io.palitra.EventLoopThreadRunner;

import static io.palitra.reactor.ReactorTasks.mono;

// tag::controller[]
@RestController
class UserController {

	private final EventLoopThreadRunner runner;

	private final WebClient client;

	UserController(EventLoopThreadRunner runner, WebClient.Builder builder) {
		this.runner = runner;
		this.client = builder.baseUrl("https://users.example.org").build();
	}

	@GetMapping("/users/{id}")
	User user(@PathVariable long id) {
		Mono<User> user = this.client.get().uri("/users/{id}", id).retrieve().bodyToMono(User.class);
		return this.runner.run(mono(user), Duration.ofSeconds(2));
	}

}
// end::controller[]
