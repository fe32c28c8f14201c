package io.palitra.sample.worker;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.Assert;

/**
 * Settings of a worker.
 *
 * @param name what its answers call it
 * @param queue where its messages come from
 * @param answers where its answers go to
 * @param concurrency how many messages it works on at once
 * @param workTime how long the asynchronous call for one message takes
 */
@ConfigurationProperties("worker")
public record WorkerProperties(String name, String queue, String answers, int concurrency, Duration workTime) {

	public WorkerProperties {
		Assert.isTrue(concurrency > 0, () -> "worker.concurrency must be at least 1 but was " + concurrency);
		Assert.isTrue(!workTime.isNegative(), () -> "worker.work-time must not be negative but was " + workTime);
	}

}
