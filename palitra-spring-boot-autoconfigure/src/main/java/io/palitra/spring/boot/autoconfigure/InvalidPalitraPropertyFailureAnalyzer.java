package io.palitra.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

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
final class InvalidPalitraPropertyFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

	private static final ConfigurationPropertyName PALITRA = ConfigurationPropertyName.of("palitra");

	private static final Map<Class<?>, String> FIXES = Map.of(Duration.class,
			"a duration with its unit, such as 10s or 500ms", boolean.class, "true or false");

	private static final Pattern CONTROL_CHARACTER = Pattern.compile("\\p{Cc}");

	private final Environment environment;

	InvalidPalitraPropertyFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		InvalidPalitraPropertyException invalid = findCause(cause, InvalidPalitraPropertyException.class);
		if (invalid != null) {
			return analysis(ConfigurationPropertyName.of(invalid.getProperty()), invalid.getReason(), invalid.getFix(),
					cause);
		}
		ConversionFailedException unreadable = findCause(cause, ConversionFailedException.class);
		String fix = FIXES.get(cause.getTarget().getType().toClass());
		if (unreadable == null || fix == null || !PALITRA.isAncestorOf(cause.getName())) {
			return null;
		}
		Throwable reason = (unreadable.getCause() != null) ? unreadable.getCause() : unreadable;
		return analysis(cause.getName(), String.valueOf(reason.getMessage()), fix, cause);
	}

	private FailureAnalysis analysis(ConfigurationPropertyName name, String reason, String fix, Throwable cause) {
		StringBuilder description = new StringBuilder(
				"A property of palitra has a value that it cannot have:%n%n".formatted())
			.append("    Property: %s%n".formatted(name));
		ConfigurationProperty property = find(name);
		if (property != null) {
			String value = this.environment.resolvePlaceholders(property.getValue().toString());
			description.append("    Value: \"%s\"%n".formatted(onOneLine(value)))
				.append("    Origin: %s%n".formatted(property.getOrigin()));
		}
		description.append("    Reason: %s".formatted(onOneLine(reason)));
		return new FailureAnalysis(description.toString(), "Set " + name + " to " + fix + ".", cause);
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
