package app;

import io.palitra.EventLoopThreadRunner;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;

import static io.palitra.reactor.ReactorTasks.mono;

@Service
public class Fieldless {

	private final EventLoopThreadRunner runner;

	Fieldless(EventLoopThreadRunner runner) {
		this.runner = runner;
	}

	public String name(Mono<String> name) {
		return this.runner.run(mono(name));
	}

}
