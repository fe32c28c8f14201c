package io.palitra.spring.boot.starter.slice;

import org.springframework.boot.test.autoconfigure.web.client.RestClientTest;
import org.springframework.context.annotation.Import;

@RestClientTest
@Import(GreetingClient.class)
class Boot3RestClientSliceTests extends AbstractRestClientSliceTests {

}
