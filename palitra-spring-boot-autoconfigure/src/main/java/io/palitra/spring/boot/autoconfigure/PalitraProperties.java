package io.palitra.spring.boot.autoconfigure;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;

import io.palitra.EventLoopThreadRunner;
import io.palitra.NestedRuns;
import io.palitra.OverloadPolicy;
import io.palitra.StartOn;
import io.palitra.WaitStrategy;

/**
 * {@link ConfigurationProperties Configuration properties} of palitra, read when the
 * runners are built. A value that does not fit stops the start of the application. To be
 * set by one thread, before others read it.
 */
@ConfigurationProperties("palitra")
public final class PalitraProperties {

	private final Runner runner = new Runner();

	private final Health health = new Health();

	public Runner getRunner() {
		return this.runner;
	}

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
	 * Where tasks start.
	 */
	public enum StartPolicy {

		/**
		 * On the loop, in order.
		 */
		LOOP,

		/**
		 * In place, on the thread that makes the call.
		 */
		CALLER,

		/**
		 * Each on a virtual thread of its own; needs Java 21.
		 */
		VIRTUAL_THREADS

	}

	/**
	 * Settings of a runner. Those in {@code palitra.runners} take what they do not say
	 * from {@code palitra.runner}.
	 */
	public static final class Runner {

		/**
		 * Prefix of the loop thread's name; the runner's name follows.
		 */
		private String threadNamePrefix = "palitra-";

		/**
		 * Whether to start the runner with the application context.
		 */
		private boolean autoStartup = true;

		/**
		 * How long a caller waits for a result unless it says otherwise; zero for no
		 * limit.
		 */
		private Duration timeout = Duration.ofSeconds(30);

		/**
		 * How many calls may have work in flight at once.
		 */
		private int maxInFlight = Integer.MAX_VALUE;

		/**
		 * What becomes of a call beyond the maximum of calls in flight.
		 */
		private OverloadPolicy overloadPolicy = OverloadPolicy.WAIT;

		/**
		 * What becomes of a call that is made on the thread of the runner's own event
		 * loop.
		 */
		private NestedRuns nestedRuns = NestedRuns.REJECT;

		/**
		 * How the event loop waits for calls and callers wait for their results.
		 */
		private WaitStrategy waitStrategy = WaitStrategy.ADAPTIVE;

		/**
		 * Where tasks are called that do not say otherwise.
		 */
		private StartPolicy startOn = StartPolicy.LOOP;

		/**
		 * Whether to carry the caller's context, such as MDC and traces, to the threads
		 * that work for it.
		 */
		private boolean propagateContext = true;

		/**
		 * How long a callback may occupy the event loop before that is logged.
		 */
		private Duration slowTaskThreshold = Duration.ofMillis(100);

		/**
		 * How long a caller may wait before that is logged.
		 */
		private Duration hangThreshold = Duration.ofSeconds(10);

		private final Shutdown shutdown = new Shutdown();

		/**
		 * Returns the same settings, which stay as they are if these are bound anew, as
		 * Spring Cloud does at a refresh.
		 */
		Runner copy() {
			Runner copy = new Runner();
			copy.threadNamePrefix = this.threadNamePrefix;
			copy.autoStartup = this.autoStartup;
			copy.timeout = this.timeout;
			copy.maxInFlight = this.maxInFlight;
			copy.overloadPolicy = this.overloadPolicy;
			copy.nestedRuns = this.nestedRuns;
			copy.waitStrategy = this.waitStrategy;
			copy.startOn = this.startOn;
			copy.propagateContext = this.propagateContext;
			copy.slowTaskThreshold = this.slowTaskThreshold;
			copy.hangThreshold = this.hangThreshold;
			copy.shutdown.gracePeriod = this.shutdown.gracePeriod;
			return copy;
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

		private static StartPolicy available(StartPolicy startOn) {
			if (startOn == StartPolicy.VIRTUAL_THREADS) {
				try {
					StartOn.virtualThreads();
				}
				catch (UnsupportedOperationException ex) {
					throw InvalidPalitraPropertyException.value("start-on", "virtual-threads",
							"needs Java 21 or later, and this is Java " + Runtime.version().feature(),
							"loop or caller, run on Java 21 or later, or have an EventLoopThreadRunnerCustomizer give "
									+ "the builder's startOn a thread pool");
				}
			}
			return startOn;
		}

		public String getThreadNamePrefix() {
			return this.threadNamePrefix;
		}

		public void setThreadNamePrefix(String threadNamePrefix) {
			this.threadNamePrefix = threadName("thread-name-prefix", threadNamePrefix);
		}

		public boolean isAutoStartup() {
			return this.autoStartup;
		}

		public void setAutoStartup(boolean autoStartup) {
			this.autoStartup = autoStartup;
		}

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = notNegative("timeout", timeout, "a positive duration such as 30s, or to 0 for no limit");
		}

		public int getMaxInFlight() {
			return this.maxInFlight;
		}

		public void setMaxInFlight(int maxInFlight) {
			this.maxInFlight = atLeastOne("max-in-flight", maxInFlight);
		}

		public OverloadPolicy getOverloadPolicy() {
			return this.overloadPolicy;
		}

		public void setOverloadPolicy(OverloadPolicy overloadPolicy) {
			this.overloadPolicy = overloadPolicy;
		}

		public NestedRuns getNestedRuns() {
			return this.nestedRuns;
		}

		public void setNestedRuns(NestedRuns nestedRuns) {
			this.nestedRuns = nestedRuns;
		}

		public WaitStrategy getWaitStrategy() {
			return this.waitStrategy;
		}

		public void setWaitStrategy(WaitStrategy waitStrategy) {
			this.waitStrategy = waitStrategy;
		}

		public StartPolicy getStartOn() {
			return this.startOn;
		}

		public void setStartOn(StartPolicy startOn) {
			this.startOn = available(startOn);
		}

		public boolean isPropagateContext() {
			return this.propagateContext;
		}

		public void setPropagateContext(boolean propagateContext) {
			this.propagateContext = propagateContext;
		}

		public Duration getSlowTaskThreshold() {
			return this.slowTaskThreshold;
		}

		public void setSlowTaskThreshold(Duration slowTaskThreshold) {
			this.slowTaskThreshold = positive("slow-task-threshold", slowTaskThreshold, "100ms");
		}

		public Duration getHangThreshold() {
			return this.hangThreshold;
		}

		public void setHangThreshold(Duration hangThreshold) {
			this.hangThreshold = positive("hang-threshold", hangThreshold, "10s");
		}

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
			private Duration gracePeriod = Duration.ofSeconds(20);

			public Duration getGracePeriod() {
				return this.gracePeriod;
			}

			public void setGracePeriod(Duration gracePeriod) {
				this.gracePeriod = notNegative("grace-period", gracePeriod,
						"a duration such as 20s, or to 0 to cancel calls in flight at once");
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
		private Duration timeout = Duration.ofSeconds(1);

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = positive("timeout", timeout, "1s");
		}

	}

}
