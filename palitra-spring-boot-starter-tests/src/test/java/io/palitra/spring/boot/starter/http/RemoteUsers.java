package io.palitra.spring.boot.starter.http;

import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import reactor.core.publisher.Mono;

/**
 * A class of its own, as fallbacks of Spring Cloud do not find nested ones.
 */
@HttpExchange("/users")
interface RemoteUsers {

	@GetExchange("/{id}")
	String find(@PathVariable long id);

	@GetExchange("/{id}")
	Mono<String> finding(@PathVariable long id);

}
