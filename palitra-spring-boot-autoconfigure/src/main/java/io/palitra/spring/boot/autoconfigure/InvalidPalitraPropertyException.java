package io.palitra.spring.boot.autoconfigure;

/**
 * A property was set to something that it cannot be.
 */
final class InvalidPalitraPropertyException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	private final String property;

	private final String reason;

	private final String fix;

	private InvalidPalitraPropertyException(String message, String property, String reason, String fix) {
		super(message);
		this.property = property;
		this.reason = reason;
		this.fix = fix;
	}

	/**
	 * Creates an exception for a value.
	 * @param property the name of the property, without that of the group in which it is
	 * @param value the value as it was understood
	 * @param reason what is wrong with the value
	 * @param fix what to set the property to instead
	 */
	static InvalidPalitraPropertyException value(String property, Object value, String reason, String fix) {
		return new InvalidPalitraPropertyException(property + "=" + value + ": " + reason + "; set it to " + fix,
				property, reason, fix);
	}

	/**
	 * Creates an exception for a group of properties that cannot have its name.
	 * @param property the full name
	 * @param reason what is wrong with the name
	 * @param fix what to do, a sentence
	 */
	static InvalidPalitraPropertyException name(String property, String reason, String fix) {
		return new InvalidPalitraPropertyException(property + ": " + reason + ". " + fix, property, reason, fix);
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
