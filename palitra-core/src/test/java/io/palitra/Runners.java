package io.palitra;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * The runners of tests that are repeated for each place where tasks may start: the system
 * property says where.
 */
final class Runners {

	static final String START_ON = "palitra.test.start-on";

	private Runners() {
	}

	static EventLoopThreadRunner.Builder builder() {
		EventLoopThreadRunner.Builder builder = EventLoopThreadRunner.builder();
		String startOn = System.getProperty(START_ON, "loop");
		return switch (startOn) {
			case "loop" -> builder;
			case "caller" -> builder.startOn(StartOn.caller());
			case "virtual-threads" -> builder.startOn(StartOn.virtualThreads());
			default -> throw new IllegalArgumentException(START_ON + "=" + startOn);
		};
	}

	static EventLoopThreadRunner create() {
		return builder().build();
	}

	/**
	 * A test of what only a start on the loop does: tasks that wait in its queue, one
	 * after the other, and are not interrupted.
	 */
	@Target({ ElementType.METHOD, ElementType.TYPE })
	@Retention(RetentionPolicy.RUNTIME)
	@DisabledIfSystemProperty(named = START_ON, matches = "caller|virtual-threads")
	@interface OnLoop {

	}

	/**
	 * A test whose task blocks its thread, or is to be on another thread than its caller.
	 */
	@Target({ ElementType.METHOD, ElementType.TYPE })
	@Retention(RetentionPolicy.RUNTIME)
	@DisabledIfSystemProperty(named = START_ON, matches = "caller")
	@interface NotInPlace {

	}

}
