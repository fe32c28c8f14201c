package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.palitra.Runners.OnLoop;
import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;
import io.palitra.spi.RunResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

@DisplayName("C19 Listeners")
@Tag("start-on")
class C19ListenersTests {

	private final Recorder told = new Recorder();

	private final EventLoopThreadRunner runner = Runners.builder().name("listened").listener(this.told).build();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	// What is told

	@Test
	void successIsTold() {
		this.runner.run(Support.value("x"), RunOptions.defaults().name("task"));
		assertThat(this.told.all()).containsExactly("submit task", "start task", "end task SUCCESS");
		assertThat(this.told.failures).containsExactly((Throwable) null);
	}

	@Test
	void successIsToldWhoeverCompletesTheStage() {
		this.runner.run(Support.later("x"), RunOptions.defaults().name("task"));
		assertThat(this.told.all()).containsExactly("submit task", "start task", "end task SUCCESS");
	}

	@Test
	void errorIsToldWithTheTasksOwnException() {
		IllegalStateException failure = new IllegalStateException("no");
		assertThatIllegalStateException()
			.isThrownBy(() -> this.runner.run(Support.failure(failure), RunOptions.defaults().name("task")));
		assertThat(this.told.all()).containsExactly("submit task", "start task", "end task ERROR");
		assertThat(this.told.failures).containsExactly(failure);
	}

	@Test
	void nullStageIsAnError() {
		assertThatNullPointerException().isThrownBy(() -> this.runner.run(() -> null));
		assertThat(this.told.all()).last().asString().endsWith("ERROR");
		assertThat(this.told.failures.get(0)).isInstanceOf(NullPointerException.class);
	}

	@Test
	void cancelledStageIsToldWithItsException() {
		CancellationException failure = new CancellationException("by others");
		assertThatExceptionOfType(CancellationException.class)
			.isThrownBy(() -> this.runner.run(Support.failure(failure), RunOptions.defaults().name("task")));
		assertThat(this.told.all()).containsExactly("submit task", "start task", "end task CANCELLED");
		assertThat(this.told.failures).containsExactly(failure);
	}

	@Test
	void timeoutIsTold() {
		Support.timeoutWhileRunning(this.runner,
				(limit) -> this.runner.run(Support.never(), RunOptions.defaults().name("task").timeout(limit)));
		// The time may have been up just when the task was being called.
		assertThat(this.told.all()).contains("submit task", "start task").contains("end task TIMEOUT");
		assertThat(this.told.failures).containsOnlyNulls();
	}

	@OnLoop
	@Test
	void timeoutInTheQueueIsToldWithoutAStart() {
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(() -> this.runner.run(Support.never(),
					RunOptions.defaults().name("task").timeout(Duration.ofMillis(1))));
		}
		this.runner.run(Support.value("x"), RunOptions.defaults().name("next"));
		assertThat(this.told.all()).containsExactly("submit task", "end task TIMEOUT", "submit next", "start next",
				"end next SUCCESS");
	}

	@Test
	void interruptIsTold() {
		Owner<Object> owner = Owner.parked(() -> this.runner.run(Support.never(), RunOptions.defaults().name("task")));
		Support.untilActive(this.runner, 1);
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		assertThat(this.told.all()).containsExactly("submit task", "start task", "end task INTERRUPTED");
		assertThat(this.told.failures).containsOnlyNulls();
	}

	@Test
	void callThatWasRefusedBeforeItBeganIsNotTold() {
		Owner<Object> owner = Owner.start(() -> {
			Thread.currentThread().interrupt();
			return this.runner.run(Support.never());
		});
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		CompletableFuture<Object> refused = new CompletableFuture<>();
		this.runner.getLoop().execute(() -> {
			try {
				refused.complete(this.runner.run(Support.value("x")));
			}
			catch (BlockingNotAllowedException ex) {
				refused.complete(ex);
			}
		});
		assertThat(Support.get(refused)).isInstanceOf(BlockingNotAllowedException.class);
		assertThat(this.told.all()).isEmpty();
	}

	@Test
	void closeIsTold() {
		Owner<Object> owner = Owner.parked(() -> this.runner.run(Support.never(), RunOptions.defaults().name("task")));
		Support.untilActive(this.runner, 1);
		this.runner.close(Duration.ZERO);
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		assertThat(this.told.all()).containsExactly("submit task", "start task", "end task CLOSED");
		assertThat(this.told.failures).containsOnlyNulls();
	}

	@Test
	void refusalOfAClosedRunnerIsTold() {
		this.runner.close();
		assertThatExceptionOfType(RunnerClosedException.class)
			.isThrownBy(() -> this.runner.run(Support.value("x"), RunOptions.defaults().name("task")));
		assertThatExceptionOfType(RunnerClosedException.class)
			.isThrownBy(() -> this.runner.submit(Support.value("x"), RunOptions.defaults().name("other")));
		assertThat(this.told.all()).containsExactly("submit task", "end task CLOSED", "submit other",
				"end other CLOSED");
	}

	@Test
	void deathOfTheLoopIsToldAsClosed() {
		try (Logs logs = Logs.capture()) {
			Owner<Object> owner = Owner
				.parked(() -> this.runner.run(Support.never(), RunOptions.defaults().name("task")));
			Support.untilActive(this.runner, 1);
			Support.kill(this.runner, new InternalError("the worst"));
			assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
			assertThat(this.told.all()).containsExactly("submit task", "start task", "end task CLOSED");
			assertThat(this.told.failures).containsOnlyNulls();
		}
	}

	@Tag("slow")
	@Test
	void submittedCallsAreTold() {
		RunOptions options = RunOptions.defaults();
		Support.get(this.runner.submit(Support.value("x"), options.name("good")));
		Support.eventually()
			.until(this.runner.submit(Support.failure(new IllegalStateException("no")), options.name("bad"))::isDone);
		CompletableFuture<Object> cancelled = this.runner.submit(Support.never(), options.name("cancelled"));
		Support.untilActive(this.runner, 1);
		cancelled.cancel(true);
		Support.eventually()
			.until(this.runner.submit(Support.never(),
					options.name("late").timeout(Support.UNHURRIED))::isCompletedExceptionally);
		assertThat(this.told.all()).containsExactly("submit good", "start good", "end good SUCCESS", "submit bad",
				"start bad", "end bad ERROR", "submit cancelled", "start cancelled", "end cancelled CANCELLED",
				"submit late", "start late", "end late TIMEOUT");
		assertThat(this.told.failures).hasSize(4).element(1).isInstanceOf(IllegalStateException.class);
		assertThat(this.told.failures.get(2)).isNull();
	}

	@Test
	void awaitIsToldWithoutAStartAndOnlyIfItWaits() {
		CompletableFuture<String> source = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> this.runner.await(source));
		source.complete("x");
		owner.value();
		assertThat(this.told.all()).containsExactly("submit C19ListenersTests.awaitIsToldWithoutAStartAndOnlyIfItWaits",
				"end C19ListenersTests.awaitIsToldWithoutAStartAndOnlyIfItWaits SUCCESS");
		this.runner.await(source);
		assertThat(this.told.all()).hasSize(2);
	}

	@Test
	void gatherIsOneCall() {
		List<AsyncCallable<String>> tasks = List.of(Support.value("a"), Support.later("b"));
		this.runner.gather(tasks, RunOptions.defaults().name("all"));
		this.runner.gatherOutcomes(tasks, RunOptions.defaults().name("each"));
		assertThat(this.told.all()).containsExactly("submit all", "start all", "end all SUCCESS", "submit each",
				"start each", "end each SUCCESS");
	}

	@OnLoop
	@Test
	void eachMethodIsCalledOnItsThread() {
		this.runner.run(Support.later("x"));
		String caller = Thread.currentThread().getName();
		assertThat(this.told.threads).containsExactly(caller, "palitra-listened", caller);
		this.told.threads.clear();
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> future = this.runner.submit(() -> source);
		Support.untilActive(this.runner, 1);
		Thread bringing = Support.daemon(() -> source.complete("x"));
		bringing.setName("bringing");
		bringing.start();
		Support.get(future);
		assertThat(this.told.threads).containsExactly(caller, "palitra-listened", "bringing");
	}

	@Test
	void endIsToldBeforeTheResultIsSeen() {
		for (int i = 0; i < 200; i++) {
			int ends = this.told.failures.size();
			if (i % 2 == 0) {
				this.runner.run(Support.later("x"));
			}
			else {
				Support.get(this.runner.submit(Support.later("x")));
			}
			assertThat(this.told.failures).hasSize(ends + 1);
		}
	}

	@Test
	void oneInstanceStandsForTheCall() {
		this.runner.run(Support.later("x"));
		assertThat(this.told.instances).hasSize(3).allMatch((run) -> run == this.told.instances.get(0));
	}

	@Test
	void noTaskStartsBeforeItsCall() {
		AtomicReference<Duration> least = new AtomicReference<>(Duration.ofDays(1));
		RunListener listener = new RunListener() {

			@Override
			public void onStart(RunEvent run) {
				least.accumulateAndGet(run.getQueueTime(), (one, other) -> (one.compareTo(other) < 0) ? one : other);
			}

		};
		try (EventLoopThreadRunner listening = Runners.builder().listener(listener).build()) {
			// As fast as calls can follow one another: the loop has looked at the clock
			// just before it sees one
			long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
			for (int round = 0; round < 400_000 && System.nanoTime() < until; round++) {
				listening.run(Support.value("x"));
			}
		}
		assertThat(least.get()).isGreaterThanOrEqualTo(Duration.ZERO);
	}

	@Test
	void eventTellsRunnerTaskAndTimes() {
		List<Duration> times = new CopyOnWriteArrayList<>();
		RunListener listener = new RunListener() {

			@Override
			public void onStart(RunEvent run) {
				times.add(run.getQueueTime());
				times.add(run.getTotalTime());
			}

			@Override
			public void onEnd(RunEvent run, RunResult result, Throwable failure) {
				times.add(run.getQueueTime());
				times.add(run.getTotalTime());
				assertThat(run.getRunnerName()).isEqualTo("timed");
				assertThat(run.getTaskName()).isEqualTo("task");
				assertThat(run).hasToString("call of task \"task\" on runner \"timed\"");
				times.add(Duration.ZERO);
			}

		};
		long since = System.nanoTime();
		try (EventLoopThreadRunner timed = Runners.builder().name("timed").listener(listener).build()) {
			timed.run(Support.later("x"), RunOptions.defaults().name("task"));
		}
		assertThat(times).hasSize(5);
		assertThat(times.get(0)).isPositive().isLessThanOrEqualTo(times.get(1));
		assertThat(times.get(2)).isEqualTo(times.get(0));
		assertThat(times.get(3)).isGreaterThan(times.get(1))
			.isLessThanOrEqualTo(Duration.ofNanos(System.nanoTime() - since));
	}

	@Test
	@OnLoop
	void endOfACallThatAnErrorTearsItsOwnerOutOfIsToldOnce() {
		StackOverflowError error = new StackOverflowError("of the command");
		RunOptions named = RunOptions.defaults().name("torn");
		assertThatExceptionOfType(StackOverflowError.class).isThrownBy(() -> this.runner.runScoped((scope) -> {
			scope.caller().execute(() -> {
				throw error;
			});
			return new CompletableFuture<>();
		}, named));
		// Whoever looks has what was torn mended.
		Support.eventually().until(() -> this.runner.snapshot().calls().isEmpty());
		assertThat(this.told.all()).containsExactly("submit torn", "start torn", "end torn ERROR");
	}

	@OnLoop
	@Test
	void timesStopWithTheStartAndTheEnd() {
		this.runner.run(Support.later("x"));
		try (HeldLoop held = HeldLoop.of(this.runner)) {
			assertThatExceptionOfType(RunTimeoutException.class)
				.isThrownBy(() -> this.runner.run(Support.never(), Duration.ofMillis(1)));
		}
		for (RunEvent run : List.of(this.told.instances.get(0), this.told.instances.get(3))) {
			Duration total = run.getTotalTime();
			Duration queue = run.getQueueTime();
			assertThat(this.runner.run(Support.later("passes time"))).isNotNull();
			assertThat(run.getTotalTime()).isEqualTo(total);
			assertThat(run.getQueueTime()).isEqualTo(queue);
		}
		RunEvent neverStarted = this.told.instances.get(3);
		assertThat(neverStarted.getQueueTime()).isEqualTo(neverStarted.getTotalTime());
	}

	@Test
	void listenersAreToldInTheOrderOfAddition() {
		List<String> order = new CopyOnWriteArrayList<>();
		EventLoopThreadRunner.Builder builder = Runners.builder();
		for (String name : List.of("first", "second", "third")) {
			builder.listener(new RunListener() {

				@Override
				public void onSubmit(RunEvent run) {
					order.add(name);
				}

			});
		}
		try (EventLoopThreadRunner several = builder.build()) {
			several.run(Support.value("x"));
		}
		assertThat(order).containsExactly("first", "second", "third");
	}

	@Tag("slow")
	@Test
	void everyCallIsToldOnceWhateverRaces() {
		int threads = 4;
		AtomicInteger submitted = new AtomicInteger();
		CyclicBarrier together = new CyclicBarrier(threads);
		List<Owner<Object>> owners = IntStream.range(0, threads).mapToObj((number) -> Owner.<Object>start(() -> {
			Support.await(together);
			for (int i = 0; i < 200; i++) {
				submitted.incrementAndGet();
				try {
					switch (i % 4) {
						case 0 -> this.runner.run(Support.later(i), Duration.ofNanos(100_000));
						case 1 -> this.runner.run(Support.value(i));
						case 2 -> this.runner.submit(Support.later(i)).cancel(true);
						default -> this.runner.run(Support.failure(new IllegalStateException("no")));
					}
				}
				catch (IllegalStateException | RunTimeoutException ex) {
					assertThat(ex).isNotNull();
				}
			}
			return null;
		})).toList();
		owners.forEach(Owner::value);
		Support.eventually().until(() -> this.runner.snapshot().calls().isEmpty());
		assertThat(this.told.all().stream().filter((line) -> line.startsWith("submit"))).hasSize(submitted.get());
		// Who ends a call takes it out before telling so.
		Support.eventually()
			.untilAsserted(() -> assertThat(this.told.all().stream().filter((line) -> line.startsWith("end")))
				.hasSize(submitted.get()));
	}

	// Listeners that throw

	@Tag("slow")
	@ParameterizedTest
	@MethodSource("failures")
	void listenerThatThrowsIsLoggedAndTheCallDoesNotNotice(Throwable failure) {
		// vs-threading: hang listeners' exceptions are swallowed, here they are logged
		Recorder after = new Recorder();
		try (Logs logs = Logs.capture();
				EventLoopThreadRunner hostile = Runners.builder()
					.name("hostile")
					.listener(new Throwing(failure))
					.listener(after)
					.build()) {
			assertThat(hostile.run(Support.value("x"))).isEqualTo("x");
			assertThat(hostile.run(Support.later("x"))).isEqualTo("x");
			assertThat(Support.get(hostile.submit(Support.later("x")))).isEqualTo("x");
			assertThat(hostile.<String>gather(Support.value("x"))).containsExactly("x");
			assertThatIllegalStateException()
				.isThrownBy(() -> hostile.run(Support.failure(new IllegalStateException("no"))));
			assertThatExceptionOfType(RunTimeoutException.class)
				.isThrownBy(() -> hostile.run(Support.never(), Support.UNHURRIED));
			CompletableFuture<Object> cancelled = hostile.submit(Support.never());
			Support.untilActive(hostile, 1);
			cancelled.cancel(true);
			assertThat(after.all()).hasSize(7 * 3);
			assertThat(logs.thrown()).hasSize(7 * 3).allMatch((thrown) -> thrown == failure);
			assertThat(logs.messages()).allMatch((message) -> message
				.equals("Listener " + Throwing.class.getName() + " of runner \"hostile\" failed"));
			assertThat(hostile.isAlive()).isTrue();
		}
	}

	static Stream<Throwable> failures() {
		return Stream.of(new IllegalStateException("listener"), new AssertionError("listener"),
				new StackOverflowError("listener"));
	}

	@Test
	void listenerThatThrowsDoesNotDisturbTheClose() {
		try (Logs logs = Logs.capture();
				EventLoopThreadRunner hostile = Runners.builder()
					.listener(new Throwing(new AssertionError("listener")))
					.build()) {
			Owner<Object> owner = Owner.parked(() -> hostile.run(Support.never()));
			CompletableFuture<Object> future = hostile.submit(Support.never());
			Support.untilActive(hostile, 2);
			hostile.close(Duration.ZERO);
			assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
			assertThat(future).isCompletedExceptionally();
		}
	}

	@Test
	void listenerThatThrowsWhileLoggingIsBrokenLeavesNoOwnerHanging() {
		Error failure = new AssertionError("listener");
		try (EventLoopThreadRunner hostile = Runners.builder().listener(new RunListener() {

			@Override
			public void onStart(RunEvent run) {
				throw failure;
			}

		}).build(); Logs broken = Logs.broken(new InternalError("logging"))) {
			Owner<String> owner = Owner.start(() -> hostile.run(Support.value("x")));
			Support.eventually().until(owner::isDone);
		}
	}

	@Test
	void listenerMayUseTheRunner() {
		List<CompletableFuture<String>> futures = new CopyOnWriteArrayList<>();
		List<EventLoopThreadRunner> self = new ArrayList<>();
		try (EventLoopThreadRunner nested = Runners.builder().listener(new RunListener() {

			@Override
			public void onStart(RunEvent run) {
				if (run.getTaskName().equals("outer")) {
					futures.add(self.get(0).submit(Support.value("from a listener")));
				}
			}

		}).build()) {
			self.add(nested);
			nested.run(Support.value("x"), RunOptions.defaults().name("outer"));
			assertThat(Support.get(futures.get(0))).isEqualTo("from a listener");
		}
	}

	/**
	 * Writes down what it is told.
	 */
	private static final class Recorder implements RunListener {

		private final List<String> lines = new CopyOnWriteArrayList<>();

		private final List<RunEvent> instances = new CopyOnWriteArrayList<>();

		private final List<String> threads = new CopyOnWriteArrayList<>();

		private final List<Throwable> failures = new CopyOnWriteArrayList<>();

		@Override
		public void onSubmit(RunEvent run) {
			record("submit", run, "");
		}

		@Override
		public void onStart(RunEvent run) {
			record("start", run, "");
		}

		@Override
		public void onEnd(RunEvent run, RunResult result, Throwable failure) {
			record("end", run, " " + result);
			this.failures.add(failure);
		}

		private void record(String what, RunEvent run, String suffix) {
			this.threads.add(Thread.currentThread().getName());
			this.instances.add(run);
			this.lines.add(what + " " + run.getTaskName() + suffix);
		}

		List<String> all() {
			return this.lines;
		}

	}

	/**
	 * Throws whatever it is told.
	 */
	private static final class Throwing implements RunListener {

		private final Throwable failure;

		Throwing(Throwable failure) {
			this.failure = failure;
		}

		@Override
		public void onSubmit(RunEvent run) {
			throw Support.<RuntimeException>sneaky(this.failure);
		}

		@Override
		public void onStart(RunEvent run) {
			throw Support.<RuntimeException>sneaky(this.failure);
		}

		@Override
		public void onEnd(RunEvent run, RunResult result, Throwable failure) {
			throw Support.<RuntimeException>sneaky(this.failure);
		}

	}

}
