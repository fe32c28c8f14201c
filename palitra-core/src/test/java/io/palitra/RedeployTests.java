package io.palitra;

import java.io.File;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that has closed what it made is collected with all its classes. Each in
 * a process of its own, for what the JDK keeps it keeps from the first use on.
 */
@Tag("slow")
@DisplayName("C17 Memory: class loaders of applications that are gone")
class RedeployTests {

	@ParameterizedTest
	@CsvSource({ "inside, run", "inside, timeout", "inside, submit", "inside, slow", "inside, timers", "inside, gather",
			"inside, late dependents", "inside, global and shutdown", "parent, run", "parent, timeout",
			"parent, submit", "parent, slow", "parent, timers", "parent, gather", "parent, late dependents",
			"parent, global", "parent, global and shutdown" })
	void applicationIsCollected(String where, String how) throws Exception {
		List<String> lines = ChildJvm.run(Duration.ofSeconds(50), ChildJvm.locationOf(EventLoopThreadRunner.class)
				+ File.pathSeparator + ChildJvm.locationOf(Redeploys.class), Redeploys.class, where, how);
		assertThat(lines).contains("gone").doesNotContain("kept");
	}

}
