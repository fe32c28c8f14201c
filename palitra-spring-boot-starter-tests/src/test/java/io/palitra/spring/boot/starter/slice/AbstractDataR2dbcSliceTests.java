package io.palitra.spring.boot.starter.slice;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

abstract class AbstractDataR2dbcSliceTests {

	@Test
	void repositoryHasARunner(@Autowired GreetingRepository repository) {
		assertThat(repository.greeting()).isEqualTo("hello");
	}

}
