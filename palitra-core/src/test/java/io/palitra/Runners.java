package io.palitra;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * The runners of tests that are repeated for each place where tasks may start: the system
 * property says where.
 */
final class Runners {

	static final String START_ON = "palitra.test.start-on";

	private static final Set<Start> STARTS = ConcurrentHashMap.newKeySet();

	private Runners() {
	}

	static EventLoopThreadRunner.Builder builder() {
		EventLoopThreadRunner.Builder builder = EventLoopThreadRunner.builder();
		String startOn = System.getProperty(START_ON, "loop");
		return switch (startOn) {
			case "loop" -> builder;
			case "caller" -> builder.startOn(StartOn.caller());
			case "virtual-threads" -> builder.startOn(Runners::startVirtual);
			default -> throw new IllegalArgumentException(START_ON + "=" + startOn);
		};
	}

	static EventLoopThreadRunner create() {
		return builder().build();
	}

	/**
	 * Starts on virtual threads, and remembers those that have not ended.
	 */
	private static void startVirtual(Runnable command) {
		Start start = new Start();
		STARTS.add(start);
		StartOn.virtualThreads().execute(() -> {
			start.thread = Thread.currentThread();
			try {
				command.run();
			}
			finally {
				STARTS.remove(start);
			}
		});
	}

	/**
	 * Returns whether the threads of their own that start tasks have come as far as they
	 * do without others: who sees that a task has begun may be ahead of the thread that
	 * calls it.
	 */
	static boolean startsAreSettled() {
		return STARTS.stream().allMatch(Start::isSettled);
	}

	private static final class Start {

		private volatile @Nullable Thread thread;

		boolean isSettled() {
			Thread thread = this.thread;
			return thread != null && switch (thread.getState()) {
				case WAITING, TIMED_WAITING, TERMINATED -> true;
				default -> false;
			};
		}

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
