package io.palitra.docs.interfaces;

import java.util.List;

import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import reactor.core.publisher.Mono;

import io.palitra.spring.http.RunTimeout;

// tag::interface[]
@HttpExchange("/users")
interface Users {

	@GetExchange("/{id}")
	User find(@PathVariable long id);

	@GetExchange("/{id}/orders")
	@RunTimeout("${users.orders.timeout:150ms}")
	List<Order> orders(@PathVariable long id);

	@GetExchange("/{id}")
	Mono<User> finding(@PathVariable long id);

}
// end::interface[]
