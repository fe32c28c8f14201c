package io.palitra;

import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@DisplayName("Palitra: the global runner")
class PalitraTests {

	@BeforeEach
	@AfterEach
	void shutdown() {
		Palitra.shutdownGlobalRunner();
	}

	@Test
	void lifecycle() {
		// palitra for Python
		assertThat(Palitra.isRunnerAlive()).isFalse();
		assertThat(Palitra.run(Support.value("first"))).isEqualTo("first");
		assertThat(Palitra.isRunnerAlive()).isTrue();
		Thread thread = globalThread();
		Palitra.shutdownGlobalRunner();
		assertThat(Palitra.isRunnerAlive()).isFalse();
		assertThat(thread.isAlive()).isFalse();
		assertThat(Palitra.<String>gather(Support.value("second"))).containsExactly("second");
		assertThat(Palitra.isRunnerAlive()).isTrue();
		assertThat(globalThread()).isNotSameAs(thread);
	}

	@Test
	void isRunnerAliveCreatesNone() {
		for (int i = 0; i < 10; i++) {
			assertThat(Palitra.isRunnerAlive()).isFalse();
		}
	}

	@Test
	void shutdownIsIdempotent() {
		// palitra for Python
		Palitra.shutdownGlobalRunner();
		Palitra.run(Support.value("x"));
		Palitra.shutdownGlobalRunner();
		Palitra.shutdownGlobalRunner();
		assertThat(Palitra.isRunnerAlive()).isFalse();
	}

	@Test
	void runsOnADaemonThreadOfItsOwn() {
		Thread thread = globalThread();
		assertThat(thread.getName()).isEqualTo("palitra-global");
		assertThat(thread.isDaemon()).isTrue();
		assertThat(globalThread()).isSameAs(thread);
	}

	@RepeatedTest(10)
	void firstUseByManyThreadsMakesOneRunner() {
		// Python bridges: lemon24 hangs 28 of 40, xloem makes two loops
		int threads = 64;
		CyclicBarrier together = new CyclicBarrier(threads);
		List<Owner<Thread>> owners = IntStream.range(0, threads).mapToObj((i) -> Owner.start(() -> {
			Support.await(together);
			return globalThread();
		})).toList();
		Set<Thread> loops = new HashSet<>();
		owners.forEach((owner) -> loops.add(owner.value()));
		assertThat(loops).hasSize(1);
		Palitra.shutdownGlobalRunner();
	}

	@Test
	void everyMethodReachesTheRunner() {
		// palitra for Python
		RunOptions options = RunOptions.defaults().name("named");
		List<AsyncCallable<String>> tasks = List.of(Support.value("a"), Support.later("b"));
		assertThat(Palitra.run(Support.later("x"))).isEqualTo("x");
		assertThat(Palitra.run(Support.later("x"), Support.LONG)).isEqualTo("x");
		assertThat(Palitra.run(Support.later("x"), options)).isEqualTo("x");
		assertThat(Palitra.<String>gather(Support.value("a"), Support.value("b"))).containsExactly("a", "b");
		assertThat(Palitra.gather(tasks)).containsExactly("a", "b");
		assertThat(Palitra.gather(tasks, options)).containsExactly("a", "b");
		List<Outcome<String>> outcomes = List.of(new Outcome.Success<>("a"), new Outcome.Success<>("b"));
		assertThat(Palitra.<String>gatherOutcomes(Support.value("a"), Support.value("b"))).isEqualTo(outcomes);
		assertThat(Palitra.gatherOutcomes(tasks)).isEqualTo(outcomes);
		assertThat(Palitra.gatherOutcomes(tasks, options)).isEqualTo(outcomes);
	}

	@Test
	void failuresAreThoseOfARunner() {
		IllegalStateException failure = new IllegalStateException("no");
		assertThatIllegalStateException().isThrownBy(() -> Palitra.run(Support.failure(failure))).isSameAs(failure);
		assertThatIllegalStateException().isThrownBy(() -> Palitra.gather(Support.failure(failure))).isSameAs(failure);
		assertThatExceptionOfType(RunTimeoutException.class)
			.isThrownBy(() -> Palitra.run(Support.never(), Duration.ofMillis(1)))
			.withMessageContaining("runner \"global\"");
	}

	@Test
	void hasNoTimeoutOfItsOwn() {
		CompletableFuture<String> source = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> Palitra.run(() -> source));
		source.complete("x");
		assertThat(owner.value()).isEqualTo("x");
	}

	@Test
	void nestedRunIsRefused() {
		assertThatExceptionOfType(BlockingNotAllowedException.class).isThrownBy(
				() -> Palitra.run(() -> CompletableFuture.completedFuture(Palitra.run(Support.value("nested")))));
		assertThat(Palitra.run(Support.value("usable"))).isEqualTo("usable");
	}

	@Test
	void shutdownWhileACallInFlightUsesTheApiDoesNotDeadLock() {
		// palitra for Python: joins under the lock that the work needs
		AtomicBoolean shuttingDown = new AtomicBoolean();
		CountDownLatch inFlight = new CountDownLatch(1);
		Owner<String> owner = Owner.start(() -> Palitra.run(() -> CompletableFuture.supplyAsync(() -> {
			inFlight.countDown();
			Support.eventually().until(() -> shuttingDown.get() && !Palitra.isRunnerAlive());
			return Palitra.run(Support.value("of the next runner"));
		}, (command) -> Support.daemon(command).start())));
		Support.await(inFlight);
		Owner<Object> closer = Owner.start(() -> {
			shuttingDown.set(true);
			Palitra.shutdownGlobalRunner();
			return null;
		});
		assertThat(owner.value()).isEqualTo("of the next runner");
		closer.value();
	}

	@Test
	void shutdownOnTheLoopThreadInitiates() {
		// palitra for Python: left a closed runner registered
		Thread thread = globalThread();
		assertThat(Palitra.run(() -> {
			Palitra.shutdownGlobalRunner();
			return CompletableFuture.completedFuture("from the loop");
		})).isEqualTo("from the loop");
		assertThat(Palitra.isRunnerAlive()).isFalse();
		Support.untilDead(thread);
		assertThat(Palitra.run(Support.value("next"))).isEqualTo("next");
	}

	@Test
	void shutdownMayRaceCallsFromManyThreads() {
		int threads = 4;
		CyclicBarrier together = new CyclicBarrier(threads + 1);
		List<Owner<Object>> owners = IntStream.range(0, threads).mapToObj((number) -> Owner.<Object>start(() -> {
			Support.await(together);
			for (int i = 0; i < 300; i++) {
				try {
					assertThat(Palitra.run(Support.value(i))).isEqualTo(i);
				}
				catch (RunnerClosedException ex) {
					assertThat(ex).hasMessageContaining("runner \"global\"");
				}
			}
			return null;
		})).toList();
		Support.await(together);
		for (int i = 0; i < 30; i++) {
			Palitra.shutdownGlobalRunner();
		}
		owners.forEach(Owner::value);
		assertThat(Palitra.run(Support.value("x"))).isEqualTo("x");
	}

	@Test
	void healsAtItsNextUseWhenItsLoopHasDied() throws Exception {
		// C9; palitra for Python
		Thread thread = globalThread();
		killGlobalRunner();
		assertThat(Palitra.isRunnerAlive()).isFalse();
		assertThat(Palitra.run(Support.value("healed"))).isEqualTo("healed");
		assertThat(Palitra.isRunnerAlive()).isTrue();
		assertThat(globalThread()).isNotSameAs(thread);
	}

	private static void killGlobalRunner() throws ReflectiveOperationException {
		Field global = Palitra.class.getDeclaredField("global");
		global.setAccessible(true);
		Field runner = global.get(null).getClass().getDeclaredField("runner");
		runner.setAccessible(true);
		try (Logs logs = Logs.capture()) {
			Support.kill((EventLoopThreadRunner) runner.get(global.get(null)), new InternalError("the worst"));
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void runnerThatIsNoLongerTheGlobalOneIsCollected(boolean died) throws Exception {
		WeakReference<Thread> thread = new WeakReference<>(globalThread());
		if (died) {
			killGlobalRunner();
			assertThat(Palitra.run(Support.value("healed"))).isEqualTo("healed");
		}
		else {
			Palitra.shutdownGlobalRunner();
		}
		Support.collected(() -> thread.get() == null);
	}

	@Test
	void runnerSurvivesTheCollectionOfGarbage() {
		// palitra for Python: the only reference is the global one
		Thread thread = globalThread();
		for (int i = 0; i < 3; i++) {
			System.gc();
			assertThat(globalThread()).isSameAs(thread);
		}
	}

	private static Thread globalThread() {
		return Palitra.run(() -> CompletableFuture.completedFuture(Thread.currentThread()));
	}

}
