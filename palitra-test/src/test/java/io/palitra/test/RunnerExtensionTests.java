package io.palitra.test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.EventConditions;
import org.junit.platform.testkit.engine.TestExecutionResultConditions;

import io.palitra.EventLoopThreadRunner;
import io.palitra.test.Examples.AfterFailure;
import io.palitra.test.Examples.AfterTimeout;
import io.palitra.test.Examples.BadSettings;
import io.palitra.test.Examples.InConstructor;
import io.palitra.test.Examples.InNested;
import io.palitra.test.Examples.JustEnding;
import io.palitra.test.Examples.LeavesCalls;
import io.palitra.test.Examples.LeavesCallsOfTheClass;
import io.palitra.test.Examples.OneInstance;
import io.palitra.test.Examples.Shared;
import io.palitra.test.Examples.WithSettings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@link RunnerExtension} does to {@link Examples}.
 */
class RunnerExtensionTests {

	@RegisterExtension
	static final RunnerExtension runners = RunnerExtension.with((runner) -> runner.timeout(Duration.ofSeconds(30)));

	@AfterEach
	void forget() {
		Examples.seen.clear();
	}

	@Test
	void runs(EventLoopThreadRunner runner) {
		assertThat(runner.run(() -> CompletableFuture.completedFuture("value"))).isEqualTo("value");
	}

	@Test
	void testHasARunnerOfItsOwnThatIsClosed() {
		run(InConstructor.class).testEvents().assertStatistics((tests) -> tests.succeeded(2));
		List<EventLoopThreadRunner> seen = Examples.seen;
		// Constructor, @BeforeEach, test and @AfterEach of two tests
		assertThat(seen).hasSize(8);
		assertThat(seen.subList(0, 4)).containsOnly(seen.get(0));
		assertThat(seen.subList(4, 8)).containsOnly(seen.get(4)).doesNotContain(seen.get(0));
		assertThat(seen).noneMatch(EventLoopThreadRunner::isAlive);
	}

	@Test
	void nestedTestsToo() {
		run(InNested.class).testEvents().assertStatistics((tests) -> tests.succeeded(2));
		assertThat(Examples.seen).hasSize(2).doesNotHaveDuplicates().noneMatch(EventLoopThreadRunner::isAlive);
	}

	@Test
	void testsShareTheRunnerThatTheirClassHasAskedFor() {
		run(Shared.class).testEvents().assertStatistics((tests) -> tests.succeeded(2));
		assertThat(Examples.seen).hasSize(3)
			.containsOnly(Examples.seen.get(0))
			.noneMatch(EventLoopThreadRunner::isAlive);
	}

	@Test
	void testsShareTheRunnerOfTheirOneInstance() {
		run(OneInstance.class).testEvents().assertStatistics((tests) -> tests.succeeded(2));
		assertThat(Examples.seen).hasSize(3)
			.containsOnly(Examples.seen.get(0))
			.noneMatch(EventLoopThreadRunner::isAlive);
	}

	@Test
	void settings() {
		run(WithSettings.class).testEvents().assertStatistics((tests) -> tests.succeeded(1));
		assertThat(Examples.seen).extracting(EventLoopThreadRunner::getName).containsExactly("rates");
	}

	@Test
	void settingsThatFail() {
		assertThat(failures(run(BadSettings.class).testEvents().failed().list())).singleElement()
			.satisfies((failure) -> assertThat(failure).hasRootCauseInstanceOf(IllegalArgumentException.class));
	}

	@Test
	void callsThatAreLeftFailTheTest() {
		EngineExecutionResults results = run(LeavesCalls.class);
		results.testEvents()
			.assertThatEvents()
			.haveExactly(1, EventConditions.event(EventConditions.test("submitsAndGoes"),
					EventConditions.finishedWithFailure(TestExecutionResultConditions.instanceOf(AssertionError.class),
							TestExecutionResultConditions
								.message("submitsAndGoes(EventLoopThreadRunner) has left 2 call(s) in flight on runner "
										+ "\"default\": \"first\" (RUNNING, nobody waits for it), \"second\" "
										+ "(RUNNING, nobody waits for it). Complete or cancel what a test "
										+ "starts before it ends"))))
			.haveExactly(1,
					EventConditions.event(EventConditions.test("leavesAnOwner"), EventConditions
						.finishedWithFailure(TestExecutionResultConditions.message(
								(message) -> message.contains("\"stray\" (RUNNING, thread \"owner\" waits for it)")))));
		assertThat(Examples.seen).noneMatch(EventLoopThreadRunner::isAlive);
	}

	@Test
	void callsThatAreLeftOnASharedRunnerFailTheClass() {
		EngineExecutionResults results = run(LeavesCallsOfTheClass.class);
		results.testEvents().assertStatistics((tests) -> tests.succeeded(2));
		assertThat(failures(results.containerEvents().failed().list())).singleElement()
			.satisfies((failure) -> assertThat(failure).hasMessageContaining("LeavesCallsOfTheClass has left 1 call(s)")
				.hasMessageContaining("\"stray\""));
	}

	@Test
	void workThatIgnoresItsCancellationIsLeft() {
		assertThat(failures(run(AfterTimeout.class).testEvents().failed().list())).singleElement()
			.satisfies((failure) -> assertThat(failure).hasMessageContaining("ignoresIt")
				.hasMessageContaining("\"deaf\""));
	}

	@Test
	void callsThatAreJustEndingAreNotLeft() {
		run(JustEnding.class).testEvents().assertStatistics((tests) -> tests.succeeded(1));
	}

	@Test
	void failureOfTheTestComesFirst() {
		assertThat(failures(run(AfterFailure.class).testEvents().failed().list())).singleElement()
			.satisfies((failure) -> assertThat(failure).hasMessage("of the test")
				.satisfies((test) -> assertThat(test.getSuppressed()).singleElement()
					.satisfies((left) -> assertThat(left).hasMessageContaining("\"stray\""))));
	}

	private static List<Throwable> failures(List<Event> events) {
		return events.stream()
			.map((event) -> event.getRequiredPayload(TestExecutionResult.class))
			.map((result) -> result.getThrowable().orElseThrow())
			.toList();
	}

	private static EngineExecutionResults run(Class<?> example) {
		return EngineTestKit.engine("junit-jupiter").selectors(DiscoverySelectors.selectClass(example)).execute();
	}

}
