package io.palitra.docs.testing;

import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.mockito.MockedStatic;

import io.palitra.EventLoopThreadRunner;
import io.palitra.test.RunnerExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mockStatic;

/**
 * A runner that calls its tasks on the thread of the test.
 */
class InPlaceTests {

	// tag::in-place[]
	@RegisterExtension
	static final RunnerExtension runners = RunnerExtension.with((runner) -> runner.startOn(Runnable::run));

	@Test
	void mockOfAStaticMethod(EventLoopThreadRunner runner) {
		ExchangeService service = new ExchangeService(runner,
				(currency) -> CompletableFuture.completedFuture(FixedRates.of(currency)));
		try (MockedStatic<FixedRates> rates = mockStatic(FixedRates.class)) {
			rates.when(() -> FixedRates.of("EUR")).thenReturn(42);
			assertThat(service.price("EUR")).isEqualTo("42 EUR");
		}
	}

	// end::in-place[]

	@Test
	void whatIsChainedOnForksStaysOnTheLoop(EventLoopThreadRunner runner) {
		Thread test = Thread.currentThread();
		assertThat(runner.run(() -> CompletableFuture.completedFuture(Thread.currentThread()))).isSameAs(test);
		CompletableFuture<String> later = new CompletableFuture<>();
		Thread chained = runner.runScoped((scope) -> {
			CompletableFuture<Thread> thread = scope.fork(() -> later).thenApply((value) -> Thread.currentThread());
			later.complete("value");
			return thread;
		});
		assertThat(chained).isNotSameAs(test);
		assertThat(chained.getName()).isEqualTo("palitra-default");
	}

	static final class FixedRates {

		private FixedRates() {
		}

		static int of(String currency) {
			return 1;
		}

	}

}
