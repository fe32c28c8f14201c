package io.palitra.sample.context;

import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * With calls not being observed themselves.
 */
@TestPropertySource(properties = "management.observations.enable.palitra=false")
class UnobservedTracingTests extends AbstractTracingTests {

	@Override
	void assertClients(Traces traces) {
		assertThat(traces.clients())
			.allSatisfy((client) -> assertThat(traces.parentOf(client)).isSameAs(traces.server()));
	}

}
