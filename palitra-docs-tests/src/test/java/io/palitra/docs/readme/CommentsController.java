package io.palitra.docs.readme;

import java.util.List;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

import io.palitra.EventLoopThreadRunner;

import static io.palitra.reactor.ReactorTasks.mono;

@RestController
class CommentsController {

	private final EventLoopThreadRunner runner;

	private final CommentClient client;

	CommentsController(EventLoopThreadRunner runner, CommentClient client) {
		this.runner = runner;
		this.client = client;
	}

	// tag::comments[]
	@GetMapping("/api/comments")
	List<Comment> comments() {
		return this.runner.gather(mono(this.client.find(1)), mono(this.client.find(2)), mono(this.client.find(3)));
	}
	// end::comments[]

	record Comment(int id, String author, String text) {
	}

	interface CommentClient {

		Mono<Comment> find(int id);

	}

}
