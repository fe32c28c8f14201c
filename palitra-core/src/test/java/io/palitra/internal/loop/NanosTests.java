package io.palitra.internal.loop;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

@DisplayName("C4 arithmetic of durations")
class NanosTests {

	@Test
	void durationsSaturate() {
		assertThat(Nanos.of(Duration.ofNanos(9_000))).isEqualTo(9_000);
		assertThat(Nanos.of(Duration.ofNanos(900_000))).isEqualTo(900_000);
		assertThat(Nanos.of(Duration.ofSeconds(3, 1))).isEqualTo(3_000_000_001L);
		assertThat(Nanos.of(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(Nanos.FOREVER);
		assertThat(Nanos.of(ChronoUnit.FOREVER.getDuration())).isEqualTo(Nanos.FOREVER);
		assertThat(Nanos.of(Duration.ofNanos(Long.MAX_VALUE))).isEqualTo(Nanos.FOREVER);
		assertThat(Nanos.of(Duration.ofDays(365 * 290))).isEqualTo(Duration.ofDays(365 * 290).toNanos());
	}

	@Test
	void whatIsLeftNeverOverflows() {
		long now = System.nanoTime();
		assertThat(Nanos.left(Nanos.FOREVER, now)).isEqualTo(Nanos.FOREVER);
		assertThat(Nanos.left(Nanos.FOREVER, now + Long.MAX_VALUE)).isEqualTo(Nanos.FOREVER);
		assertThat(Nanos.left(Nanos.FOREVER - 1, now)).isPositive();
		assertThat(Nanos.left(1, now - 10)).isNegative();
		assertThat(Nanos.left(1_000_000_000_000L, now)).isBetween(1L, 1_000_000_000_000L);
	}

	@ParameterizedTest
	@CsvSource({ "0, 0 ns", "1, 1 ns", "999, 999 ns", "1000, 1 us", "9000, 9 us", "12345, 12.345 us", "900000, 900 us",
			"999999, 999.999 us", "1000000, 1 ms", "12345678, 12.345 ms", "100000000, 100 ms", "999999999, 999.999 ms",
			"1000000000, 1 s", "2000000000, 2 s", "61500000000, 61.5 s" })
	void textIsWhatPeopleRead(long nanos, String text) {
		assertThat(Nanos.text(nanos)).isEqualTo(text);
	}

}
