package io.palitra.spring.boot.autoconfigure;

/**
 * A property was set to something that it cannot be. Stops the start of the application,
 * with an analysis that names the property and what to set it to.
 */
public final class InvalidPalitraPropertyException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	/**
	 * The name of the property.
	 */
	private final String property;

	/**
	 * What is wrong with it.
	 */
	private final String reason;

	/**
	 * What to do.
	 */
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
	 * @return what to throw
	 */
	public static InvalidPalitraPropertyException value(String property, Object value, String reason, String fix) {
		return new InvalidPalitraPropertyException(property + "=" + value + ": " + reason + "; set it to " + fix,
				property, reason, fix);
	}

	/**
	 * Creates an exception for a group of properties that cannot have its name.
	 * @param property the full name
	 * @param reason what is wrong with the name
	 * @param fix what to do, a sentence
	 * @return what to throw
	 */
	public static InvalidPalitraPropertyException name(String property, String reason, String fix) {
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
