package io.palitra.spring.boot.autoconfigure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.diagnostics.FailureAnalysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link SpringBootVersionCheck}. An application that is really too old is
 * among the consumers.
 */
class SpringBootVersionCheckTests {

	@ParameterizedTest
	@ValueSource(strings = { "3.4.13", "3.0.0", "2.7.18", "3.4.0-SNAPSHOT" })
	void oldIsRefused(String version) {
		assertThatExceptionOfType(UnsupportedSpringBootException.class)
			.isThrownBy(() -> SpringBootVersionCheck.check(version))
			.withMessage("palitra needs Spring Boot 3.5 or later, but this is Spring Boot " + version);
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "3.5.0", "3.10.1", "4.0.7", "4.1.0", "10.0.0-M1", "unknown" })
	void newAndUnknownAreNot(String version) {
		SpringBootVersionCheck.check(version);
	}

	@Test
	void analysisHasAWayOut() {
		FailureAnalysis analysis = new UnsupportedSpringBootFailureAnalyzer().analyze(new IllegalStateException(
				"The context could not be refreshed", new UnsupportedSpringBootException("3.4.13")));
		assertThat(analysis).isNotNull();
		assertThat(analysis.getDescription()).endsWith("but this is Spring Boot 3.4.13.");
		assertThat(analysis.getAction()).startsWith("Update Spring Boot to 3.5 or later");
	}

}
