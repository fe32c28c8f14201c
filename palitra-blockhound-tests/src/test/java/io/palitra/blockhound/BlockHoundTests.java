package io.palitra.blockhound;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.palitra.EventLoop;
import io.palitra.EventLoopThreadRunner;
import io.palitra.WaitStrategy;

import static io.palitra.reactor.ReactorTasks.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A runner in a JVM where BlockHound is installed, and where threads of loops count as
 * threads that must not block.
 */
class BlockHoundTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
		.name("hunted")
		.waitStrategy(WaitStrategy.PARK)
		.maxInFlight(2)
		.build();

	@BeforeAll
	static void install() {
		// tag::install[]
		BlockHound.install((builder) -> builder
			.nonBlockingThreadPredicate((nonBlocking) -> nonBlocking.or((thread) -> EventLoop.isCurrentThread())));
		// end::install[]
	}

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	@Test
	void blockingTaskIsFound() {
		assertThatExceptionOfType(BlockingOperationError.class).isThrownBy(() -> this.runner.run(() -> {
			LockSupport.parkNanos(1);
			return CompletableFuture.completedFuture("value");
		}));
		assertThat(this.runner.run(() -> CompletableFuture.completedFuture("value"))).isEqualTo("value");
	}

	@Test
	void loopThatParksIsNot() {
		for (int i = 0; i < 200; i++) {
			int value = i;
			assertThat(this.runner
				.<Integer>runScoped((scope) -> scope.sleep(Duration.ofMillis(1)).thenApply((none) -> value)))
				.isEqualTo(value);
		}
		assertThat(this.runner.isAlive()).isTrue();
	}

	@Test
	void threadsOfReactorThatCompleteContendedCallsAreNot() throws Exception {
		ExecutorService callers = Executors.newFixedThreadPool(8);
		try {
			List<Future<Integer>> results = new ArrayList<>();
			for (int i = 0; i < 2_000; i++) {
				int value = i;
				Mono<Integer> elsewhere = Mono.fromCallable(() -> value).subscribeOn(Schedulers.parallel());
				results.add(callers.submit(() -> this.runner.<Integer>runScoped((scope) -> {
					CompletableFuture<Integer> child = scope.fork(mono(elsewhere));
					return scope.fork(elsewhere::toFuture)
						.thenCombine(child, Math::min)
						.thenApplyAsync((min) -> min, scope.caller());
				})));
			}
			for (int i = 0; i < results.size(); i++) {
				assertThat(results.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(i);
			}
		}
		finally {
			callers.shutdownNow();
		}
		assertThat(this.runner.isAlive()).isTrue();
	}

}
