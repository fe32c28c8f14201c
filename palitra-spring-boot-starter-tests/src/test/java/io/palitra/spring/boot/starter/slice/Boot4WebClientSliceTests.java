package io.palitra.spring.boot.starter.slice;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webclient.test.autoconfigure.WebClientTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.ImportHttpServices;
import reactor.core.publisher.Mono;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunTimeoutException;
import io.palitra.spring.http.RunTimeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A slice that Spring Boot 3 does not have.
 */
@WebClientTest
@Import(Boot4WebClientSliceTests.Interfaces.class)
class Boot4WebClientSliceTests {

	@Test
	void clientHasARunner(@Autowired WebClient.Builder builder, @Autowired EventLoopThreadRunner runner) {
		assertThat(builder).isNotNull();
		assertThat(runner.<String>run(() -> CompletableFuture.supplyAsync(() -> "hello"))).isEqualTo("hello");
	}

	@Test
	void interfaceWaitsThroughTheRunner(@Autowired Greetings greetings) {
		assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(greetings::greeting)
			.satisfies((ex) -> assertThat(ex.getLimit()).isEqualTo(Duration.ofMillis(150)));
	}

	interface Greetings {

		@GetExchange("/greeting")
		@RunTimeout("150ms")
		String greeting();

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "greetings", types = Greetings.class, clientType = ClientType.WEB_CLIENT)
	static class Interfaces {

		@Bean
		WebClientHttpServiceGroupConfigurer upstreamThatDoesNotAnswer() {
			return (groups) -> groups
				.forEachClient((group, builder) -> builder.exchangeFunction((request) -> Mono.never()));
		}

	}

}
