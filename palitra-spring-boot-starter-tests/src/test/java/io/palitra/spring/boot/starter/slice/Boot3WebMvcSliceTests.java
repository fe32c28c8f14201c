package io.palitra.spring.boot.starter.slice;

import org.springframework.boot.test.autoconfigure.web.servlet.WebMvcTest;

@WebMvcTest(SliceGreetingController.class)
class Boot3WebMvcSliceTests extends AbstractWebMvcSliceTests {

}
