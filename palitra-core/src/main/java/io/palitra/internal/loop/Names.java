package io.palitra.internal.loop;

/**
 * Names that others have given, on their way into messages and logs: what could break a
 * line there, or turn it around, could forge another.
 */
public final class Names {

	private Names() {
	}

	/**
	 * Returns whether a text has no characters that must be escaped.
	 */
	public static boolean isSafe(String text) {
		return text.codePoints().allMatch(Names::isSafe);
	}

	private static boolean isSafe(int codePoint) {
		return switch (Character.getType(codePoint)) {
			case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
					Character.SURROGATE ->
				false;
			default -> true;
		};
	}

	/**
	 * Returns a text with all such characters escaped.
	 */
	public static String escape(String text) {
		if (isSafe(text)) {
			return text;
		}
		StringBuilder escaped = new StringBuilder();
		text.codePoints().forEach((codePoint) -> {
			if (isSafe(codePoint)) {
				escaped.appendCodePoint(codePoint);
			}
			else {
				escaped.append(String.format("\\u%04x", codePoint));
			}
		});
		return escaped.toString();
	}

	/**
	 * Returns the name of a thread.
	 */
	public static String of(Thread thread) {
		return escape(thread.getName());
	}

}
