package io.palitra.spring.http;

import java.lang.reflect.Method;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.StringValueResolver;

/**
 * A method of an HTTP interface.
 *
 * @param name that of the interface and of the method
 * @param blocking whether its caller waits in it
 * @param timeout what {@link RunTimeout} says, if anything
 */
record ServiceMethod(String name, boolean blocking, @Nullable Duration timeout) {

	private static final int LONGEST_NAME = 200;

	/**
	 * Reads a method.
	 * @throws IllegalArgumentException if its timeout is none
	 */
	static ServiceMethod of(Class<?> service, Method method, ReactiveAdapterRegistry reactiveTypes,
			StringValueResolver values) {
		boolean blocking = reactiveTypes.getAdapter(method.getReturnType()) == null
				&& !KotlinDetector.isSuspendingFunction(method);
		RunTimeout own = AnnotatedElementUtils.findMergedAnnotation(method, RunTimeout.class);
		if (own != null && !blocking) {
			throw new IllegalArgumentException(describe(own, service, method)
					+ ": nobody waits in a method that returns " + method.getReturnType().getSimpleName()
					+ "; remove it, and limit the time where the result is " + "waited for");
		}
		RunTimeout timeout = (own != null) ? own
				: AnnotatedElementUtils.findMergedAnnotation(service, RunTimeout.class);
		String name = service.getSimpleName() + "." + method.getName();
		return new ServiceMethod(name.substring(0, Math.min(name.length(), LONGEST_NAME)), blocking,
				(timeout != null && blocking) ? parse(timeout, service, method, values) : null);
	}

	/**
	 * Returns a duration as an option of a call, which has another way to say that there
	 * is no limit.
	 */
	static Duration limit(Duration timeout) {
		return timeout.isZero() ? ChronoUnit.FOREVER.getDuration() : timeout;
	}

	private static Duration parse(RunTimeout timeout, Class<?> service, Method method, StringValueResolver values) {
		try {
			String value = values.resolveStringValue(timeout.value());
			Duration limit = DurationStyle.detectAndParse((value != null) ? value.strip() : "");
			if (limit.isNegative()) {
				throw new IllegalArgumentException("'" + value + "' is negative");
			}
			return limit(limit);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(describe(timeout, service, method) + ": " + ex.getMessage()
					+ "; set it to a duration with its unit, such as 150ms or 2s, or to 0 for no limit", ex);
		}
	}

	private static String describe(RunTimeout timeout, Class<?> service, Method method) {
		return "@RunTimeout(\"" + timeout.value() + "\") of " + service.getName() + "." + method.getName()
				+ Arrays.stream(method.getParameterTypes())
					.map(Class::getSimpleName)
					.collect(Collectors.joining(", ", "(", ")"));
	}

}
