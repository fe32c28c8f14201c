package io.palitra.docs.testing;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.palitra.EventLoopThreadRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

// tag::tests[]
class ExchangeServiceTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.create();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	@Test
	void priceInACurrency() {
		ExchangeService service = new ExchangeService(this.runner, (currency) -> CompletableFuture.completedFuture(42));
		assertThat(service.price("EUR")).isEqualTo("42 EUR");
	}

	@Test
	void failureOfTheClient() {
		IllegalStateException failure = new IllegalStateException("unknown currency");
		ExchangeService service = new ExchangeService(this.runner,
				(currency) -> CompletableFuture.failedFuture(failure));
		assertThatIllegalStateException().isThrownBy(() -> service.price("ZZZ")).isSameAs(failure);
	}

	@Test
	void clientThatDoesNotAnswer() {
		CompletableFuture<Integer> never = new CompletableFuture<>();
		assertThat(new ExchangeService(this.runner, (currency) -> never).price("EUR"))
			.isEqualTo("not known at the moment");
		assertThat(never).isCancelled();
	}

}
// end::tests[]
