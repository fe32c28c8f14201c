package io.palitra.spring.boot.starter.slice;

import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;

@WebMvcTest(SliceGreetingController.class)
class Boot4WebMvcSliceTests extends AbstractWebMvcSliceTests {

}
