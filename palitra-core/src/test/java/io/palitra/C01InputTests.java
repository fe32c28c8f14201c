package io.palitra;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.palitra.Runners.OnLoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

@DisplayName("C1 Input")
@Tag("start-on")
class C01InputTests {

	private final EventLoopThreadRunner runner = Runners.builder().name("input").build();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	@OnLoop
	@Test
	void taskIsCalledOnceOnTheLoopThread() {
		// kotlinx RunBlockingTest.testOtherDispatcher; asyncio-thread-runner; anyio:
		// callable is
		// called on the loop
		AtomicInteger calls = new AtomicInteger();
		AtomicReference<Thread> thread = new AtomicReference<>();
		String result = this.runner.run(() -> {
			calls.incrementAndGet();
			thread.set(Thread.currentThread());
			return CompletableFuture.completedFuture("done");
		});
		assertThat(result).isEqualTo("done");
		assertThat(calls).hasValue(1);
		assertThat(thread.get().getName()).isEqualTo("palitra-input");
		assertThat(thread.get()).isNotSameAs(Thread.currentThread());
	}

	@Test
	void taskIsCalledOncePerCall() {
		// palitra for Python: a callable, unlike a coroutine, may be used again
		AtomicInteger calls = new AtomicInteger();
		AsyncCallable<Integer> task = () -> CompletableFuture.completedFuture(calls.incrementAndGet());
		assertThat(this.runner.run(task)).isEqualTo(1);
		assertThat(this.runner.run(task)).isEqualTo(2);
		assertThat(this.runner.<Integer>gather(task, task)).containsExactly(3, 4);
		assertThat(calls).hasValue(4);
	}

	@Test
	void taskThatFailsIsCalledOnce() {
		AtomicInteger calls = new AtomicInteger();
		assertThatIllegalStateException().isThrownBy(() -> this.runner.run(() -> {
			calls.incrementAndGet();
			throw new IllegalStateException("no");
		}));
		this.runner.run(Support.value("later"));
		assertThat(calls).hasValue(1);
	}

	@ParameterizedTest
	@MethodSource
	void nullIsRefused(Misuse misuse, String text) {
		// palitra for Python: refused on the caller's thread, before anything is handed
		// over
		assertThatNullPointerException().isThrownBy(() -> misuse.of(this.runner)).withMessage(text);
	}

	static Stream<Arguments> nullIsRefused() {
		AsyncCallable<Object> task = Support.value("x");
		Collection<AsyncCallable<Object>> none = null;
		return Stream.of(misuse("run", "run: task is null", (runner) -> runner.run(null)),
				misuse("run with timeout", "run: task is null", (runner) -> runner.run(null, Duration.ofSeconds(1))),
				misuse("run with null timeout", "timeout", (runner) -> runner.run(task, (Duration) null)),
				misuse("run with options", "run: task is null", (runner) -> runner.run(null, RunOptions.defaults())),
				misuse("run with null options", "run: options is null",
						(runner) -> runner.run(task, (RunOptions) null)),
				misuse("runChecked", "runChecked: task is null", (runner) -> runner.runChecked(null, Exception.class)),
				misuse("runChecked without class", "runChecked: declared is null",
						(runner) -> runner.runChecked(task, null)),
				misuse("runChecked with null options", "runChecked: options is null",
						(runner) -> runner.runChecked(task, Exception.class, null)),
				misuse("runInterruptibly", "runInterruptibly: task is null", (runner) -> runner.runInterruptibly(null)),
				misuse("runInterruptibly with null options", "runInterruptibly: options is null",
						(runner) -> runner.runInterruptibly(task, null)),
				misuse("await", "await: alreadyStarted is null", (runner) -> runner.await(null)),
				misuse("await with timeout", "await: alreadyStarted is null",
						(runner) -> runner.await(null, Duration.ofSeconds(1))),
				misuse("await with null timeout", "timeout",
						(runner) -> runner.await(CompletableFuture.completedFuture("x"), null)),
				misuse("submit", "submit: task is null", (runner) -> runner.submit(null)),
				misuse("submit with null options", "submit: options is null", (runner) -> runner.submit(task, null)),
				misuse("gather array", "gather: tasks is null",
						(runner) -> runner.gather((AsyncCallable<Object>[]) null)),
				misuse("gather", "gather: tasks is null", (runner) -> runner.gather(none)),
				misuse("gather with null options", "gather: options is null",
						(runner) -> runner.gather(List.of(task), null)),
				misuse("gatherOutcomes array", "gatherOutcomes: tasks is null",
						(runner) -> runner.gatherOutcomes((AsyncCallable<Object>[]) null)),
				misuse("gatherOutcomes", "gatherOutcomes: tasks is null", (runner) -> runner.gatherOutcomes(none)),
				misuse("gatherOutcomes with null options", "gatherOutcomes: options is null",
						(runner) -> runner.gatherOutcomes(List.of(task), null)),
				misuse("onClose", "onClose: cleanup is null", (runner) -> runner.onClose(null)),
				misuse("close", "grace", (runner) -> runner.close(null)),
				misuse("loop.execute", "command", (runner) -> runner.getLoop().execute(null)),
				misuse("loop.schedule", "command",
						(runner) -> runner.getLoop().schedule((Runnable) null, 1, TimeUnit.SECONDS)),
				misuse("loop.scheduleAtFixedRate", "command",
						(runner) -> runner.getLoop().scheduleAtFixedRate(null, 1, 1, TimeUnit.SECONDS)),
				misuse("loop.scheduleWithFixedDelay", "command",
						(runner) -> runner.getLoop().scheduleWithFixedDelay(null, 1, 1, TimeUnit.SECONDS)));
	}

	@Test
	void nullChildIsRefusedWithItsIndexBeforeAnyChildStarts() {
		// palitra for Python: one bad argument leaves nothing of the others behind
		AtomicInteger calls = new AtomicInteger();
		AsyncCallable<Integer> child = () -> CompletableFuture.completedFuture(calls.incrementAndGet());
		assertThatNullPointerException().isThrownBy(() -> this.runner.gather(child, child, null, child))
			.withMessage("gather: tasks[2] is null");
		assertThatNullPointerException().isThrownBy(() -> this.runner.gatherOutcomes(child, null))
			.withMessage("gatherOutcomes: tasks[1] is null");
		assertThatNullPointerException()
			.isThrownBy(() -> this.runner.gather(new ArrayList<>(Arrays.asList(null, child))))
			.withMessage("gather: tasks[0] is null");
		assertThatNullPointerException().isThrownBy(() -> this.runner.combine(child, null, Integer::sum))
			.withMessage("combine: tasks[1] is null");
		this.runner.run(Support.value("later"));
		assertThat(calls).hasValue(0);
	}

	@Test
	void collectionIsReadOnceBeforeAnyChildStarts() {
		List<AsyncCallable<String>> children = new ArrayList<>();
		children.add(() -> {
			children.add(Support.value("intruder"));
			return CompletableFuture.completedFuture("a");
		});
		children.add(Support.value("b"));
		assertThat(this.runner.<String>gather(children)).containsExactly("a", "b");
	}

	@Test
	void nullStageIsAClearError() {
		// asgiref, palitra for Python
		assertThatNullPointerException()
			.isThrownBy(() -> this.runner.run(() -> null, RunOptions.defaults().name("load-user")))
			.withMessageStartingWith("task \"load-user\" returned null")
			.withMessageContaining("completedFuture(null)");
	}

	@Test
	void nullStageOfAnUnnamedTaskNamesThePlaceOfTheCall() {
		assertThatNullPointerException().isThrownBy(() -> this.runner.run(() -> null))
			.withMessageStartingWith(
					"task \"C01InputTests.nullStageOfAnUnnamedTaskNamesThePlaceOfTheCall\" returned null");
		assertThatNullPointerException().isThrownBy(() -> this.runner.run(new NullTask()))
			.withMessageStartingWith(
					"task \"C01InputTests.nullStageOfAnUnnamedTaskNamesThePlaceOfTheCall\" returned null");
	}

	@Test
	void nullStageOfASubmittedTaskFailsItsFuture() {
		CompletableFuture<Object> future = this.runner.submit(() -> null, RunOptions.defaults().name("load-user"));
		assertThatExceptionOfType(CompletionException.class).isThrownBy(future::join)
			.havingCause()
			.isInstanceOf(NullPointerException.class)
			.withMessageStartingWith("task \"load-user\" returned null");
	}

	@Test
	void nullStageOfAChildNamesTheChild() {
		assertThatNullPointerException().isThrownBy(() -> this.runner.gather(Support.value("a"), () -> null))
			.withMessageStartingWith("task \"C01InputTests.nullStageOfAChildNamesTheChild[1]\" returned null");
		assertThatNullPointerException()
			.isThrownBy(() -> this.runner.gather(List.<AsyncCallable<Object>>of(() -> null),
					RunOptions.defaults().name("load-users")))
			.withMessageStartingWith("task \"load-users[0]\" returned null");
		Outcome<Object> outcome = this.runner.gatherOutcomes(() -> null).get(0);
		assertThatNullPointerException().isThrownBy(outcome::orElseThrow)
			.withMessageStartingWith("task \"C01InputTests.nullStageOfAChildNamesTheChild[0]\" returned null");
	}

	@ParameterizedTest
	@ValueSource(strings = { "PT0S", "PT-0.000000001S", "PT-1H" })
	void timeoutThatIsNotPositiveIsRefusedBeforeTheTaskIsCalled(Duration timeout) {
		// mutiny UniAwaitTest.testInvalidDurations; palitra for Python
		AtomicInteger calls = new AtomicInteger();
		AsyncCallable<Integer> task = () -> CompletableFuture.completedFuture(calls.incrementAndGet());
		assertRefusesTimeout(timeout, () -> this.runner.run(task, timeout));
		assertRefusesTimeout(timeout, () -> this.runner.await(new CompletableFuture<>(), timeout));
		assertRefusesTimeout(timeout, () -> this.runner.await(CompletableFuture.completedFuture("x"), timeout));
		assertRefusesTimeout(timeout, () -> RunOptions.defaults().timeout(timeout));
		assertRefusesTimeout(timeout, () -> Runners.builder().timeout(timeout));
		this.runner.run(Support.value("later"));
		assertThat(calls).hasValue(0);
	}

	private static void assertRefusesTimeout(Duration timeout, ThrowingCallable call) {
		assertThatIllegalArgumentException().isThrownBy(call)
			.withMessage("timeout must be positive but was " + timeout
					+ "; for no limit pass ChronoUnit.FOREVER.getDuration()");
	}

	@Test
	void wayOutOfTheTimeoutErrorIsAccepted() {
		assertThat(this.runner.run(Support.later("x"), ChronoUnit.FOREVER.getDuration())).isEqualTo("x");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, -1, Integer.MIN_VALUE })
	void maxConcurrencyBelowOneIsRefused(int maxConcurrency) {
		assertThatIllegalArgumentException().isThrownBy(() -> RunOptions.defaults().maxConcurrency(maxConcurrency))
			.withMessageContaining("maxConcurrency must be at least 1 but was " + maxConcurrency)
			.withMessageContaining("leave it out");
	}

	@Test
	void settersOfTheBuilderRefuseNull() {
		EventLoopThreadRunner.Builder builder = Runners.builder();
		assertThatNullPointerException().isThrownBy(() -> builder.name(null)).withMessage("name");
		assertThatNullPointerException().isThrownBy(() -> builder.threadNamePrefix(null))
			.withMessage("threadNamePrefix");
		assertThatNullPointerException().isThrownBy(() -> builder.threadFactory(null)).withMessage("threadFactory");
		assertThatNullPointerException().isThrownBy(() -> builder.timeout(null)).withMessage("timeout");
		assertThatNullPointerException().isThrownBy(() -> builder.shutdownGrace(null)).withMessage("shutdownGrace");
		assertThatNullPointerException().isThrownBy(() -> builder.listener(null)).withMessage("listener");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "\t\n", "\u00a0" })
	void blankNameIsRefused(String name) {
		assertThatIllegalArgumentException().isThrownBy(() -> Runners.builder().name(name))
			.withMessageStartingWith("name must not be blank but was \"");
		assertThatIllegalArgumentException().isThrownBy(() -> RunOptions.defaults().name(name))
			.withMessageStartingWith("task name must not be blank but was \"");
	}

	@Test
	void nameThatCouldForgeALogLineIsRefusedAndEscaped() {
		assertThatIllegalArgumentException().isThrownBy(() -> RunOptions.defaults().name("a\nERROR b"))
			.withMessage(
					"task name must not contain control characters, line breaks or other invisible characters but was \"a\\u000aERROR b\"");
		assertThatIllegalArgumentException().isThrownBy(() -> Runners.builder().name("a\u001b[0m"))
			.withMessage(
					"name must not contain control characters, line breaks or other invisible characters but was \"a\\u001b[0m\"");
		assertThatIllegalArgumentException().isThrownBy(() -> Runners.builder().threadNamePrefix("a\r"))
			.withMessage(
					"threadNamePrefix must not contain control characters, line breaks or other invisible characters but was \"a\\u000d\"");
	}

	@Test
	void nameHasAtMost200Characters() {
		assertThat(RunOptions.defaults().name("n".repeat(200)).name()).hasValue("n".repeat(200));
		assertThatIllegalArgumentException().isThrownBy(() -> RunOptions.defaults().name("n".repeat(201)))
			.withMessage("task name must have at most 200 characters but has 201: \"" + "n".repeat(40) + "...\"");
		assertThatIllegalArgumentException().isThrownBy(() -> Runners.builder().threadNamePrefix("p".repeat(201)))
			.withMessageStartingWith("threadNamePrefix must have at most 200 characters but has 201");
	}

	@Test
	void builderThatRefusedAValueKeepsTheOneBefore() {
		EventLoopThreadRunner.Builder builder = Runners.builder().name("kept");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.name(""));
		try (EventLoopThreadRunner built = builder.build()) {
			assertThat(built.getName()).isEqualTo("kept");
		}
	}

	@Test
	void stageThatWasHandedInIsNeverCancelled() {
		// reactor
		// MonoCompletionStageTest.propagateCancellationToCompletableFutureWithNoCancellationSupport
		Work<String> stage = new Work<>();
		assertThatExceptionOfType(RunTimeoutException.class)
			.isThrownBy(() -> this.runner.await(stage, Duration.ofMillis(1)));
		Owner<String> owner = Owner.parked(() -> this.runner.await(stage));
		owner.interrupt();
		assertThat(owner.failure()).isInstanceOf(RunInterruptedException.class);
		owner = Owner.parked(() -> this.runner.await(stage));
		this.runner.close(Duration.ZERO);
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
		assertThat(stage.cancellations()).isEmpty();
		assertThat(stage).isNotDone();
	}

	private static Arguments misuse(String name, String text, Misuse misuse) {
		return Arguments.of(Named.of(name, misuse), text);
	}

	@Test
	void negativeGraceIsRefused() {
		Duration negative = Duration.ofNanos(-1);
		assertThatIllegalArgumentException().isThrownBy(() -> this.runner.close(negative))
			.withMessage("grace must not be negative but was PT-0.000000001S");
		assertThat(this.runner.isAlive()).isTrue();
		assertThatIllegalArgumentException().isThrownBy(() -> this.runner.snapshot(-1))
			.withMessage("mostCalls must not be negative but was -1");
		assertThatIllegalArgumentException().isThrownBy(() -> Runners.builder().shutdownGrace(negative))
			.withMessage("shutdownGrace must not be negative but was PT-0.000000001S");
	}

	@FunctionalInterface
	private interface Misuse {

		void of(EventLoopThreadRunner runner) throws Exception;

	}

	private static final class NullTask implements AsyncCallable<Object> {

		@Override
		public CompletionStage<Object> call() {
			return null;
		}

	}

}
