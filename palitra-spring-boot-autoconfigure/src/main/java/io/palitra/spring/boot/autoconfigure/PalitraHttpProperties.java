package io.palitra.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * {@link ConfigurationProperties Configuration properties} of HTTP interfaces, read when
 * these are built. To be set by one thread, before others read it.
 */
@ConfigurationProperties("palitra.http")
public final class PalitraHttpProperties {

	/**
	 * Whether blocking methods of HTTP interfaces over WebClient wait through a runner.
	 */
	private boolean enabled = true;

	/**
	 * Groups of HTTP interfaces by name, for those that want something else than the
	 * runner that is named like the group, or else the default one.
	 */
	private final Map<String, Group> groups = new LinkedHashMap<>();

	/**
	 * Returns whether blocking methods wait through a runner.
	 * @return whether they do
	 */
	public boolean isEnabled() {
		return this.enabled;
	}

	/**
	 * Sets whether blocking methods wait through a runner.
	 * @param enabled whether they do
	 */
	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	/**
	 * Returns the settings of groups.
	 * @return the settings by the group's name, modifiable
	 */
	public Map<String, Group> getGroups() {
		return this.groups;
	}

	/**
	 * Settings of a group of HTTP interfaces.
	 */
	public static final class Group {

		/**
		 * Name of the runner to wait through, 'none' for the framework's own way to
		 * block.
		 */
		private @Nullable String runner;

		/**
		 * How long a caller waits for a blocking method that has no '@RunTimeout'; zero
		 * for no limit.
		 */
		private @Nullable Duration timeout;

		/**
		 * Returns the name of the runner.
		 * @return the name, {@code null} for the runner that is named like the group, or
		 * else the default one
		 */
		public @Nullable String getRunner() {
			return this.runner;
		}

		/**
		 * Sets the name of the runner.
		 * @param runner the name, or {@code none}
		 */
		public void setRunner(@Nullable String runner) {
			this.runner = runner;
		}

		/**
		 * Returns how long a caller waits.
		 * @return the limit, zero for none, {@code null} for that of the runner
		 */
		public @Nullable Duration getTimeout() {
			return this.timeout;
		}

		/**
		 * Sets how long a caller waits.
		 * @param timeout the limit, zero for none
		 */
		public void setTimeout(@Nullable Duration timeout) {
			if (timeout != null && timeout.isNegative()) {
				throw InvalidPalitraPropertyException.value("timeout", timeout, "must not be negative",
						"a duration such as 2s, or to 0 for no limit");
			}
			this.timeout = timeout;
		}

	}

}
