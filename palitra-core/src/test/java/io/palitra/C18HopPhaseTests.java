package io.palitra;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.palitra.Runners.NotInPlace;

import static org.assertj.core.api.Assertions.assertThat;

@DisplayName("C18 Stuck work: the phase of a call that has hopped to its caller")
@Tag("start-on")
class C18HopPhaseTests {

	private final EventLoopThreadRunner runner = Runners.builder().name("hopping").build();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	@NotInPlace
	@ParameterizedTest
	@ValueSource(strings = { "returns", "throws", "throws an error", "calls", "calls in vain" })
	void callIsRunningAgainAfterAHop(String hop) {
		CompletableFuture<String> work = new CompletableFuture<>();
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		AtomicReference<Thread> thread = new AtomicReference<>();
		Owner<String> owner = Owner.start((runnable) -> {
			Thread own = Support.daemon(runnable);
			// What a hop throws comes here
			own.setUncaughtExceptionHandler((failed, ex) -> thread.set(failed));
			return own;
		}, () -> this.runner.runScoped((scope) -> {
			scope.caller().execute(() -> {
				entered.countDown();
				Support.await(release);
				leave(hop);
			});
			return work;
		}));
		Support.await(entered);
		assertThat(phase()).isEqualTo(RunPhase.CALLER_HOP);
		release.countDown();
		Support.eventually().until(() -> phase() == RunPhase.RUNNING);
		if (hop.startsWith("throws")) {
			assertThat(thread.get()).isSameAs(owner.thread());
		}
		work.complete("value");
		assertThat(owner.value()).isEqualTo("value");
	}

	private RunPhase phase() {
		return this.runner.snapshot()
			.calls()
			.stream()
			.filter((call) -> call.taskName().startsWith("C18HopPhaseTests"))
			.findFirst()
			.orElseThrow()
			.phase();
	}

	private void leave(String hop) {
		switch (hop) {
			case "throws" -> throw new IllegalStateException("hop");
			case "throws an error" -> throw new LinkageError("hop");
			case "calls" -> this.runner.run(Support.later("nested"));
			case "calls in vain" -> this.runner.run(Support.failure(new IllegalStateException("nested")));
			default -> assertThat(hop).isEqualTo("returns");
		}
	}

	@NotInPlace
	@ParameterizedTest
	@ValueSource(strings = { "returns", "throws" })
	void timeoutAfterAHopTellsThatTheCallWasRunning(String hop) {
		Owner<Object> owner = Owner.start((runnable) -> {
			Thread own = Support.daemon(runnable);
			own.setUncaughtExceptionHandler((failed, ex) -> assertThat(ex).hasMessage("hop"));
			return own;
		}, () -> this.runner.runScoped((scope) -> {
			scope.caller().execute(() -> leave(hop));
			return new CompletableFuture<>();
		}, Support.UNHURRIED));
		assertThat(owner.failure()).isInstanceOfSatisfying(RunTimeoutException.class,
				(ex) -> assertThat(ex.getPhase()).isEqualTo(RunPhase.RUNNING));
	}

}
