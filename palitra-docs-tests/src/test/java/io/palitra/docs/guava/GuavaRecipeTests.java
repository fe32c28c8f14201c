package io.palitra.docs.guava;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.SettableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.palitra.EventLoopThreadRunner;
import io.palitra.spi.AsyncAdapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The recipe for Guava's futures, which are those of gRPC's future stubs.
 */
class GuavaRecipeTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.create();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	@Test
	void valueAndFailure() {
		assertThat(greet((id) -> Futures.immediateFuture("hello " + id))).isEqualTo("hello 1");
		IllegalStateException failure = new IllegalStateException("nobody there");
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> greet((id) -> Futures.immediateFailedFuture(failure)))
			.isSameAs(failure);
	}

	private String greet(LongFunction<ListenableFuture<String>> stub) {
		// tag::call[]
		String greeting = this.runner.run(() -> GuavaStages.stage(stub.apply(1)), Duration.ofSeconds(2));
		// end::call[]
		return greeting;
	}

	@Test
	void cancellationReachesTheFuture() {
		SettableFuture<String> future = SettableFuture.create();
		CompletableFuture<String> call = this.runner.submit(() -> GuavaStages.stage(future));
		await().atMost(Duration.ofSeconds(30)).until(() -> this.runner.snapshot().active() == 1);
		call.cancel(true);
		await().atMost(Duration.ofSeconds(30)).until(future::isCancelled);
	}

	@Test
	void adapterForBlockingFaces() {
		// tag::adapter[]
		AsyncAdapter guava = new AsyncAdapter() {

			@Override
			public boolean adapts(Class<?> type) {
				return ListenableFuture.class.isAssignableFrom(type);
			}

			@Override
			public CompletionStage<?> toStage(Object source) {
				return GuavaStages.stage((ListenableFuture<?>) source);
			}

		};
		EventLoopThreadRunner runner = EventLoopThreadRunner.builder().asyncAdapter(guava).build();
		// end::adapter[]
		try (runner) {
			Greeter greeter = runner.blocking(Greeter.class, new FutureGreeter());
			assertThat(greeter.greet("Ada")).isEqualTo("hello Ada");
			assertThat(adapted(runner, new FutureGreeter())).isEqualTo("hello Ada");
		}
	}

	private static String adapted(EventLoopThreadRunner runner, FutureGreeter stub) {
		// tag::adapt[]
		String greeting = runner.run(runner.adapt(() -> stub.greet("Ada")));
		// end::adapt[]
		return greeting;
	}

	interface Greeter {

		String greet(String name);

	}

	/**
	 * Shaped like the future stub of a gRPC service.
	 */
	public static class FutureGreeter {

		public ListenableFuture<String> greet(String name) {
			return Futures.immediateFuture("hello " + name);
		}

	}

}
