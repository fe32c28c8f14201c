package io.palitra.spring.boot.starter.slice;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.client.MockRestServiceServer;
import org.springframework.test.web.client.match.MockRestRequestMatchers;
import org.springframework.test.web.client.response.MockRestResponseCreators;

import static org.assertj.core.api.Assertions.assertThat;

abstract class AbstractRestClientSliceTests {

	@Test
	void clientHasARunner(@Autowired GreetingClient client, @Autowired MockRestServiceServer server) {
		server.expect(MockRestRequestMatchers.requestTo("/greeting"))
			.andRespond(MockRestResponseCreators.withSuccess("hello", MediaType.TEXT_PLAIN));
		assertThat(client.greeting()).isEqualTo("hello");
	}

}
