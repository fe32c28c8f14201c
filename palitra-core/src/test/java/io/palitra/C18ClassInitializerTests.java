package io.palitra;

import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A class initializer that waits for a task of its own class waits in vain: this ends,
 * and whoever looks is told why.
 */
@DisplayName("C18 Stuck work: calls made by a class initializer")
class C18ClassInitializerTests {

	private static final String CLASS_PATH = ChildJvm.locationOf(EventLoopThreadRunner.class) + File.pathSeparator
			+ ChildJvm.locationOf(InitializesByRunning.class);

	private static Map<String, Owner<List<String>>> programs;

	/**
	 * Side by side, and each once, for they wait for a limit rather than compute.
	 */
	@BeforeAll
	static void start() {
		programs = Stream.of("limited", "deep", "interface", "gather", "submit", "report", "reference")
			.collect(Collectors.toMap(Function.identity(), (how) -> Owner
				.start(() -> ChildJvm.run(Duration.ofSeconds(40), CLASS_PATH, InitializesByRunning.class, how))));
	}

	@ParameterizedTest
	@ValueSource(strings = { "limited", "deep", "interface", "gather", "submit", "report" })
	void textOfTheTimeoutNamesTheClassInitializerAndTheNextCallWorks(String how) {
		List<String> lines = run(how);
		assertThat(lines)
			.anySatisfy((line) -> assertThat(line).contains("RunTimeoutException").contains("class initializer"));
		assertThat(lines).contains("then: token");
	}

	@Test
	void textNamesTheClassThatIsBeingInitialized() {
		assertThat(run("deep"))
			.anySatisfy((line) -> assertThat(line).contains("class initializer").contains("InitializesByRunning$Deep"));
	}

	@Test
	void reportOfAnOwnerThatWaitsNamesTheClassInitializer() {
		assertThat(run("report")).anySatisfy((line) -> assertThat(line).startsWith("LOG Thread \"")
			.contains("has waited")
			.contains("class initializer"));
	}

	@Test
	void initializerThatNeedsNothingOfItsClassOnTheLoopIsServed() {
		assertThat(run("reference")).filteredOn((line) -> !line.startsWith("LOG A callback has held"))
			.containsExactly("token: token", "then: token");
	}

	@Tag("slow")
	@Test
	@Timeout(value = 3, unit = TimeUnit.MINUTES)
	void globalRunnerHasALimitOfItsOwn() throws Exception {
		List<String> lines = ChildJvm.run(Duration.ofMinutes(2), CLASS_PATH, InitializesByRunning.class, "default");
		assertThat(lines)
			.anySatisfy((line) -> assertThat(line).contains("did not end within 30 s").contains("class initializer"));
		assertThat(lines).contains("then: token");
	}

	@Test
	void ordinaryTimeoutDoesNotSpeakOfClassInitializers() {
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.create()) {
			RunTimeoutException timeout = Support.timeoutWhileRunning((limit) -> runner.run(Support.never(), limit));
			assertThat(timeout.getMessage()).doesNotContain("class initializer");
		}
	}

	private static List<String> run(String how) {
		return programs.get(how).value();
	}

}
