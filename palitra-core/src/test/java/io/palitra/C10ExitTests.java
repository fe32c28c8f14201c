package io.palitra;

import java.time.Duration;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

@DisplayName("C10 Shutdown: System.exit inside a call")
class C10ExitTests {

	/**
	 * The grace of the runner is longer than this.
	 */
	private static final Duration LIMIT = Duration.ofSeconds(60);

	@ParameterizedTest
	@ValueSource(strings = { "hop", "loop", "caller", "submitted", "in-place", "gathered", "nested", "command",
			"clean-up", "closer" })
	void hookThatClosesTheRunnerDoesNotWaitForTheThreadThatWaitsForTheHook(String where) throws Exception {
		String classPath = ChildJvm.locationOf(EventLoopThreadRunner.class) + System.getProperty("path.separator")
				+ ChildJvm.locationOf(Exits.class);
		assertThat(ChildJvm.run(LIMIT, classPath, Exits.class, where)).contains("closed", "the other has ended: kept");
	}

}
