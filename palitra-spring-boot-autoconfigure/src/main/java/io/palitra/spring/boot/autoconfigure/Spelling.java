package io.palitra.spring.boot.autoconfigure;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

/**
 * Finds what somebody may have meant.
 */
final class Spelling {

	/**
	 * More is rather something else than a slip.
	 */
	private static final int MOST_SLIPS = 3;

	private Spelling() {
	}

	/**
	 * Finds the candidate with the fewest slips.
	 * @return the candidate, {@code null} if none is near
	 */
	static @Nullable String nearest(String written, Collection<String> candidates) {
		String nearest = null;
		int fewest = Math.min(MOST_SLIPS, written.length() / 2) + 1;
		for (String candidate : candidates) {
			int slips = slips(written, candidate);
			if (slips < fewest) {
				nearest = candidate;
				fewest = slips;
			}
		}
		return nearest;
	}

	/**
	 * Counts the letters to insert, to delete and to replace (Levenshtein).
	 */
	private static int slips(String one, String other) {
		int[] row = new int[other.length() + 1];
		for (int column = 0; column <= other.length(); column++) {
			row[column] = column;
		}
		for (int line = 1; line <= one.length(); line++) {
			int diagonal = row[0];
			row[0] = line;
			for (int column = 1; column <= other.length(); column++) {
				int replaced = diagonal + ((one.charAt(line - 1) == other.charAt(column - 1)) ? 0 : 1);
				diagonal = row[column];
				row[column] = Math.min(replaced, 1 + Math.min(row[column], row[column - 1]));
			}
		}
		return row[other.length()];
	}

}
