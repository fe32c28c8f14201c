package io.palitra.sample.webmvc.comment;

import java.util.List;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

import io.palitra.EventLoopThreadRunner;

import static io.palitra.reactor.ReactorTasks.mono;

/**
 * Fetches three comments concurrently, in the ordinary blocking style of a servlet
 * application.
 */
@RestController
@RequestMapping("/api/comments")
class CommentController {

	private final EventLoopThreadRunner runner;

	private final CommentWebClient webClient;

	private final CommentHttpClient httpClient;

	CommentController(EventLoopThreadRunner runner, CommentWebClient webClient, CommentHttpClient httpClient) {
		this.runner = runner;
		this.webClient = webClient;
		this.httpClient = httpClient;
	}

	@GetMapping
	List<Comment> withWebClient() {
		return this.runner.gather(mono(this.webClient.find(1)), mono(this.webClient.find(2)),
				mono(this.webClient.find(3)));
	}

	@GetMapping("/jdk")
	List<Comment> withJdkHttpClient() {
		return this.runner.gather(() -> this.httpClient.find(1), () -> this.httpClient.find(2),
				() -> this.httpClient.find(3));
	}

}
