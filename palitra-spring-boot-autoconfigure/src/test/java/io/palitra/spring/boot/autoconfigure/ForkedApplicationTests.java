package io.palitra.spring.boot.autoconfigure;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for applications without what is optional, and processed ahead of time.
 */
@Timeout(300)
class ForkedApplicationTests extends AbstractForkedTests {

	@Test
	void applicationWithoutActuatorRunsC22() throws Exception {
		List<String> lines = run(without("spring-boot-actuator", "spring-boot-health"), ForkedApplication.class);
		assertThat(lines).contains("result on palitra-default", "result on palitra-reports", "left no thread");
		assertThat(lines).noneMatch((line) -> line.startsWith("has Health"))
			.noneMatch((line) -> line.startsWith("has Endpoint"));
	}

	@Test
	void applicationWithoutMicrometerRunsC22() throws Exception {
		List<String> lines = run(without("micrometer", "context-propagation", "spring-boot-micrometer"),
				ForkedApplication.class);
		assertThat(lines)
			.contains("result on palitra-default", "result on palitra-reports", "left no thread",
					"has HealthContributor")
			.doesNotContain("has MeterRegistry");
	}

	@Test
	void applicationWithoutReactorRunsC22() throws Exception {
		List<String> lines = run(without("reactor-core", "reactor-netty", "reactive-streams", "spring-webflux"),
				ForkedApplication.class);
		assertThat(lines)
			.contains("result on palitra-default", "result on palitra-reports", "left no thread",
					"has HealthContributor", "has MeterRegistry")
			.doesNotContain("has Mono");
	}

	@Test
	void applicationThatWasProcessedAheadOfTimeRuns() throws Exception {
		List<String> lines = runProcessedAheadOfTime(ForkedApplication.class, "-Dpalitra.runners.late.timeout=1s");
		assertThat(lines).contains("result on palitra-default", "result on palitra-reports", "left no thread",
				"has HealthContributor", "has MeterRegistry", "has Endpoint", "processed ahead of time", "has late");
	}

}
