package io.palitra;

import java.time.Duration;
import java.util.Objects;

import io.palitra.internal.loop.Names;

/**
 * Arguments that several types check alike, with one wording.
 */
final class Checks {

	private static final int MAX_NAME_LENGTH = 200;

	private Checks() {
	}

	static Duration positive(String what, Duration value) {
		Objects.requireNonNull(value, what);
		if (value.isZero() || value.isNegative()) {
			throw new IllegalArgumentException(what + " must be positive but was " + value
					+ "; for no limit pass ChronoUnit.FOREVER.getDuration()");
		}
		return value;
	}

	static Duration notNegative(String what, Duration value) {
		Objects.requireNonNull(value, what);
		if (value.isNegative()) {
			throw new IllegalArgumentException(what + " must not be negative but was " + value);
		}
		return value;
	}

	static int notNegative(String what, int value) {
		if (value < 0) {
			throw new IllegalArgumentException(what + " must not be negative but was " + value);
		}
		return value;
	}

	static int atLeastOne(String what, int value, String otherwise) {
		if (value < 1) {
			throw new IllegalArgumentException(
					what + " must be at least 1 but was " + value + "; leave it out " + otherwise);
		}
		return value;
	}

	/**
	 * Names go into logs and thread dumps: a line break in one could forge a log line.
	 */
	static String name(String what, String value) {
		Objects.requireNonNull(value, what);
		if (value.codePoints().allMatch((each) -> Character.isWhitespace(each) || Character.isSpaceChar(each))) {
			throw new IllegalArgumentException(what + " must not be blank but was \"" + Names.escape(value) + "\"");
		}
		return text(what, value);
	}

	static String text(String what, String value) {
		Objects.requireNonNull(value, what);
		if (value.length() > MAX_NAME_LENGTH) {
			throw new IllegalArgumentException(what + " must have at most " + MAX_NAME_LENGTH + " characters but has "
					+ value.length() + ": \"" + Names.escape(value.substring(0, 40)) + "...\"");
		}
		if (!Names.isSafe(value)) {
			throw new IllegalArgumentException(
					what + " must not contain control characters, line breaks or other invisible characters but was \""
							+ Names.escape(value) + "\"");
		}
		return value;
	}

}
