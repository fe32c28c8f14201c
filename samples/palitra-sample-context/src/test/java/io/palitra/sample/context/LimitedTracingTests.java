package io.palitra.sample.context;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * With Spring Boot's default, where Reactor restores thread-locals nowhere.
 */
class LimitedTracingTests extends AbstractTracingTests {

	@Override
	void assertClients(Traces traces) {
		assertRunBetweenClientsAndServer(traces);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/chains/task", "/chains/future" })
	void mdcIsLostBehindTheFirstHop(String path) {
		assertThat(get(path)).isEqualTo("1null-2null-0null-3null-");
	}

}
