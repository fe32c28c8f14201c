package io.palitra.sample.worker.send;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.Assert;

/**
 * Settings of the command.
 *
 * @param count how many messages to send if none are given
 * @param patience how long to wait for an answer after the last
 */
@ConfigurationProperties("send")
record SendProperties(int count, Duration patience) {

	SendProperties {
		Assert.isTrue(count > 0, () -> "send.count must be at least 1 but was " + count);
		Assert.isTrue(patience.compareTo(Duration.ZERO) > 0,
				() -> "send.patience must be positive but was " + patience);
	}

}
