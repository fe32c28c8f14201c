package io.palitra.internal.loop;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class NamesTests {

	@ParameterizedTest
	@ValueSource(strings = { "", "load user", "größe", "用户", "🚀", "a\"b\\c" })
	void ordinaryTextIsSafe(String text) {
		assertThat(Names.isSafe(text)).isTrue();
		assertThat(Names.escape(text)).isSameAs(text);
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "\n", "\r", "\u0000", "\u001b", "\u0085", "\u2028", "\u2029", "\u202e", "\u2066", "\ud800" })
	void whatBreaksOrTurnsALineIsEscaped(String text) {
		assertThat(Names.isSafe("a" + text)).isFalse();
		assertThat(Names.escape("a" + text + "b")).isEqualTo("a\\u%04xb".formatted((int) text.charAt(0)));
	}

	@Test
	void nameOfAThreadIsEscaped() {
		assertThat(Names.of(new Thread("req\nERROR forged"))).isEqualTo("req\\u000aERROR forged");
	}

}
