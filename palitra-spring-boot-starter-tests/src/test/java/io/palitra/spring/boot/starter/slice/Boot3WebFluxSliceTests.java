package io.palitra.spring.boot.starter.slice;

import org.springframework.boot.test.autoconfigure.web.reactive.WebFluxTest;

@WebFluxTest(SliceGreetingController.class)
class Boot3WebFluxSliceTests extends AbstractWebFluxSliceTests {

}
