package io.palitra.sample.webmvc.rating;

import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;

/**
 * What the partner is asked for, as an HTTP interface. Spring implements it over
 * {@code WebClient}. Its group is named {@code partner}, like the runner, so that callers
 * wait through this one: with its time limit, and two requests in flight.
 */
@HttpExchange("/ratings")
interface Ratings {

	@GetExchange("/{id}")
	Rating find(@PathVariable int id);

}
