package io.palitra.docs.testing;

import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.palitra.EventLoopThreadRunner;
import io.palitra.test.RunnerExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

// tag::tests[]
@ExtendWith(RunnerExtension.class)
class ExchangeServiceTests {

	@Test
	void priceInACurrency(EventLoopThreadRunner runner) {
		ExchangeService service = new ExchangeService(runner, (currency) -> CompletableFuture.completedFuture(42));
		assertThat(service.price("EUR")).isEqualTo("42 EUR");
	}

	@Test
	void failureOfTheClient(EventLoopThreadRunner runner) {
		IllegalStateException failure = new IllegalStateException("unknown currency");
		ExchangeService service = new ExchangeService(runner, (currency) -> CompletableFuture.failedFuture(failure));
		assertThatIllegalStateException().isThrownBy(() -> service.price("ZZZ")).isSameAs(failure);
	}

	@Test
	void clientThatDoesNotAnswer(EventLoopThreadRunner runner) {
		CompletableFuture<Integer> never = new CompletableFuture<>();
		assertThat(new ExchangeService(runner, (currency) -> never).price("EUR")).isEqualTo("not known at the moment");
		assertThat(never).isCancelled();
	}

}
// end::tests[]
