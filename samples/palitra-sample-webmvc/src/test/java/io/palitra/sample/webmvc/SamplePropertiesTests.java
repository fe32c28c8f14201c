package io.palitra.sample.webmvc;

import java.net.URI;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SamplePropertiesTests {

	private final SampleProperties.Report report = new SampleProperties.Report(Duration.ofSeconds(10),
			Duration.ofSeconds(2));

	@Test
	void upstreamUrlIsOptional() {
		assertThat(new SampleProperties(null, this.report).upstreamUrl()).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "comments", "localhost:8081", "ftp://127.0.0.1", "http:///comments" })
	void upstreamUrlThatCannotBeCalledIsRefused(String url) {
		assertThatIllegalArgumentException().isThrownBy(() -> new SampleProperties(URI.create(url), this.report))
			.withMessageContainingAll("sample.upstream-url", "http://127.0.0.1:8081", "'" + url + "'");
	}

	@ParameterizedTest
	@CsvSource({ "PT10S,PT10S", "PT10S,PT11S", "PT10S,PT0S", "PT10S,PT-1S" })
	void reportThatMayTakeLongerThanItsIntervalIsRefused(Duration interval, Duration timeout) {
		assertThatIllegalArgumentException().isThrownBy(() -> new SampleProperties.Report(interval, timeout))
			.withMessageContainingAll("sample.report.timeout", "sample.report.interval", interval.toString(),
					timeout.toString());
	}

}
