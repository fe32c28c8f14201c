package io.palitra.sample.context;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * With automatic context propagation.
 */
@TestPropertySource(properties = "spring.reactor.context-propagation=auto")
class AutoTracingTests extends AbstractTracingTests {

	@Override
	void assertClients(Traces traces) {
		assertRunBetweenClientsAndServer(traces);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/chains/task", "/chains/future" })
	void mdcIsThereInEveryOperator(String path) {
		assertThat(get(path)).isEqualTo("1r1+2r1+0r1+3r1+");
	}

}
