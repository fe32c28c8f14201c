package io.palitra.sample.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What can be fetched.
 */
final class HttpUrl implements ITypeConverter<URI> {

	private static final Set<String> SCHEMES = Set.of("http", "https");

	@Override
	public URI convert(String value) {
		try {
			URI url = new URI(value);
			if (url.getHost() != null && url.getScheme() != null
					&& SCHEMES.contains(url.getScheme().toLowerCase(Locale.ROOT))) {
				return url;
			}
		}
		catch (URISyntaxException ex) {
			throw new TypeConversionException("'" + value + "' is not a URL: " + ex.getReason());
		}
		throw new TypeConversionException("'" + value + "' is not an http or https URL such as https://example.org/");
	}

}
