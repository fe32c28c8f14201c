package com.example.comments;

import java.net.URI;
import java.time.Duration;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.Assert;

/**
 * Settings of the application.
 *
 * @param upstreamUrl where the comments come from, {@code null} for the server in this
 * process
 * @param report settings of the scheduled job
 */
@ConfigurationProperties("sample")
public record SampleProperties(@Nullable URI upstreamUrl, Report report) {

	public SampleProperties {
		Assert.isTrue(upstreamUrl == null || isHttp(upstreamUrl),
				() -> "sample.upstream-url must be a URL such as http://127.0.0.1:8081 but was '" + upstreamUrl
						+ "'; leave it out to call the server in this process");
	}

	private static boolean isHttp(URI url) {
		return url.getHost() != null && Set.of("http", "https").contains(url.getScheme());
	}

	/**
	 * Settings of the scheduled job.
	 *
	 * @param interval the time from the end of one run to the start of the next
	 * @param timeout how long a run may take; shorter than the interval, so that a slow
	 * upstream is left alone for longer than it is asked
	 */
	public record Report(Duration interval, Duration timeout) {

		public Report {
			Assert.isTrue(timeout.compareTo(Duration.ZERO) > 0 && timeout.compareTo(interval) < 0,
					() -> "sample.report.timeout must be positive and shorter than sample.report.interval, which is "
							+ interval + ", but was " + timeout);
		}

	}

}
