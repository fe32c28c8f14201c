package io.palitra.spring.boot.starter.slice;

import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webclient.test.autoconfigure.WebClientTest;
import org.springframework.web.reactive.function.client.WebClient;

import io.palitra.EventLoopThreadRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A slice that Spring Boot 3 does not have.
 */
@WebClientTest
class Boot4WebClientSliceTests {

	@Test
	void clientHasARunner(@Autowired WebClient.Builder builder, @Autowired EventLoopThreadRunner runner) {
		assertThat(builder).isNotNull();
		assertThat(runner.<String>run(() -> CompletableFuture.supplyAsync(() -> "hello"))).isEqualTo("hello");
	}

}
