package io.palitra.spring.boot.autoconfigure;

/**
 * A property was set to something that it cannot be.
 */
final class InvalidPalitraPropertyException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String property;

	private final String reason;

	private final String fix;

	/**
	 * Creates an exception.
	 * @param property the full name of the property
	 * @param value the value as it was understood
	 * @param reason what is wrong with the value
	 * @param fix what to set the property to instead
	 */
	InvalidPalitraPropertyException(String property, Object value, String reason, String fix) {
		super(property + "=" + value + ": " + reason + "; set it to " + fix);
		this.property = property;
		this.reason = reason;
		this.fix = fix;
	}

	String getProperty() {
		return this.property;
	}

	String getReason() {
		return this.reason;
	}

	String getFix() {
		return this.fix;
	}

}
