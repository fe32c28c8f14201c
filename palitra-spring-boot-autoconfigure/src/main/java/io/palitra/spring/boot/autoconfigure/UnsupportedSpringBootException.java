package io.palitra.spring.boot.autoconfigure;

/**
 * The application's Spring Boot is too old.
 */
final class UnsupportedSpringBootException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	UnsupportedSpringBootException(String version) {
		super("palitra needs Spring Boot 3.5 or later, but this is Spring Boot " + version);
	}

}
