package app;

import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;

@Service
public class Fieldless {

	public String name(Mono<String> name) {
		return name.block();
	}

}
