package io.palitra.spring.boot.starter.slice;

import org.springframework.boot.test.autoconfigure.web.reactive.WebFluxTest;

@WebFluxTest(GreetingController.class)
class Boot3WebFluxSliceTests extends AbstractWebFluxSliceTests {

}
