package io.palitra.spring.boot.autoconfigure.aot;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;

import io.palitra.spring.boot.autoconfigure.aot.ForkedFaces.AsyncUsers;
import io.palitra.spring.boot.autoconfigure.aot.ForkedFaces.Users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link FaceRuntimeHints}, with predicates that Spring Boot 3 does not have.
 */
@Timeout(300)
class Boot4FaceRuntimeHintsTests {

	@Test
	void registersTheProxyAndTheMethodsOfBothSides() throws Exception {
		RuntimeHints hints = new RuntimeHints();
		FaceRuntimeHints.register(hints, Users.class, AsyncUsers.class);
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(Users.class)).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(ForkedFaces.Repository.class.getMethod("find", int.class))).accepts(hints);
		assertThat(
				RuntimeHintsPredicates.reflection().onMethodInvocation(AsyncUsers.class.getMethod("find", int.class)))
			.accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(ForkedFaces.Versioned.class.getMethod("version"))).accepts(hints);
	}

	@Test
	void refusesWhatCanBeNoFace() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> FaceRuntimeHints.register(new RuntimeHints(), AsyncUsers.class, AsyncUsers.class))
			.withMessage("face must be an interface but was " + AsyncUsers.class.getName());
	}

	@Test
	void coversTheReflectionThatIsDone(@TempDir Path directory) throws Exception {
		String classPath = System.getProperty("java.class.path");
		String agent = Stream.of(classPath.split(File.pathSeparator))
			.filter((jar) -> Path.of(jar).getFileName().toString().startsWith("spring-core-test"))
			.findFirst()
			.orElseThrow();
		Path output = directory.resolve("output.txt");
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-javaagent:" + agent + "=-org.springframework,+io.palitra", "-cp", classPath,
				ForkedFaces.class.getName())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		try {
			assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("ended in time").isTrue();
			assertThat(Files.readString(output)).contains("faces have hints");
		}
		finally {
			process.destroyForcibly();
		}
	}

}
