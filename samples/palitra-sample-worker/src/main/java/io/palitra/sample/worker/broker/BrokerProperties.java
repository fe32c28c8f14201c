package io.palitra.sample.worker.broker;

import java.nio.file.Path;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.Assert;

/**
 * Settings of the broker.
 *
 * @param url where it is, such as {@code tcp://broker:61616}, or {@value #EMBEDDED} for
 * one in this process
 * @param user who to be there, {@code null} for nobody; one in this process admits no
 * other, if there is one
 * @param password the user's password
 * @param deadLetters the queue of the messages that were given up
 * @param embedded settings of the broker in this process
 */
@ConfigurationProperties("broker")
public record BrokerProperties(String url, @Nullable String user, @Nullable String password, String deadLetters,
		Embedded embedded) {

	static final String EMBEDDED = "embedded";

	public BrokerProperties {
		Assert.isTrue((user != null) == (password != null),
				() -> "broker.user and broker.password belong together, but only "
						+ ((user != null) ? "broker.user" : "broker.password") + " is set");
	}

	/**
	 * Returns where the broker is, wherever that is.
	 */
	public String serverUrl() {
		return this.url.equals(EMBEDDED) ? this.embedded.url() : this.url;
	}

	/**
	 * Settings of the broker in this process.
	 *
	 * @param directory where it keeps what it has been sent, also if it is killed
	 * @param host the address to listen at
	 * @param port the port to listen at
	 * @param maxAttempts how often a message is delivered before it is given up
	 * @param retryDelay how long a message waits after an attempt that failed
	 */
	public record Embedded(Path directory, String host, int port, int maxAttempts, Duration retryDelay) {

		public Embedded {
			Assert.isTrue(maxAttempts > 0,
					() -> "broker.embedded.max-attempts must be at least 1 but was " + maxAttempts);
			Assert.isTrue(!retryDelay.isNegative(),
					() -> "broker.embedded.retry-delay must not be negative but was " + retryDelay);
		}

		String url() {
			return "tcp://" + this.host + ":" + this.port;
		}

	}

}
