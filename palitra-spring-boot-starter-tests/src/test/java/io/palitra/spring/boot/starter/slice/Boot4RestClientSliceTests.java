package io.palitra.spring.boot.starter.slice;

import org.springframework.boot.restclient.test.autoconfigure.RestClientTest;
import org.springframework.context.annotation.Import;

@RestClientTest
@Import(GreetingClient.class)
class Boot4RestClientSliceTests extends AbstractRestClientSliceTests {

}
