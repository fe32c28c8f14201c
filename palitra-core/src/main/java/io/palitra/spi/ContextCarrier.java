package io.palitra.spi;

import java.util.Objects;

/**
 * Carries what is bound to the caller's thread to the threads that work for it: MDC,
 * traces, security (rule C8).
 * <p>
 * Called concurrently by all callers. A carrier that throws is logged, and the call goes
 * on without what it carries.
 */
@FunctionalInterface
public interface ContextCarrier {

	/**
	 * Captures the context of the current thread, the caller's, at the time of the call.
	 * @return the captured context; may be opened many times, on any thread
	 */
	Snapshot capture();

	/**
	 * A context that has been captured.
	 */
	@FunctionalInterface
	interface Snapshot {

		/**
		 * Makes the captured context that of the current thread, which includes clearing
		 * what the caller's thread did not have.
		 * @return what to close on the same thread to bring back what was there before
		 */
		Scope open();

		/**
		 * Runs a command with the captured context as that of the current thread. Opens a
		 * scope around it unless overridden, as it must be for what can only be bound
		 * around a command, such as a {@code ScopedValue}; {@link #open()} is not called
		 * then.
		 * @param command what to run, once, on the current thread
		 */
		default void run(Runnable command) {
			Scope scope = Objects.requireNonNull(open(), "opened scope");
			try {
				command.run();
			}
			finally {
				scope.close();
			}
		}

	}

	/**
	 * The time during which a captured context is that of a thread.
	 */
	@FunctionalInterface
	interface Scope extends AutoCloseable {

		/**
		 * Brings back what was there before.
		 */
		@Override
		void close();

	}

}
