package io.palitra.docs.readme;

// tag::file[]
import java.time.Duration;
import java.util.List;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

import io.palitra.EventLoopThreadRunner;

import static io.palitra.reactor.ReactorTasks.mono;

@RestController
class CommentsController {

	private final EventLoopThreadRunner runner;

	private final WebClient client;

	CommentsController(EventLoopThreadRunner runner, WebClient.Builder builder) {
		this.runner = runner;
		this.client = builder.baseUrl("http://localhost:8081").build();
	}

	// tag::comments[]
	@GetMapping("/api/comments")
	List<Comment> comments() {
		return this.runner.gather(mono(find(1)), mono(find(2)), mono(find(3)));
	}
	// end::comments[]

	@GetMapping("/api/comments/{id}")
	Comment comment(@PathVariable int id) {
		return this.runner.run(mono(find(id)), Duration.ofSeconds(2));
	}

	private Mono<Comment> find(int id) {
		return this.client.get().uri("/comments/{id}", id).retrieve().bodyToMono(Comment.class);
	}

	record Comment(int id, String author, String text) {
	}

}
// end::file[]
