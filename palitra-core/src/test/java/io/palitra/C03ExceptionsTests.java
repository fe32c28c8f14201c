package io.palitra;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

@DisplayName("C3 Exceptions")
@Tag("start-on")
class C03ExceptionsTests {

	private final EventLoopThreadRunner runner = Runners.builder().name("exceptions").build();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	// Identity

	@ParameterizedTest
	@MethodSource
	void uncheckedExceptionOrErrorIsTheSameInstance(Way way, Throwable failure) {
		// reactor and mutiny wrap AssertionError; vs-threading
		// RunAsyncExceptionsCapturedInResult:
		// thrown by the task or by its stage is the same; kotlinx
		// FutureTest.testConsistentExceptionUnwrapping
		Throwable cause = failure.getCause();
		Throwable thrown = catchThrowable(() -> way.fail(this.runner, failure));
		assertThat(thrown).isSameAs(failure);
		assertThat(thrown.getCause()).isSameAs(cause);
		assertThat(markersOf(failure)).hasSize(1);
	}

	static Stream<Arguments> uncheckedExceptionOrErrorIsTheSameInstance() {
		List<Throwable> failures = List.of(new RuntimeException("outer", new IllegalArgumentException("inner")),
				new IllegalStateException("no"), new AssertionError("asserted"), new StackOverflowError(),
				new OutOfMemoryError("none"), new LinkageError("missing"), new CancellationException("given up"),
				new Error("own"));
		return ways().flatMap((way) -> failures.stream().map((failure) -> Arguments.of(way, copyOf(failure))));
	}

	private static Throwable copyOf(Throwable failure) {
		try {
			Throwable copy = (failure.getMessage() != null) ? failure.getClass()
				.getConstructor((failure instanceof AssertionError) ? Object.class : String.class)
				.newInstance(failure.getMessage()) : failure.getClass().getConstructor().newInstance();
			return (failure.getCause() != null) ? copy.initCause(failure.getCause()) : copy;
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@ParameterizedTest
	@MethodSource("ways")
	void checkedExceptionIsWrappedOnce(Way way) {
		Exception failure = new IOException("checked");
		assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> way.fail(this.runner, failure))
			.satisfies((thrown) -> assertThat(thrown.getCause()).isSameAs(failure));
		assertThat(markersOf(failure)).hasSize(1);
	}

	@ParameterizedTest
	@MethodSource("ways")
	void runCheckedThrowsTheDeclaredExceptionAsTheSameInstance(Way way) {
		// airlift TestMoreFutures.testGetFutureValueWithExceptionType
		IOException failure = new IOException("declared");
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> this.runner.runChecked(way.task(failure), IOException.class))
			.isSameAs(failure);
		assertThat(markersOf(failure)).hasSize(1);
	}

	@Test
	void runCheckedThrowsASubclassOfTheDeclaredException() {
		FileNotFoundException failure = new FileNotFoundException("declared");
		assertThatExceptionOfType(FileNotFoundException.class)
			.isThrownBy(() -> this.runner.runChecked(Support.failure(failure), IOException.class,
					RunOptions.defaults().name("read")))
			.isSameAs(failure);
		assertThat(markersOf(failure).get(0).getTaskName()).isEqualTo("read");
	}

	@Test
	void runCheckedWrapsOtherCheckedExceptionsAndPassesTheRest() {
		Exception other = new Exception("other");
		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> this.runner.runChecked(Support.failure(other), IOException.class))
			.satisfies((thrown) -> assertThat(thrown.getCause()).isSameAs(other));
		IllegalStateException unchecked = new IllegalStateException("unchecked");
		assertThatIllegalStateException()
			.isThrownBy(() -> this.runner.runChecked(Support.failure(unchecked), IOException.class))
			.isSameAs(unchecked);
		assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(() -> this.runner.runChecked(Support.never(),
				Exception.class, RunOptions.defaults().timeout(Duration.ofMillis(1))));
	}

	@Test
	void runCheckedReturnsTheValue() throws IOException {
		assertThat(this.runner.runChecked(Support.value("value"), IOException.class)).isEqualTo("value");
	}

	@Test
	void javaSeesWhichExceptionsAreChecked() throws Exception {
		// kotlinx RunBlockingJavaTest.testRunBlocking
		assertThat(EventLoopThreadRunner.class.getMethod("run", AsyncCallable.class).getExceptionTypes()).isEmpty();
		assertThat(EventLoopThreadRunner.class.getMethod("runInterruptibly", AsyncCallable.class).getExceptionTypes())
			.containsExactly(InterruptedException.class);
		assertThat(EventLoopThreadRunner.class.getMethod("runChecked", AsyncCallable.class, Class.class)
			.getGenericExceptionTypes()[0]).hasToString("X");
	}

	@Test
	void exceptionOfASubmittedTaskIsItsOwn() {
		IOException failure = new IOException("checked");
		CompletableFuture<Object> future = this.runner.submit(Support.failure(failure));
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> future.get(1, TimeUnit.MINUTES))
			.satisfies((thrown) -> assertThat(thrown.getCause()).isSameAs(failure));
	}

	@Test
	void interruptedExceptionOfTheTaskIsAnOrdinaryFailure() {
		InterruptedException failure = new InterruptedException("the task's own");
		Owner<Object> owner = Owner.start(() -> this.runner.run(Support.failure(failure)));
		assertThat(owner.failure()).isInstanceOf(CompletionException.class).hasCause(failure);
		assertThat(owner.wasInterruptedAtEnd()).isFalse();
		owner = Owner.start(() -> this.runner.runInterruptibly(Support.failure(failure)));
		assertThat(owner.failure()).isInstanceOf(CompletionException.class).hasCause(failure);
	}

	// Peeling

	@ParameterizedTest
	@MethodSource("ways")
	void layersOfTheMachineryArePeeled(Way way) {
		// kotlinx FutureExceptionsTest.testAwaitChainedCompletionException,
		// testAwaitDeepChain
		IOException failure = new IOException("inner");
		Throwable layered = failure;
		for (int layer = 0; layer < 5; layer++) {
			layered = new CompletionException("layer " + layer, layered);
		}
		Throwable outer = layered;
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> this.runner.runChecked(way.task(outer), IOException.class))
			.isSameAs(failure);
		IllegalStateException unchecked = new IllegalStateException("inner");
		assertThatIllegalStateException()
			.isThrownBy(() -> way.fail(this.runner, new CompletionException(new CompletionException(unchecked))))
			.isSameAs(unchecked);
	}

	@Test
	void layersOfAChainOfDependentsArePeeled() {
		// kotlinx FutureExceptionsTest.testAwaitDeepChain: an IOException through two
		// thenApply is an IOException
		IOException failure = new IOException("deep");
		CompletableFuture<String> source = new CompletableFuture<>();
		Owner<String> owner = Owner.parked(() -> this.runner.runChecked(
				() -> source.thenApply((value) -> value + "a").thenApply((value) -> value + "b"), IOException.class));
		source.completeExceptionally(failure);
		assertThat(owner.failure()).isSameAs(failure);
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> this.runner.runChecked(() -> source.thenApply((value) -> value), IOException.class))
			.isSameAs(failure);
	}

	@ParameterizedTest
	@MethodSource("ways")
	void completionExceptionWithoutCauseIsKept(Way way) {
		// kotlinx .testAwaitChainedCompletionException with null cause
		CompletionException failure = new CompletionException("no cause", null);
		assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> way.fail(this.runner, failure))
			.isSameAs(failure);
		CompletionException inner = new CompletionException("inner without cause", null);
		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> way.fail(this.runner, new CompletionException(inner)))
			.isSameAs(inner);
	}

	@ParameterizedTest
	@MethodSource("ways")
	void executionExceptionOfTheUserIsKept(Way way) {
		ExecutionException failure = new ExecutionException(new IOException("inner"));
		assertThatExceptionOfType(ExecutionException.class)
			.isThrownBy(() -> this.runner.runChecked(way.task(failure), ExecutionException.class))
			.isSameAs(failure);
		assertThatExceptionOfType(ExecutionException.class)
			.isThrownBy(
					() -> this.runner.runChecked(way.task(new CompletionException(failure)), ExecutionException.class))
			.isSameAs(failure);
	}

	@ParameterizedTest
	@MethodSource("ways")
	void subclassOfCompletionExceptionIsKept(Way way) {
		CompletionException failure = new OwnCompletionException(new IOException("inner"));
		assertThatExceptionOfType(OwnCompletionException.class).isThrownBy(() -> way.fail(this.runner, failure))
			.isSameAs(failure);
	}

	@ParameterizedTest
	@MethodSource("ways")
	void cycleOfCausesEnds(Way way) {
		Cyclic first = new Cyclic("first");
		Cyclic second = new Cyclic("second");
		CompletionException layer = new CompletionException(second);
		first.other = layer;
		second.other = first;
		assertThat(catchThrowable(() -> way.fail(this.runner, first))).isSameAs(first);
		assertThat(catchThrowable(() -> way.fail(this.runner, layer))).isSameAs(second);
	}

	@ParameterizedTest
	@MethodSource("ways")
	void thousandLayersArePeeled(Way way) {
		IllegalStateException failure = new IllegalStateException("inner");
		Throwable layered = failure;
		for (int layer = 0; layer < 1_000; layer++) {
			layered = new CompletionException(null, layered);
		}
		Throwable outer = layered;
		assertThat(catchThrowable(() -> way.fail(this.runner, outer))).isSameAs(failure);
	}

	@ParameterizedTest
	@MethodSource("ways")
	void exceptionWhoseGetCauseThrowsReachesItsOwner(Way way) {
		RuntimeException failure = new RuntimeException("hostile") {

			@Override
			public Throwable getCause() {
				throw new IllegalStateException("getCause");
			}

		};
		Owner<Object> owner = Owner.start(() -> way.fail(this.runner, failure));
		assertThat(owner.failure()).isSameAs(failure);
	}

	// The call site

	@Test
	void callSiteNamesTaskRunnerAndShowsTheOwnersFramesOnTop() {
		// Python bridges
		IllegalStateException failure = new IllegalStateException("remote");
		assertThatIllegalStateException()
			.isThrownBy(() -> theMethodThatCalls(failure, RunOptions.defaults().name("load-user")));
		RunCallSite site = markersOf(failure).get(0);
		assertThat(site.getTaskName()).isEqualTo("load-user");
		assertThat(site.getRunnerName()).isEqualTo("exceptions");
		assertThat(site).hasMessage("task \"load-user\" was run here on runner \"exceptions\"").hasNoCause();
		assertThat(site.getStackTrace()[0].getClassName()).isEqualTo(C03ExceptionsTests.class.getName());
		assertThat(site.getStackTrace()[0].getMethodName()).isEqualTo("theMethodThatCalls");
	}

	private void theMethodThatCalls(Throwable failure, RunOptions options) {
		this.runner.run(Support.failure(failure), options);
	}

	@ParameterizedTest
	@MethodSource
	void ownersFramesAreOnTopWhateverTheMethod(Way way) {
		IllegalStateException failure = new IllegalStateException("remote");
		assertThatIllegalStateException().isThrownBy(() -> way.fail(this.runner, failure));
		assertThat(markersOf(failure).get(0).getStackTrace()[0].getClassName())
			.startsWith(C03ExceptionsTests.class.getName());
	}

	static Stream<Named<Way>> ownersFramesAreOnTopWhateverTheMethod() {
		return Stream.of(way("run", (failure) -> Support.failure(failure)),
				calling("run with timeout",
						(runner, failure) -> runner.run(Support.failure(failure), Duration.ofMinutes(1))),
				calling("runChecked",
						(runner, failure) -> runner.runChecked(Support.failure(failure), RuntimeException.class)),
				calling("runInterruptibly", (runner, failure) -> runner.runInterruptibly(Support.failure(failure))),
				calling("await", (runner, failure) -> runner.await(CompletableFuture.failedFuture(failure))),
				calling("gather", (runner, failure) -> runner.gather(Support.failure(failure))),
				calling("Palitra.run", (runner, failure) -> Palitra.run(Support.failure(failure))),
				calling("Palitra.gather", (runner, failure) -> Palitra.gather(Support.failure(failure))));
	}

	@Test
	void thousandRethrowsOfOneExceptionLeaveOneCallSiteRefreshedInPlace() {
		// reactor-core; Python bridges
		IllegalStateException cached = new IllegalStateException("cached");
		Exception ofTheUser = new Exception("the user's own");
		cached.addSuppressed(ofTheUser);
		StackTraceElement[] stack = cached.getStackTrace();
		RunCallSite first = null;
		for (int i = 0; i < 1_000; i++) {
			RunOptions options = RunOptions.defaults().name("call-" + i);
			assertThatIllegalStateException().isThrownBy(() -> this.runner.run(Support.failure(cached), options));
			RunCallSite site = markersOf(cached).get(0);
			first = (first != null) ? first : site;
			assertThat(site).isSameAs(first);
			assertThat(site.getTaskName()).isEqualTo("call-" + i);
		}
		theOtherPlace(cached);
		assertThat(first.getStackTrace()[0].getMethodName()).isEqualTo("theOtherPlace");
		assertThat(cached.getSuppressed()).containsExactly(ofTheUser, first);
		assertThat(cached.getStackTrace()).isEqualTo(stack);
		assertThat(cached).hasNoCause();
	}

	private void theOtherPlace(Throwable failure) {
		try {
			this.runner.await(CompletableFuture.failedFuture(failure));
		}
		catch (IllegalStateException ex) {
			assertThat(ex).isSameAs(failure);
		}
	}

	@Test
	void anotherRunnerRefreshesTheSameCallSite() {
		IllegalStateException cached = new IllegalStateException("cached");
		assertThatIllegalStateException().isThrownBy(() -> this.runner.run(Support.failure(cached)));
		try (EventLoopThreadRunner other = Runners.builder().name("other").build()) {
			assertThatIllegalStateException().isThrownBy(() -> other.run(Support.failure(cached)));
		}
		assertThat(markersOf(cached)).hasSize(1);
		assertThat(markersOf(cached).get(0).getRunnerName()).isEqualTo("other");
	}

	@Test
	void concurrentRethrowsLeaveOneCallSite() {
		int threads = 8;
		CyclicBarrier together = new CyclicBarrier(threads);
		AtomicReference<IllegalStateException> cached = new AtomicReference<>();
		List<Owner<Object>> owners = IntStream.range(0, threads).mapToObj((i) -> Owner.<Object>start(() -> {
			for (int round = 0; round < 200; round++) {
				if (i == 0) {
					cached.set(new IllegalStateException("shared"));
				}
				Support.await(together);
				IllegalStateException shared = cached.get();
				assertThatIllegalStateException().isThrownBy(() -> this.runner.run(Support.failure(shared)))
					.isSameAs(shared);
				Support.await(together);
				assertThat(shared.getSuppressed()).hasSize(1);
				Support.await(together);
			}
			return null;
		})).toList();
		owners.forEach(Owner::value);
	}

	@Test
	void nothingIsAddedWhereSuppressionIsDisabled() {
		NoSuppression failure = new NoSuppression();
		for (int i = 0; i < 3; i++) {
			assertThatExceptionOfType(NoSuppression.class).isThrownBy(() -> this.runner.run(Support.failure(failure)))
				.isSameAs(failure);
		}
		assertThat(failure.getSuppressed()).isEmpty();
	}

	@Test
	void graphOfCausesAndSuppressedHasNoCycle() {
		// ox: cause.addSuppressed(executionException) on every join
		IOException checked = new IOException("checked", new IllegalStateException("inner"));
		Throwable thrown = null;
		for (int i = 0; i < 3; i++) {
			thrown = catchThrowable(() -> this.runner.run(Support.failure(checked)));
		}
		assertAcyclic(thrown, Collections.newSetFromMap(new IdentityHashMap<>()));
		RunCallSite site = markersOf(checked).get(0);
		CompletableFuture<Object> stage = CompletableFuture.failedFuture(site);
		Throwable rethrown = catchThrowable(() -> this.runner.run(() -> stage));
		assertThat(rethrown).hasCause(site);
		assertThat(site.getSuppressed()).isEmpty();
		assertAcyclic(rethrown, Collections.newSetFromMap(new IdentityHashMap<>()));
	}

	private static void assertAcyclic(Throwable throwable, Set<Throwable> above) {
		if (throwable == null) {
			return;
		}
		assertThat(above.add(throwable)).as("first time on this path: " + throwable).isTrue();
		assertAcyclic(throwable.getCause(), above);
		Arrays.stream(throwable.getSuppressed()).forEach((suppressed) -> assertAcyclic(suppressed, above));
		above.remove(throwable);
	}

	@Test
	void exceptionThatTheCallerIsHandlingIsNotTouched() {
		// asgiref, Python bridges
		IllegalArgumentException handled = new IllegalArgumentException("being handled");
		StackTraceElement[] stack = handled.getStackTrace();
		try {
			throw handled;
		}
		catch (IllegalArgumentException ex) {
			assertThat(this.runner.run(Support.value("value"))).isEqualTo("value");
			assertThatIllegalStateException()
				.isThrownBy(() -> this.runner.run(Support.failure(new IllegalStateException("other"))));
		}
		assertThat(handled.getStackTrace()).isEqualTo(stack);
		assertThat(handled).hasNoCause();
		assertThat(handled.getSuppressed()).isEmpty();
	}

	@Test
	void outcomeThatIsNotTheTasksOwnHasNoCallSite() {
		// Its stack is the owner's already
		RunTimeoutException timeout = (RunTimeoutException) catchThrowable(
				() -> this.runner.run(Support.never(), Duration.ofMillis(1)));
		assertThat(timeout.getSuppressed()).isEmpty();
		assertThat(Arrays.stream(timeout.getStackTrace()).map(StackTraceElement::getClassName))
			.contains(C03ExceptionsTests.class.getName());
	}

	private static List<RunCallSite> markersOf(Throwable failure) {
		return Arrays.stream(failure.getSuppressed())
			.filter(RunCallSite.class::isInstance)
			.map(RunCallSite.class::cast)
			.toList();
	}

	// Ways to fail

	static Stream<Named<Way>> ways() {
		return Stream.of(way("thrown by the task", (failure) -> () -> {
			throw Support.<RuntimeException>sneaky(failure);
		}), way("stage that has failed", Support::failure), way("stage that fails later", (failure) -> () -> {
			CompletableFuture<Object> stage = new CompletableFuture<>();
			Support.daemon(() -> stage.completeExceptionally(failure)).start();
			return stage;
		}), way("minimal stage", (failure) -> () -> CompletableFuture.failedStage(failure)));
	}

	private static Named<Way> way(String name, Function<Throwable, AsyncCallable<Object>> task) {
		return Named.of(name, new Way() {

			@Override
			public AsyncCallable<Object> task(Throwable failure) {
				return task.apply(failure);
			}

			@Override
			public Object fail(EventLoopThreadRunner runner, Throwable failure) {
				return runner.run(task(failure));
			}

		});
	}

	private static Named<Way> calling(String name, Failing failing) {
		return Named.of(name, new Way() {

			@Override
			public AsyncCallable<Object> task(Throwable failure) {
				return Support.failure(failure);
			}

			@Override
			public Object fail(EventLoopThreadRunner runner, Throwable failure) throws Exception {
				return failing.fail(runner, failure);
			}

		});
	}

	private interface Way {

		AsyncCallable<Object> task(Throwable failure);

		Object fail(EventLoopThreadRunner runner, Throwable failure) throws Exception;

	}

	@FunctionalInterface
	private interface Failing {

		Object fail(EventLoopThreadRunner runner, Throwable failure) throws Exception;

	}

	private static final class OwnCompletionException extends CompletionException {

		private static final long serialVersionUID = 1L;

		OwnCompletionException(Throwable cause) {
			super(cause);
		}

	}

	private static final class Cyclic extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private Throwable other;

		Cyclic(String message) {
			super(message);
		}

		@Override
		public synchronized Throwable getCause() {
			return this.other;
		}

	}

	private static final class NoSuppression extends RuntimeException {

		private static final long serialVersionUID = 1L;

		NoSuppression() {
			super("no suppression", null, false, true);
		}

	}

}
