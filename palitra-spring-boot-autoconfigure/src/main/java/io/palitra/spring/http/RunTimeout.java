package io.palitra.spring.http;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How long a caller waits for a blocking method of an HTTP interface, or for each of an
 * interface that says nothing else. It comes before the timeout of the interface's group
 * and before that of the runner.
 *
 * <pre class="code">
 * &#64;HttpExchange("/users")
 * interface Users {
 *
 *     &#64;GetExchange("/{id}")
 *     &#64;RunTimeout("150ms")
 *     User find(@PathVariable long id);
 *
 * }
 * </pre>
 *
 * Has an effect where the methods go through a runner: in the groups that are
 * auto-configured, and with a {@link RunnerHttpExchangeAdapter}. A method that returns a
 * reactive type or a future waits for nothing and cannot have one of its own.
 */
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface RunTimeout {

	/**
	 * The limit, with its unit: {@code 150ms}, {@code 2s} or {@code PT2S}; {@code 0} for
	 * no limit. May be or contain a placeholder:
	 * <code>${users.find.timeout:150ms}</code>.
	 * @return the limit
	 */
	String value();

}
