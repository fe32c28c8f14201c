package io.palitra;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.palitra.spi.RunEvent;
import io.palitra.spi.RunListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

@DisplayName("The default name of a task is the place of its call")
class CallPlaceTests {

	private static final RunOptions SOON = RunOptions.defaults().timeout(Duration.ofMillis(20));

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
		.shutdownGrace(Duration.ZERO)
		.nestedRuns(NestedRuns.PUMP)
		.build();

	@AfterEach
	void close() {
		this.runner.close();
	}

	@ParameterizedTest
	@MethodSource("waysToCall")
	void callThatFails(Function<EventLoopThreadRunner, ?> call) {
		assertThat(nameOf(() -> call.apply(this.runner))).isEqualTo("CallPlaceTests.waysToCall");
	}

	static Stream<Function<EventLoopThreadRunner, ?>> waysToCall() {
		Flow.Publisher<Object> silent = (subscriber) -> {
		};
		return Stream.of((runner) -> runner.run(Support.never(), SOON),
				(runner) -> runner.runScoped((scope) -> new CompletableFuture<>(), SOON),
				(runner) -> runner.await(new CompletableFuture<>(), Duration.ofMillis(20)),
				(runner) -> runner.gather(List.of(Support.never()), SOON),
				(runner) -> runner.combine(Support.never(), Support.never(), (a, b) -> a, SOON),
				(runner) -> runner.run(PublisherTasks.one(silent), SOON),
				(runner) -> runner.run(BlockingTasks.blocking(() -> runner.run(Support.never())), SOON),
				(runner) -> runner.stream(silent, SOON).toList(),
				(runner) -> Optional.of(Support.never()).map((task) -> runner.run(task, SOON)));
	}

	@Test
	void methodReferenceThatTheJdkCalls() {
		Function<AsyncCallable<Object>, Object> call = (task) -> this.runner.run(task, SOON);
		EventLoopThreadRunner limited = EventLoopThreadRunner.builder().timeout(Duration.ofMillis(20)).build();
		try (limited) {
			assertThat(nameOf(() -> Optional.of(Support.never()).map(limited::run)))
				.isEqualTo("CallPlaceTests.methodReferenceThatTheJdkCalls");
			assertThat(nameOf(() -> call.apply(Support.never())))
				.isEqualTo("CallPlaceTests.methodReferenceThatTheJdkCalls");
		}
	}

	@Test
	void nestedClassAndConstructor() {
		assertThat(nameOf(() -> new Constructed(this.runner))).isEqualTo("CallPlaceTests$Constructed.<init>");
	}

	@Test
	void childrenOfAGatherAreNumbered() {
		RunTimeoutException failure = catchThrowableOfType(RunTimeoutException.class, () -> this.runner
			.gather(List.of(Support.value("a"), Support.never()), RunOptions.defaults().timeout(Support.UNHURRIED)));
		assertThat(failure).hasMessageContaining("; not ended: CallPlaceTests.childrenOfAGatherAreNumbered[1]");
	}

	@Test
	void callsThatWaitInTheSnapshot() {
		Owner<Object> run = Owner.parked(() -> this.runner.run(Support.never()));
		Owner<List<Object>> gather = Owner.parked(this::gatherInAMethod);
		Support.untilActive(this.runner, 2);
		assertThat(this.runner.snapshot().calls()).extracting(RunnerSnapshot.Call::taskName)
			.containsExactlyInAnyOrder("CallPlaceTests.callsThatWaitInTheSnapshot", "CallPlaceTests.gatherInAMethod");
		run.interrupt();
		gather.interrupt();
		run.failure();
		gather.failure();
	}

	private List<Object> gatherInAMethod() {
		return this.runner.gather(Support.never(), Support.never());
	}

	@Test
	void callWhoseOwnerHasLeftKeepsItsName() {
		Work<Object> stubborn = Work.stubborn();
		Support.timeoutWhileRunning(this.runner, (limit) -> this.runner.run(() -> stubborn, limit));
		assertThat(this.runner.snapshot().calls()).singleElement()
			.extracting(RunnerSnapshot.Call::taskName)
			.isEqualTo("CallPlaceTests.callWhoseOwnerHasLeftKeepsItsName");
		stubborn.complete("late");
	}

	@Test
	void callThatRunsACommandInWhichItsOwnerMakesAnother() {
		AtomicReference<List<String>> names = new AtomicReference<>();
		this.runner.runScoped((scope) -> CompletableFuture.runAsync(() -> runInACommand(names), scope.caller()));
		assertThat(names.get()).containsExactly("CallPlaceTests.callThatRunsACommandInWhichItsOwnerMakesAnother",
				"CallPlaceTests.runInACommand");
	}

	private void runInACommand(AtomicReference<List<String>> names) {
		this.runner.run(() -> {
			names.set(namesOfCalls());
			return CompletableFuture.completedFuture(null);
		});
	}

	@Test
	void callThatDrivesTheLoopDoesNotTakeTheNameOfAnother() {
		AtomicReference<List<String>> names = new AtomicReference<>();
		this.runner.run(() -> driveTheLoop(() -> driveTheLoop(() -> {
			names.set(namesOfCalls());
			return CompletableFuture.completedFuture(null);
		})));
		assertThat(names.get()).containsExactly("CallPlaceTests.callThatDrivesTheLoopDoesNotTakeTheNameOfAnother",
				"CallPlaceTests", "CallPlaceTests");
	}

	private CompletableFuture<Object> driveTheLoop(AsyncCallable<Object> task) {
		return CompletableFuture.completedFuture(this.runner.run(task));
	}

	private List<String> namesOfCalls() {
		return this.runner.snapshot().calls().stream().map(RunnerSnapshot.Call::taskName).toList();
	}

	@Test
	void submittedTaskIsNamedAfterWhoWroteItOrSubmitsOneOfPalitras() {
		this.runner.submit(CompletableFuture::new);
		this.runner.submit(new AsyncCallable<>() {

			@Override
			public CompletableFuture<Object> call() {
				return new CompletableFuture<>();
			}

		});
		this.runner.submit(CallbackTasks.callback((answer) -> answer::notify));
		assertThat(this.runner.snapshot().calls()).extracting(RunnerSnapshot.Call::taskName)
			.containsExactly("CallPlaceTests", "CallPlaceTests$1",
					"CallPlaceTests.submittedTaskIsNamedAfterWhoWroteItOrSubmitsOneOfPalitras");
	}

	@Test
	void listenersAreToldTheSameNameFromTheBeginningToTheEnd() {
		StringBuilder told = new StringBuilder();
		EventLoopThreadRunner listened = EventLoopThreadRunner.builder().listener(new RunListener() {

			@Override
			public void onSubmit(RunEvent run) {
				told.append(run.getTaskName()).append(' ');
			}

			@Override
			public void onStart(RunEvent run) {
				told.append(run.getTaskName()).append(' ');
			}

		}).build();
		try (listened) {
			listened.run(Support.value("x"));
		}
		String name = "CallPlaceTests.listenersAreToldTheSameNameFromTheBeginningToTheEnd ";
		assertThat(told).hasToString(name + name);
	}

	@Test
	void listenerThatOnlyAsksOnTheLoop() {
		AtomicReference<String> told = new AtomicReference<>();
		EventLoopThreadRunner listened = EventLoopThreadRunner.builder().listener(new RunListener() {

			@Override
			public void onStart(RunEvent run) {
				told.set(run.getTaskName());
			}

		}).build();
		try (listened) {
			listened.run(Support.later("x"));
		}
		assertThat(told).hasValue("CallPlaceTests.listenerThatOnlyAsksOnTheLoop");
	}

	private static String nameOf(Supplier<?> call) {
		RunTimeoutException timeout = catchThrowableOfType(RunTimeoutException.class, call::get);
		assertThat(timeout.getSuppressed()).noneMatch(RunCallSite.class::isInstance);
		return timeout.getMessage().replaceFirst("Task \"(.*?)\" on runner.*", "$1");
	}

	private static final class Constructed {

		Constructed(EventLoopThreadRunner runner) {
			runner.run(Support.never(), SOON);
		}

	}

}
