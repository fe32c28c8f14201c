package app;

import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

@SpringBootApplication
public class Shop {

	@Bean
	CommandLineRunner warmUp(Client client) {
		return (arguments) -> client.delete(1).block();
	}

	interface Users {

		Client client();

		default Client.User user() {
			return client().userAsync(1).join();
		}

	}

}
