package io.palitra.spring.boot.starter.slice;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.result.MockMvcResultMatchers;

abstract class AbstractWebMvcSliceTests {

	@Test
	void controllerHasARunner(@Autowired MockMvc mvc) throws Exception {
		mvc.perform(MockMvcRequestBuilders.get("/greeting")).andExpect(MockMvcResultMatchers.content().string("hello"));
	}

}
