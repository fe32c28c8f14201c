package io.palitra.sample.context;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every request to the upstream is a child of the request that it is made for, however
 * late in a chain, and wherever the chain has gone.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
@Import(Traces.Configuration.class)
abstract class AbstractTracingTests {

	@Autowired
	private RestTestClient client;

	@Autowired
	private Traces.Exported exported;

	@BeforeEach
	void reset() {
		this.exported.spans().reset();
	}

	String get(String path) {
		String body = this.client.get()
			.uri(path)
			.header("X-Request-Id", "r1")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.returnResult()
			.getResponseBody();
		assertThat(body).isNotNull();
		return body;
	}

	abstract void assertClients(Traces traces);

	@ParameterizedTest
	@ValueSource(strings = { "/chains/task", "/chains/future" })
	void allCallsOfAChainBelongToTheRequest(String path) {
		get(path);
		assertClients(Traces.of(this.exported, 3));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/prices/a1", "/prices/a1/history" })
	void callsOfAFaceBelongToTheRequest(String path) {
		get(path);
		assertClients(Traces.of(this.exported, 1));
	}

	static void assertRunBetweenClientsAndServer(Traces traces) {
		SpanData server = traces.server();
		assertThat(traces.clients()).allSatisfy((client) -> {
			SpanData run = traces.parentOf(client);
			assertThat(run.getName()).isEqualTo("palitra.run");
			assertThat(run.getKind()).isEqualTo(SpanKind.INTERNAL);
			assertThat(traces.parentOf(run)).isSameAs(server);
		});
	}

}
