package com.example.comments.comment;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.springframework.format.annotation.DurationFormat;
import org.springframework.format.annotation.DurationFormat.Style;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

import com.example.comments.problem.Problems;

/**
 * Fetches comments concurrently, in the ordinary blocking style of a servlet application.
 */
@RestController
@RequestMapping("/api/comments")
class CommentController {

	private final CommentWebClient webClient;

	private final CommentHttpClient httpClient;

	private final Problems problems;

	CommentController(CommentWebClient webClient, CommentHttpClient httpClient, Problems problems) {
		this.webClient = webClient;
		this.httpClient = httpClient;
		this.problems = problems;
	}

	@GetMapping
	List<Comment> withWebClient() {
		return Mono.zip(this.webClient.find(1), this.webClient.find(2), this.webClient.find(3))
			.map((comments) -> List.of(comments.getT1(), comments.getT2(), comments.getT3()))
			.block();
	}

	/**
	 * Fetches comments of which some may be missing or fail: what has come is served all
	 * the same.
	 */
	@GetMapping("/outcomes")
	List<CommentOutcome> whatThereIs(@RequestParam(defaultValue = "1,2,404") List<Integer> id) {
		return id.stream().map(this::outcome).toList();
	}

	private CommentOutcome outcome(int id) {
		try {
			return new CommentOutcome(this.webClient.find(id).block(), null);
		}
		catch (RuntimeException ex) {
			return new CommentOutcome(null, this.problems.describe(ex));
		}
	}

	/**
	 * Fetches a comment for somebody who has no more than a certain time.
	 */
	@GetMapping("/{id}")
	Comment inTime(@PathVariable int id,
			@RequestParam(defaultValue = "1s") @DurationFormat(style = Style.SIMPLE) Duration timeout) {
		if (timeout.compareTo(Duration.ZERO) <= 0) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
					"timeout must be positive, such as 100ms or 1s, but was " + timeout);
		}
		return this.webClient.find(id).block(timeout);
	}

	@GetMapping("/jdk")
	List<Comment> withJdkHttpClient() {
		CompletableFuture<Comment> one = this.httpClient.find(1);
		CompletableFuture<Comment> two = this.httpClient.find(2);
		CompletableFuture<Comment> three = this.httpClient.find(3);
		CompletableFuture.allOf(one, two, three).join();
		return List.of(one.join(), two.join(), three.join());
	}

	@GetMapping("/jdk/first")
	Comment first() {
		return this.httpClient.find(1).join();
	}

}
