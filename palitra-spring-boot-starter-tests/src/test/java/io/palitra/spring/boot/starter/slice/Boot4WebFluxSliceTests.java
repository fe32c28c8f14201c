package io.palitra.spring.boot.starter.slice;

import org.springframework.boot.webflux.test.autoconfigure.WebFluxTest;

@WebFluxTest(SliceGreetingController.class)
class Boot4WebFluxSliceTests extends AbstractWebFluxSliceTests {

}
