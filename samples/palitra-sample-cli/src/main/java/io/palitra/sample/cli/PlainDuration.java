package io.palitra.sample.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A duration as people write it.
 */
final class PlainDuration implements ITypeConverter<Duration> {

	private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,8})(ms|s|m)");

	@Override
	public Duration convert(String value) {
		Matcher matcher = FORM.matcher(value);
		if (!matcher.matches()) {
			throw new TypeConversionException(
					"'" + value + "' is not a positive number with the unit ms, s or m, such as 500ms, 10s or 2m");
		}
		long amount = Long.parseLong(matcher.group(1));
		return switch (matcher.group(2)) {
			case "ms" -> Duration.ofMillis(amount);
			case "s" -> Duration.ofSeconds(amount);
			default -> Duration.ofMinutes(amount);
		};
	}

	static String format(Duration duration) {
		return (duration.toMillisPart() > 0) ? duration.toMillis() + "ms" : duration.toSeconds() + "s";
	}

}
