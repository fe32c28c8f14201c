package io.palitra.spring.boot.starter.slice;

import org.springframework.boot.graphql.test.autoconfigure.GraphQlTest;

@GraphQlTest(SliceGreetingController.class)
class Boot4GraphQlSliceTests extends AbstractGraphQlSliceTests {

}
