package com.example.comments.rating;

import java.time.Duration;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * Serves the partner's ratings.
 */
@RestController
class RatingController {

	private static final Duration PATIENCE = Duration.ofMillis(500);

	private final RatingClient client;

	RatingController(RatingClient client) {
		this.client = client;
	}

	@GetMapping("/api/ratings/{id}")
	Rating rating(@PathVariable int id) {
		return this.client.find(id).block(PATIENCE);
	}

}
