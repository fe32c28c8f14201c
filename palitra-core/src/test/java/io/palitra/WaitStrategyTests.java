package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

@DisplayName("How threads wait for each other")
class WaitStrategyTests {

	@ParameterizedTest
	@EnumSource
	void noWakeUpIsLost(WaitStrategy strategy) {
		// netty DefaultPromiseTest.testSignalRace: results that come just when the owner
		// parks, and calls just when the loop does
		try (EventLoopThreadRunner runner = runner(strategy)) {
			List<Owner<Integer>> owners = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				owners.add(Owner.start(() -> makeCalls(runner)));
			}
			for (Owner<Integer> owner : owners) {
				assertThat(owner.value()).isEqualTo(10_000);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void virtualOwnersAreServedToo(WaitStrategy strategy) {
		ThreadFactory virtual = Support.virtualThreads();
		try (EventLoopThreadRunner runner = runner(strategy)) {
			List<CompletableFuture<Integer>> results = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				results.add(CompletableFuture.supplyAsync(() -> makeCalls(runner),
						(command) -> virtual.newThread(command).start()));
			}
			for (CompletableFuture<Integer> result : results) {
				assertThat(Support.get(result)).isEqualTo(10_000);
			}
		}
	}

	private static int makeCalls(EventLoopThreadRunner runner) {
		int made = 0;
		for (int i = 0; i < 10_000; i++) {
			made += runner.run(Support.value(1));
		}
		return made;
	}

	@Test
	void taskThatComesWhileTheLoopTellsThatItParksIsNotLeftLying() {
		assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "spinning needs two processors");
		CompletableFuture<Void> ran = new CompletableFuture<>();
		AtomicBoolean told = new AtomicBoolean();
		try (Logs logs = Logs.capture(); EventLoopThreadRunner runner = runner(WaitStrategy.ADAPTIVE)) {
			logs.onMessage("Threads that wait for the loop", () -> {
				if (runner.getLoop().inEventLoop() && !told.get()) {
					CompletableFuture.runAsync(() -> runner.getLoop().execute(() -> ran.complete(null))).join();
					// As a lock of the logger's would
					LockSupport.parkNanos(1_000_000);
					told.set(true);
				}
			});
			Owner.start(() -> {
				while (!told.get()) {
					runner.run(Support.value(1));
				}
				return null;
			});
			Support.eventually().until(told::get);
			// One that sleeps looks again after five seconds
			assertThat(ran).succeedsWithin(Duration.ofSeconds(4));
		}
	}

	@Test
	void quickCallsAreSpunForUntilTheyBecomeSlow() {
		assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "spinning needs two processors");
		try (EventLoopThreadRunner runner = runner(WaitStrategy.ADAPTIVE)) {
			assertThat(runner.snapshot().spinning()).isFalse();
			Support.eventually().until(() -> {
				makeCalls(runner);
				return runner.snapshot().spinning();
			});
			// However quick the machine is, this takes longer than what is spun for
			for (int i = 0; i < 10; i++) {
				runner.runScoped((scope) -> scope.sleep(Duration.ofMillis(2)));
			}
			Support.eventually().until(() -> !runner.snapshot().spinning());
		}
	}

	@Test
	void parkingRunnerNeverSpins() {
		try (EventLoopThreadRunner runner = runner(WaitStrategy.PARK)) {
			for (int i = 0; i < 10; i++) {
				makeCalls(runner);
				assertThat(runner.snapshot().spinning()).isFalse();
			}
		}
	}

	private static EventLoopThreadRunner runner(WaitStrategy strategy) {
		return EventLoopThreadRunner.builder().name("waiting").waitStrategy(strategy).build();
	}

}
