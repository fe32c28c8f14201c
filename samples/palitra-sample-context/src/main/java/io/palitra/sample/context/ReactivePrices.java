package io.palitra.sample.context;

import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.service.annotation.GetExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What the items cost, from an upstream.
 */
// tag::interface[]
interface ReactivePrices {

	@GetExchange("/prices/{item}")
	Mono<Long> price(@PathVariable String item);

	@GetExchange("/prices/{item}/history")
	Flux<Long> history(@PathVariable String item);

}
// end::interface[]
