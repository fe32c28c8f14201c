package io.palitra.benchmarks;

import java.util.Locale;

/**
 * What is measured.
 */
enum Metric {

	CALLS("calls/s", "%,.0f", true),

	CPU("µs of CPU per call", "%.1f", false),

	BYTES("bytes per call", "%.0f", false),

	REQUESTS("requests/s", "%,.0f", true),

	P99("p99 in ms", "%.1f", false),

	IDLE("ms of CPU in 10 s", "%.2f", false),

	START("ms to start", "%.0f", false),

	START_AGAIN("ms to start again", "%.0f", false),

	THREADS("threads", "%.0f", false),

	CACHED("% of palitra's classes from the cache", "%.0f", true),

	SUBMIT("µs to submit one", "%.2f", false),

	HEAP("bytes of heap each", "%.0f", false),

	COUNTERS("µs to read the counters", "%.1f", false),

	OLDEST("µs to show the oldest 100", "%,.0f", false),

	ALL("ms to show all", "%.1f", false),

	CLOSE("ms to close", "%,.1f", false);

	private final String label;

	private final String format;

	private final boolean moreIsBetter;

	Metric(String label, String format, boolean moreIsBetter) {
		this.label = label;
		this.format = format;
		this.moreIsBetter = moreIsBetter;
	}

	String label() {
		return this.label;
	}

	String format(double value) {
		return String.format(Locale.ROOT, this.format, value);
	}

	boolean moreIsBetter() {
		return this.moreIsBetter;
	}

}
