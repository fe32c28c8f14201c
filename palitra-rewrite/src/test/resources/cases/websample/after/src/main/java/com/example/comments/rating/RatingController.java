package com.example.comments.rating;

import java.time.Duration;

import io.palitra.EventLoopThreadRunner;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

import static io.palitra.reactor.ReactorTasks.mono;

/**
 * Serves the partner's ratings.
 */
@RestController
class RatingController {

	private static final Duration PATIENCE = Duration.ofMillis(500);

	private final EventLoopThreadRunner runner;

	private final RatingClient client;

	RatingController(RatingClient client, EventLoopThreadRunner runner) {
		this.runner = runner;
		this.client = client;
	}

	@GetMapping("/api/ratings/{id}")
	Rating rating(@PathVariable int id) {
		return this.runner.run(mono(this.client.find(id)), PATIENCE);
	}

}
