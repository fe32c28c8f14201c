package io.palitra.spring.boot.starter.slice;

import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.palitra.EventLoopThreadRunner;

import static org.assertj.core.api.Assertions.assertThat;

abstract class AbstractWebFluxSliceTests {

	@Test
	void controllerHasARunnerThatRefusesToBlockReactorsThreads(@Autowired WebTestClient client) {
		client.get().uri("/greeting").exchange().expectStatus().is5xxServerError();
	}

	@Test
	void runnerIsThere(@Autowired EventLoopThreadRunner runner) {
		assertThat(runner.<String>run(() -> CompletableFuture.supplyAsync(() -> "hello"))).isEqualTo("hello");
	}

}
