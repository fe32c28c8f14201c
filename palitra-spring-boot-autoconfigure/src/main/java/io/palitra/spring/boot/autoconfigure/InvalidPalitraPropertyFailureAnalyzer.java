package io.palitra.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;
import org.springframework.core.convert.ConversionFailedException;
import org.springframework.core.env.Environment;

/**
 * Explains a property of palitra that was set to something that it cannot be. Comes
 * before Spring Boot's own analyzer, which knows no way out.
 */
@Order(0)
final class InvalidPalitraPropertyFailureAnalyzer extends AbstractFailureAnalyzer<RuntimeException> {

	private static final ConfigurationPropertyName PALITRA = ConfigurationPropertyName.of("palitra");

	private static final Map<Class<?>, String> FIXES = Map.of(Duration.class,
			"a duration with its unit, such as 10s or 500ms", boolean.class, "true or false", Boolean.class,
			"true or false", int.class, "a whole number from 1 to " + Integer.MAX_VALUE);

	private static final Map<Class<?>, String> GROUPS = Map.of(PalitraProperties.class, ".runner.timeout=10s",
			PalitraProperties.Runner.class, ".timeout=10s", PalitraProperties.Runner.Shutdown.class,
			".grace-period=10s", PalitraProperties.Health.class, ".timeout=1s");

	private static final Pattern CONTROL_CHARACTER = Pattern.compile("\\p{Cc}");

	private final Environment environment;

	InvalidPalitraPropertyFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, RuntimeException cause) {
		BindException binding = findCause(cause, BindException.class);
		InvalidPalitraPropertyException invalid = findCause(cause, InvalidPalitraPropertyException.class);
		if (binding == null) {
			return (invalid != null)
					? analysis(invalid.getProperty(), null, invalid.getReason(), invalid.getFix(), cause) : null;
		}
		if (invalid != null) {
			ConfigurationPropertyName name = binding.getName().append(invalid.getProperty());
			return analysis(name, invalid.getReason(), invalid.getFix(), cause);
		}
		if (PALITRA.equals(binding.getName()) || PALITRA.isAncestorOf(binding.getName())) {
			String example = example(binding.getTarget().getType().toClass());
			if (example != null) {
				return analysis(binding.getName().toString(), find(binding.getName()),
						"Failed to bind properties under '" + binding.getName()
								+ "', which is a group and has no value of its own",
						"Set a property of the group instead, such as " + binding.getName() + example + ".", cause);
			}
		}
		ConversionFailedException unreadable = findCause(binding, ConversionFailedException.class);
		String fix = fix(binding.getTarget().getType().toClass());
		if (unreadable == null || fix == null || !PALITRA.isAncestorOf(binding.getName())) {
			return null;
		}
		Throwable reason = (unreadable.getCause() != null) ? unreadable.getCause() : unreadable;
		return analysis(binding.getName(), String.valueOf(reason.getMessage()), fix, cause);
	}

	private static @Nullable String example(Class<?> group) {
		if (Map.class.isAssignableFrom(group)) {
			return ".reports.timeout=10s";
		}
		return GROUPS.get(group);
	}

	private static @Nullable String fix(Class<?> type) {
		return type.isEnum() ? Stream.of(type.getEnumConstants())
			.map((value) -> value.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
			.collect(Collectors.joining(" or ")) : FIXES.get(type);
	}

	private FailureAnalysis analysis(ConfigurationPropertyName name, String reason, String fix, Throwable cause) {
		return analysis(name.toString(), find(name), reason, "Set " + name + " to " + fix + ".", cause);
	}

	private FailureAnalysis analysis(String name, @Nullable ConfigurationProperty property, String reason,
			String action, Throwable cause) {
		StringBuilder description = new StringBuilder(
				"A property of palitra has a value that it cannot have:%n%n".formatted())
			.append("    Property: %s%n".formatted(onOneLine(name)));
		if (property != null) {
			String value = this.environment.resolvePlaceholders(property.getValue().toString());
			description.append("    Value: \"%s\"%n".formatted(onOneLine(value)))
				.append("    Origin: %s%n".formatted(property.getOrigin()));
		}
		description.append("    Reason: %s".formatted(onOneLine(reason)));
		return new FailureAnalysis(description.toString(), action, cause);
	}

	private @Nullable ConfigurationProperty find(ConfigurationPropertyName name) {
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			ConfigurationProperty property = source.getConfigurationProperty(name);
			if (property != null) {
				return property;
			}
		}
		return null;
	}

	private static String onOneLine(String text) {
		return CONTROL_CHARACTER.matcher(text)
			.replaceAll((control) -> "\\\\u%04x".formatted((int) control.group().charAt(0)));
	}

}
