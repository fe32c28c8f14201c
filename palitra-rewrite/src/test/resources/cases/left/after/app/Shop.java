package app;

import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

@SpringBootApplication
public class Shop {

	@Bean
	CommandLineRunner warmUp(Client client) {
		// palitra: tests of a part of the application make this class, too, and would need a runner: move it to a component
		return (arguments) -> client.delete(1).block();
	}

	interface Users {

		Client client();

		default Client.User user() {
			// palitra: an interface has no EventLoopThreadRunner
			return client().userAsync(1).join();
		}

	}

}
