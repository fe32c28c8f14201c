package io.palitra.sample.webmvc.rating;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;

import static io.palitra.reactor.ReactorTasks.mono;

/**
 * Serves the partner's ratings. Its runner, set up by {@code palitra.runners.partner},
 * lets few requests through at a time and gives up sooner than the others do.
 */
@RestController
class RatingController {

	private final EventLoopThreadRunner runner;

	private final RatingClient client;

	private final Ratings ratings;

	RatingController(@Qualifier("partner") EventLoopThreadRunner runner, RatingClient client, Ratings ratings) {
		this.runner = runner;
		this.client = client;
		this.ratings = ratings;
	}

	@GetMapping("/api/ratings/{id}")
	Rating rating(@PathVariable int id) {
		return this.runner.run(mono(this.client.find(id)), RunOptions.defaults().name("rating " + id));
	}

	/**
	 * Does the same with the HTTP interface, which needs no runner here to wait through
	 * one.
	 */
	@GetMapping("/api/ratings/interface/{id}")
	Rating ratingOfInterface(@PathVariable int id) {
		return this.ratings.find(id);
	}

}
