package app;

import java.util.concurrent.CompletableFuture;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;

@Configuration(proxyBeanMethods = false)
class Two {

	private final Client client;

	Two(Client client) { this.client = client; }

	@Bean
	String name() {
		return this.client.user(1).block().name();
	}

	@Component
	static class Inner {

		Inner() {
		}

		void wait(CompletableFuture<String> started) {
			started.join();
		}

	}

}
