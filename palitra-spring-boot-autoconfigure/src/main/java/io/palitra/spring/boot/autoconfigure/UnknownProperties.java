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
import org.springframework.util.ClassUtils;

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

	private static final List<String> ALL = Stream
		.concat(OTHERS.stream(), OF_RUNNER.stream().map((known) -> "palitra.runner." + known))
		.toList();

	private static final Log logger = LogFactory.getLog(UnknownProperties.class);

	private static final ConfigurationPropertyName PALITRA = ConfigurationPropertyName.of("palitra");

	/**
	 * Below these each runner, and each group, has a name of its own.
	 */
	private static final ConfigurationPropertyName RUNNERS = ConfigurationPropertyName.of("palitra.runners");

	private static final ConfigurationPropertyName GROUPS = ConfigurationPropertyName.of("palitra.http.groups");

	/**
	 * What groups are made of that wait through a runner.
	 */
	private static final List<String> CLASSES_OF_GROUPS = List.of("io.palitra.reactor.ReactorTasks",
			"org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer");

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
		if (RUNNERS.isAncestorOf(name)) {
			warn(source, name, RUNNERS.getNumberOfElements() + 1, OF_RUNNER);
		}
		else if (GROUPS.isAncestorOf(name)) {
			warn(source, name, GROUPS.getNumberOfElements() + 1, OF_GROUP);
			warnIfThereAreNoGroups(name);
		}
		else {
			warn(source, name, 0, ALL);
		}
	}

	private static void warnIfThereAreNoGroups(ConfigurationPropertyName name) {
		for (String type : CLASSES_OF_GROUPS) {
			if (!ClassUtils.isPresent(type, null)) {
				logger.warn(name
						+ " is ignored: it is for groups of HTTP interfaces over WebClient, which need Spring Boot "
						+ "4, spring-webflux and palitra-reactor, and there is no class " + type);
				return;
			}
		}
	}

	/**
	 * Logs a warning of a property that is none.
	 * @param prefix how many elements of its name stand before what is known
	 */
	private static void warn(ConfigurationPropertySource source, ConfigurationPropertyName name, int prefix,
			List<String> all) {
		if (name.getNumberOfElements() == prefix) {
			// A value where properties should follow is not ignored: it stops the start,
			// with an answer of its own.
			return;
		}
		String written = name.subName(prefix).toString();
		boolean ofEnvironment = source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource;
		if (all.stream().anyMatch((known) -> isMeant(known, written, prefix > 0 && ofEnvironment))) {
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
				+ ((nearest != null) ? "did you mean " + ((prefix > 0) ? name.chop(prefix) + "." : "") + nearest + "?"
						: "palitra's docs/reference/properties.md lists those that there are"));
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
