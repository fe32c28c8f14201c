package io.palitra.spring.boot.autoconfigure;

import java.io.File;
import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for applications with HTTP interfaces, which Spring Boot 3 has no groups of.
 */
@Timeout(300)
class Boot4ForkedHttpTests extends AbstractForkedTests {

	@Test
	void httpInterfacesThatWereProcessedAheadOfTimeGoThroughTheirRunners() throws Exception {
		assertThat(runProcessedAheadOfTime(Boot4ForkedHttpApplication.class, "-Dpalitra.runners.late.timeout=1s",
				"-Dpalitra.http.groups.users.runner=late"))
			.contains("User[id=1, name=user-1]", "calls of late: 1");
	}

	@Test
	void reflectionOnHttpInterfacesHasHints() throws Exception {
		String agent = Stream.of(without().split(File.pathSeparator))
			.filter((jar) -> Path.of(jar).getFileName().toString().startsWith("spring-core-test"))
			.findFirst()
			.orElseThrow();
		assertThat(
				run(without(), Boot4ForkedHttpHints.class, "-javaagent:" + agent + "=-org.springframework,+io.palitra"))
			.contains("reflection has hints");
	}

}
