package io.palitra.spi;

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
