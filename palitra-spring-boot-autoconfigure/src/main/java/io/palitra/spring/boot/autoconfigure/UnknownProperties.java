package io.palitra.spring.boot.autoconfigure;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
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

	/**
	 * Below these each runner, and each group, has a name of its own.
	 */
	private static final ConfigurationPropertyName RUNNERS = ConfigurationPropertyName.of("palitra.runners");

	private static final ConfigurationPropertyName GROUPS = ConfigurationPropertyName.of("palitra.http.groups");

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
		if (RUNNERS.isParentOf(name) || GROUPS.isParentOf(name)) {
			// A value where properties should follow is not ignored: it stops the start,
			// with an answer of its own.
			return;
		}
		int named = RUNNERS.isAncestorOf(name) ? 3 : GROUPS.isAncestorOf(name) ? 4 : 0;
		List<String> all = (named == 3) ? OF_RUNNER : (named == 4) ? OF_GROUP : all();
		String written = name.subName(named).toString();
		boolean ofEnvironment = source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource;
		if (all.stream().anyMatch((known) -> isMeant(known, written, named > 0 && ofEnvironment))) {
			return;
		}
		String nearest = Spelling.nearest(written, all);
		// Not everything there is a property: for a service of that name Kubernetes
		// sets PALITRA_SERVICE_HOST and others
		if (nearest == null && ofEnvironment) {
			return;
		}
		ConfigurationProperty property = source.getConfigurationProperty(name);
		logger.warn("palitra has no property " + name
				+ ((property != null && property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "")
				+ ", it is ignored; "
				+ ((nearest != null) ? "did you mean " + ((named > 0) ? name.chop(named) + "." : "") + nearest + "?"
						: "palitra's docs/reference/properties.md lists those that there are"));
	}

	private static List<String> all() {
		return Stream.concat(OTHERS.stream(), OF_RUNNER.stream().map((known) -> "palitra.runner." + known)).toList();
	}

	/**
	 * In the environment there are no hyphens, and dots instead of them; so neither
	 * counts, and what is written may begin with the rest of the runner's or the group's
	 * name.
	 */
	private static boolean isMeant(String known, String written, boolean afterName) {
		return afterName ? letters(written).endsWith(letters(known)) : letters(written).equals(letters(known));
	}

	private static String letters(String name) {
		return name.toLowerCase(Locale.ROOT).replace(".", "").replace("-", "");
	}

}
