package io.palitra.spring.boot.starter.slice;

import org.springframework.boot.test.autoconfigure.graphql.GraphQlTest;

@GraphQlTest(SliceGreetingController.class)
class Boot3GraphQlSliceTests extends AbstractGraphQlSliceTests {

}
