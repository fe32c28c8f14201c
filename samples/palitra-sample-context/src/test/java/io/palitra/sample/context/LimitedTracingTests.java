package io.palitra.sample.context;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * With Spring Boot's default, where Reactor restores thread-locals nowhere; the MDC the
 * starter brings to later operators itself.
 */
class LimitedTracingTests extends AbstractTracingTests {

	@Override
	void assertClients(Traces traces) {
		assertRunBetweenClientsAndServer(traces);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/chains/task", "/chains/future" })
	void mdcIsThereBehindTheFirstHop(String path) {
		assertThat(get(path)).isEqualTo("1r1+2r1+0r1+3r1+");
	}

}
