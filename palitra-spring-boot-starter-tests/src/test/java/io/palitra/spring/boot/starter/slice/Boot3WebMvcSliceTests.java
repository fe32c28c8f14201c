package io.palitra.spring.boot.starter.slice;

import org.springframework.boot.test.autoconfigure.web.servlet.WebMvcTest;

@WebMvcTest(GreetingController.class)
class Boot3WebMvcSliceTests extends AbstractWebMvcSliceTests {

}
