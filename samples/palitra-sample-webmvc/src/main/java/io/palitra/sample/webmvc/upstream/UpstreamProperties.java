package io.palitra.sample.webmvc.upstream;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * Settings of the upstream in this process.
 *
 * @param port its port, 0 for any that is free
 * @param latency how long it takes to answer
 * @param partnerLatency how long it takes to answer what a partner is asked for
 * @param failureRate the share of requests that it answers with 500
 */
@ConfigurationProperties("upstream")
record UpstreamProperties(@DefaultValue("8081") int port, @DefaultValue("200ms") Duration latency,
		@DefaultValue("800ms") Duration partnerLatency, @DefaultValue("0") double failureRate) {

	UpstreamProperties {
		Assert.isTrue(port >= 0 && port <= 65535, () -> "upstream.port must be from 0 to 65535 but was " + port);
		requireNotNegative("upstream.latency", latency);
		requireNotNegative("upstream.partner-latency", partnerLatency);
		Assert.isTrue(failureRate >= 0 && failureRate <= 1,
				() -> "upstream.failure-rate must be from 0 (never) to 1 (always) but was " + failureRate);
	}

	private static void requireNotNegative(String name, Duration latency) {
		Assert.isTrue(!latency.isNegative(),
				() -> name + " must be a duration such as 200ms, not negative, but was " + latency);
	}

}
