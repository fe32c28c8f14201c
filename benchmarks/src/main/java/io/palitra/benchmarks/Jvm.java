package io.palitra.benchmarks;

import java.nio.file.Path;
import java.util.List;

/**
 * A JVM of its own, of the kind that the current one is.
 */
final class Jvm {

	private Jvm() {
	}

	/**
	 * Returns what starts it; what it complains of goes where this one's complaints go.
	 */
	static ProcessBuilder with(List<String> arguments) {
		ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		builder.command().addAll(arguments);
		return builder.redirectError(ProcessBuilder.Redirect.INHERIT);
	}

}
