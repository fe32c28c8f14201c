package io.palitra.reactor;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;

import org.junit.jupiter.api.Test;
import reactor.blockhound.integration.BlockHoundIntegration;

import static org.assertj.core.api.Assertions.assertThat;

class PalitraBlockHoundIntegrationTests {

	@Test
	void blockHoundFindsIt() {
		assertThat(ServiceLoader.load(BlockHoundIntegration.class))
			.hasAtLeastOneElementOfType(PalitraBlockHoundIntegration.class);
	}

	@Test
	void allMethodsThatItNamesExist() throws ClassNotFoundException {
		for (var own : PalitraBlockHoundIntegration.OWN.entrySet()) {
			List<String> methods = Arrays.stream(Class.forName(own.getKey()).getDeclaredMethods())
				.map(Method::getName)
				.toList();
			assertThat(methods).as(own.getKey()).containsAll(own.getValue());
		}
	}

}
