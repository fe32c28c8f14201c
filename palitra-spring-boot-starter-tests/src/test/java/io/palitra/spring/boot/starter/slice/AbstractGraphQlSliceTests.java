package io.palitra.spring.boot.starter.slice;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.graphql.test.tester.GraphQlTester;

abstract class AbstractGraphQlSliceTests {

	@Test
	void controllerHasARunner(@Autowired GraphQlTester graphQl) {
		graphQl.document("{ greeting }").execute().path("greeting").entity(String.class).isEqualTo("hello");
	}

}
