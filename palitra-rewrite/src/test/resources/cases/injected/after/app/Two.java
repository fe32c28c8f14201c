package app;

import java.util.concurrent.CompletableFuture;

import io.palitra.EventLoopThreadRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;

import static io.palitra.reactor.ReactorTasks.mono;

@Configuration(proxyBeanMethods = false)
class Two {

	private final EventLoopThreadRunner runner;

	private final Client client;

	Two(Client client, EventLoopThreadRunner runner) {
		this.runner = runner; this.client = client; }

	@Bean
	String name() {
		return this.runner.run(mono(this.client.user(1))).name();
	}

	@Component
	static class Inner {

		private final EventLoopThreadRunner runner;

		Inner(EventLoopThreadRunner runner) {
			this.runner = runner;
		}

		void wait(CompletableFuture<String> started) {
			this.runner.await(started);
		}

	}

}
