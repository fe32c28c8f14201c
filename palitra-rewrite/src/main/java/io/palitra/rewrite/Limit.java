package io.palitra.rewrite;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;

/**
 * How long is waited.
 *
 * @param duration code for the {@link java.time.Duration}, {@code null} for no limit
 * @param parts what the code contains
 * @param reason why a runner cannot wait that long, {@code null} if it can
 */
record Limit(@Nullable String duration, List<Expression> parts, @Nullable String reason) {

	private static final Limit NONE = new Limit(null, List.of(), null);

	static Limit of(J.MethodInvocation wait) {
		List<Expression> arguments = wait.getArguments()
			.stream()
			.filter((argument) -> !(argument instanceof J.Empty))
			.toList();
		if (arguments.isEmpty()) {
			return NONE;
		}
		Expression first = arguments.get(0);
		if (first instanceof J.Literal literal && literal.getValue() instanceof Number number && number.longValue() <= 0
				|| name(first).equals("ZERO")) {
			return not("it does not wait but asks, and zero is no limit of a runner");
		}
		if (name(first).equals("MAX_VALUE")) {
			return not("it waits without a limit in effect: choose one");
		}
		if (arguments.size() == 1) {
			return new Limit("#{any(java.time.Duration)}", arguments, null);
		}
		String factory = switch (name(arguments.get(1))) {
			case "NANOSECONDS" -> "ofNanos";
			case "MILLISECONDS" -> "ofMillis";
			case "SECONDS" -> "ofSeconds";
			case "MINUTES" -> "ofMinutes";
			case "HOURS" -> "ofHours";
			case "DAYS" -> "ofDays";
			default -> null;
		};
		return (factory != null) ? new Limit("Duration." + factory + "(#{any(long)})", List.of(first), null)
				: new Limit("Duration.of(#{any(long)}, #{any(java.util.concurrent.TimeUnit)}.toChronoUnit())",
						arguments, null);
	}

	private static Limit not(String reason) {
		return new Limit(null, List.of(), reason);
	}

	private static String name(Expression expression) {
		if (expression instanceof J.FieldAccess access) {
			return access.getSimpleName();
		}
		return (expression instanceof J.Identifier identifier) ? identifier.getSimpleName() : "";
	}

	/**
	 * Returns the code after what comes before it, and adds what it contains; nothing
	 * without a limit.
	 */
	String code(String before, List<Object> parts) {
		if (this.duration == null) {
			return "";
		}
		parts.addAll(this.parts);
		return before + this.duration;
	}

}
