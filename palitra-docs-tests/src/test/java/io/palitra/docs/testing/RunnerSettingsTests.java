package io.palitra.docs.testing;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunTimeoutException;
import io.palitra.test.RunnerExtension;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Runners with settings of the test's own.
 */
class RunnerSettingsTests {

	// tag::settings[]
	@RegisterExtension
	static final RunnerExtension runners = RunnerExtension
		.with((runner) -> runner.name("rates").timeout(Duration.ofMillis(50)));

	// end::settings[]

	@Test
	void shortTimeout(EventLoopThreadRunner runner) {
		assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(() -> runner.run(CompletableFuture::new))
			.withMessageContaining("rates");
	}

}
