package io.palitra.spring.boot.autoconfigure;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Tells of properties below {@code palitra} that are none, which Spring Boot ignores. It
 * is no reason to stop: the next version may know them, or the last one did.
 */
final class UnknownProperties {

	/**
	 * Those of a runner, which {@code palitra.runners.<name>} has as well.
	 */
	static final List<String> OF_RUNNER = List.of("auto-startup", "hang-threshold", "max-in-flight", "nested-runs",
			"overload-policy", "propagate-context", "shutdown.grace-period", "slow-task-threshold", "start-on",
			"thread-name-prefix", "timeout", "wait-strategy");

	/**
	 * Those of a group of HTTP interfaces, each below
	 * {@code palitra.http.groups.<group>}.
	 */
	static final List<String> OF_GROUP = List.of("runner", "timeout");

	/**
	 * All others.
	 */
	static final List<String> OTHERS = List.of("palitra.enabled", "palitra.health.timeout", "palitra.http.enabled");

	private static final Log logger = LogFactory.getLog(UnknownProperties.class);

	private static final ConfigurationPropertyName PALITRA = ConfigurationPropertyName.of("palitra");

	private static final String RUNNER = "palitra.runner.";

	private static final String RUNNERS = "palitra.runners.";

	private static final String GROUPS = "palitra.http.groups.";

	private UnknownProperties() {
	}

	/**
	 * Logs a warning for each.
	 */
	static void warn(Environment environment) {
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			if (source instanceof IterableConfigurationPropertySource names
					&& source.containsDescendantOf(PALITRA) != ConfigurationPropertyState.ABSENT) {
				names.stream().filter(PALITRA::isAncestorOf).forEach((name) -> warn(source, name));
			}
		}
	}

	private static void warn(ConfigurationPropertySource source, ConfigurationPropertyName name) {
		String written = name.toString();
		if (isKnown(written) || isNameAlone(written)) {
			return;
		}
		String meant = meant(written);
		// Not everything there is a property: for a service of that name Kubernetes
		// sets PALITRA_SERVICE_HOST and others
		if (meant == null && source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource) {
			return;
		}
		ConfigurationProperty property = source.getConfigurationProperty(name);
		logger.warn("palitra has no property " + written
				+ ((property != null && property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "")
				+ ", it is ignored; " + ((meant != null) ? "did you mean " + meant + "?"
						: "palitra's docs/reference/properties.md lists those that there are"));
	}

	/**
	 * In the environment there are no hyphens, and dots instead of them; so neither
	 * counts.
	 */
	private static boolean isKnown(String written) {
		String letters = letters(written);
		List<String> named = named(written);
		if (!named.isEmpty()) {
			return named.stream().anyMatch((known) -> letters.endsWith(letters(known)));
		}
		return OTHERS.stream().anyMatch((known) -> letters.equals(letters(known)))
				|| OF_RUNNER.stream().anyMatch((known) -> letters.equals(letters(RUNNER + known)));
	}

	/**
	 * A value where properties should follow is not ignored: it stops the start, with an
	 * answer of its own.
	 */
	private static boolean isNameAlone(String written) {
		return !named(written).isEmpty() && afterName(written) < 0;
	}

	/**
	 * Finds what can follow the name that a property has after its group.
	 */
	private static List<String> named(String written) {
		if (written.startsWith(RUNNERS)) {
			return OF_RUNNER;
		}
		return written.startsWith(GROUPS) ? OF_GROUP : List.of();
	}

	/**
	 * Returns where the name that a property has after its group ends, -1 if nothing
	 * follows it.
	 */
	private static int afterName(String written) {
		return written.indexOf('.', (written.startsWith(RUNNERS) ? RUNNERS : GROUPS).length());
	}

	private static String letters(String name) {
		return name.toLowerCase(Locale.ROOT).replace(".", "").replace("-", "");
	}

	private static @Nullable String meant(String written) {
		List<String> named = named(written);
		int afterName = afterName(written);
		if (!named.isEmpty() && afterName > 0) {
			String meant = Spelling.nearest(written.substring(afterName + 1), named);
			return (meant != null) ? written.substring(0, afterName + 1) + meant : null;
		}
		Set<String> all = new TreeSet<>(OTHERS);
		OF_RUNNER.forEach((known) -> all.add(RUNNER + known));
		return Spelling.nearest(written, all);
	}

}
