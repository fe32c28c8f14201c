package io.palitra.spring.boot.autoconfigure;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import io.palitra.EventLoopThreadRunner;
import io.palitra.NestedRuns;
import io.palitra.OverloadPolicy;
import io.palitra.WaitStrategy;

/**
 * {@link ConfigurationProperties Configuration properties} of palitra. Immutable; a value
 * that does not fit stops the start of the application.
 */
@ConfigurationProperties("palitra")
public final class PalitraProperties {

	private final Runner runner;

	private final Health health;

	PalitraProperties(@DefaultValue Runner runner, @DefaultValue Health health) {
		this.runner = runner;
		this.health = health;
	}

	/**
	 * Returns the settings of the auto-configured runner that is named {@code default}.
	 * @return the settings
	 */
	public Runner getRunner() {
		return this.runner;
	}

	/**
	 * Returns the settings of the health check.
	 * @return the settings
	 */
	public Health getHealth() {
		return this.health;
	}

	private static Duration notNegative(String property, Duration value, String fix) {
		if (value.isNegative()) {
			throw InvalidPalitraPropertyException.value(property, value, "must not be negative", fix);
		}
		return value;
	}

	private static int atLeastOne(String property, int value) {
		if (value < 1) {
			throw InvalidPalitraPropertyException.value(property, value, "must be at least 1",
					"a number of calls such as 200, or leave it out for no limit");
		}
		return value;
	}

	private static Duration positive(String property, Duration value, String example) {
		if (value.isZero() || value.isNegative()) {
			throw InvalidPalitraPropertyException.value(property, value, "must be positive",
					"a positive duration such as " + example);
		}
		return value;
	}

	/**
	 * Settings of a runner. Those in {@code palitra.runners} take what they do not say
	 * from {@code palitra.runner}.
	 */
	public static final class Runner {

		/**
		 * Prefix of the loop thread's name; the runner's name follows.
		 */
		private final String threadNamePrefix;

		/**
		 * Whether to start the runner with the application context.
		 */
		private final boolean autoStartup;

		/**
		 * How long a caller waits for a result unless it says otherwise; zero for no
		 * limit.
		 */
		private final Duration timeout;

		/**
		 * How many calls may have work in flight at once.
		 */
		private final int maxInFlight;

		/**
		 * What becomes of a call beyond the maximum of calls in flight.
		 */
		private final OverloadPolicy overloadPolicy;

		/**
		 * What becomes of a call that is made on the thread of the runner's own event
		 * loop.
		 */
		private final NestedRuns nestedRuns;

		/**
		 * How the event loop waits for calls and callers wait for their results.
		 */
		private final WaitStrategy waitStrategy;

		/**
		 * Whether to carry the caller's context, such as MDC and traces, to the threads
		 * that work for it.
		 */
		private final boolean propagateContext;

		/**
		 * How long a callback may occupy the event loop before that is logged.
		 */
		private final Duration slowTaskThreshold;

		/**
		 * How long a caller may wait before that is logged.
		 */
		private final Duration hangThreshold;

		private final Shutdown shutdown;

		Runner(@DefaultValue("palitra-") String threadNamePrefix, @DefaultValue("true") boolean autoStartup,
				@DefaultValue("30s") Duration timeout, @DefaultValue("" + Integer.MAX_VALUE) int maxInFlight,
				@DefaultValue("wait") OverloadPolicy overloadPolicy, @DefaultValue("reject") NestedRuns nestedRuns,
				@DefaultValue("adaptive") WaitStrategy waitStrategy, @DefaultValue("true") boolean propagateContext,
				@DefaultValue("100ms") Duration slowTaskThreshold, @DefaultValue("10s") Duration hangThreshold,
				@DefaultValue Shutdown shutdown) {
			this.threadNamePrefix = threadName("thread-name-prefix", threadNamePrefix);
			this.autoStartup = autoStartup;
			this.timeout = notNegative("timeout", timeout, "a positive duration such as 30s, or to 0 for no limit");
			this.maxInFlight = atLeastOne("max-in-flight", maxInFlight);
			this.overloadPolicy = overloadPolicy;
			this.nestedRuns = nestedRuns;
			this.waitStrategy = waitStrategy;
			this.propagateContext = propagateContext;
			this.slowTaskThreshold = positive("slow-task-threshold", slowTaskThreshold, "100ms");
			this.hangThreshold = positive("hang-threshold", hangThreshold, "10s");
			this.shutdown = shutdown;
		}

		/**
		 * The builder knows what may be in a thread's name.
		 */
		private static String threadName(String property, String prefix) {
			try {
				EventLoopThreadRunner.builder().threadNamePrefix(prefix);
				return prefix;
			}
			catch (IllegalArgumentException ex) {
				throw InvalidPalitraPropertyException.value(property, prefix, String.valueOf(ex.getMessage()),
						"a short text on one line, such as palitra-");
			}
		}

		/**
		 * Returns what comes before the runner's name in the name of the loop's thread.
		 * @return the prefix
		 */
		public String getThreadNamePrefix() {
			return this.threadNamePrefix;
		}

		/**
		 * Tells whether the runner starts with the application context.
		 * @return whether the runner starts
		 */
		public boolean isAutoStartup() {
			return this.autoStartup;
		}

		/**
		 * Returns how long a caller waits for a result unless it says otherwise.
		 * @return the limit, zero for none
		 */
		public Duration getTimeout() {
			return this.timeout;
		}

		/**
		 * Returns how many calls may have work in flight at once.
		 * @return the limit, {@link Integer#MAX_VALUE} for none
		 */
		public int getMaxInFlight() {
			return this.maxInFlight;
		}

		/**
		 * Returns what becomes of a call beyond the maximum of calls in flight.
		 * @return the policy
		 */
		public OverloadPolicy getOverloadPolicy() {
			return this.overloadPolicy;
		}

		/**
		 * Returns what becomes of a call that is made on the thread of the runner's own
		 * event loop.
		 * @return the policy
		 */
		public NestedRuns getNestedRuns() {
			return this.nestedRuns;
		}

		/**
		 * Returns how the event loop waits for calls and callers wait for their results.
		 * @return the strategy
		 */
		public WaitStrategy getWaitStrategy() {
			return this.waitStrategy;
		}

		/**
		 * Tells whether the caller's context is carried to the threads that work for it.
		 * @return whether it is
		 */
		public boolean isPropagateContext() {
			return this.propagateContext;
		}

		/**
		 * Returns how long a callback may occupy the event loop before that is logged.
		 * @return the limit
		 */
		public Duration getSlowTaskThreshold() {
			return this.slowTaskThreshold;
		}

		/**
		 * Returns how long a caller may wait before that is logged.
		 * @return the limit
		 */
		public Duration getHangThreshold() {
			return this.hangThreshold;
		}

		/**
		 * Returns how the runner ends.
		 * @return the settings
		 */
		public Shutdown getShutdown() {
			return this.shutdown;
		}

		/**
		 * How the runner ends.
		 */
		public static final class Shutdown {

			/**
			 * How long calls in flight may go on when the runner is stopped; to be less
			 * than 'spring.lifecycle.timeout-per-shutdown-phase'.
			 */
			private final Duration gracePeriod;

			Shutdown(@DefaultValue("20s") Duration gracePeriod) {
				this.gracePeriod = notNegative("grace-period", gracePeriod,
						"a duration such as 20s, or to 0 to cancel calls in flight at once");
			}

			/**
			 * Returns how long calls in flight may go on when the runner is stopped.
			 * @return the time, zero for none
			 */
			public Duration getGracePeriod() {
				return this.gracePeriod;
			}

		}

	}

	/**
	 * Settings of the health check.
	 */
	public static final class Health {

		/**
		 * How long the event loop may take to answer before it counts as down.
		 */
		private final Duration timeout;

		Health(@DefaultValue("1s") Duration timeout) {
			this.timeout = positive("timeout", timeout, "1s");
		}

		/**
		 * Returns how long the event loop may take to answer.
		 * @return the limit
		 */
		public Duration getTimeout() {
			return this.timeout;
		}

	}

}
