package io.palitra.docs.interfaces;

import java.util.List;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

import io.palitra.EventLoopThreadRunner;

import static io.palitra.reactor.ReactorTasks.mono;

@RestController
class UserPages {

	private final Users users;

	private final EventLoopThreadRunner runner;

	UserPages(Users users, EventLoopThreadRunner runner) {
		this.users = users;
		this.runner = runner;
	}

	// tag::page[]
	@GetMapping("/users/{id}")
	UserPage page(@PathVariable long id) {
		return new UserPage(this.users.find(id), this.users.orders(id));
	}
	// end::page[]

	// tag::several[]
	@GetMapping("/users/{one}/beside/{other}")
	List<User> beside(@PathVariable long one, @PathVariable long other) {
		return this.runner.gather(mono(this.users.finding(one)), mono(this.users.finding(other)));
	}
	// end::several[]

}
