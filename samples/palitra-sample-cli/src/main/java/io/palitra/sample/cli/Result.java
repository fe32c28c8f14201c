package io.palitra.sample.cli;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * What is known of one URL.
 *
 * @param url the URL
 * @param status the HTTP status, {@code 0} if there was no complete answer
 * @param bytes how much of the body came
 * @param time from the start of the request to its end
 * @param problem why there is no complete answer, {@code null} if there is one
 */
record Result(URI url, int status, long bytes, Duration time, @Nullable String problem) {

	static final String HEADER = "STATUS       BYTES      TIME  URL";

	boolean isFetched() {
		return this.problem == null && this.status < 400;
	}

	@Override
	public String toString() {
		return String.format(Locale.ROOT, "%6s %11d %7.3f s  %s%s", (this.problem == null) ? this.status : "-",
				this.bytes, this.time.toNanos() / 1e9, this.url, (this.problem == null) ? "" : "  " + this.problem);
	}

}
