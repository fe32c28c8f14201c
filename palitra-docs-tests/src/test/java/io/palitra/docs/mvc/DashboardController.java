package io.palitra.docs.mvc;

import java.util.List;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

import io.palitra.EventLoopThreadRunner;
import io.palitra.Outcome;

import static io.palitra.reactor.ReactorTasks.mono;

@RestController
class DashboardController {

	private final EventLoopThreadRunner runner;

	private final Users client;

	DashboardController(EventLoopThreadRunner runner, Users client) {
		this.runner = runner;
		this.client = client;
	}

	// tag::gather[]
	@GetMapping("/dashboard")
	List<User> dashboard() {
		return this.runner.gather(mono(this.client.find(1)), mono(this.client.find(2)), mono(this.client.find(3)));
	}
	// end::gather[]

	// tag::outcomes[]
	@GetMapping("/dashboard/partial")
	List<User> whatCouldBeHad() {
		List<Outcome<User>> outcomes = this.runner.gatherOutcomes(mono(this.client.find(1)), mono(this.client.find(2)));
		return outcomes.stream()
			.map((outcome) -> (outcome instanceof Outcome.Success<User> found) ? found.value() : new User(0, "unknown"))
			.toList();
	}
	// end::outcomes[]

	interface Users {

		Mono<User> find(long id);

	}

}
