package io.palitra.stress.mode;

import java.util.SplittableRandom;

import io.palitra.EventLoopThreadRunner;

/**
 * What the callers of one round do to their runner, and how it is set for that. All of it
 * follows from the random numbers that are handed in.
 */
interface Load {

	/**
	 * Sets the runner, before anything else is called.
	 */
	void configure(EventLoopThreadRunner.Builder builder, SplittableRandom random);

	/**
	 * Makes one call, or some, through the bench, which judges them. By many threads.
	 */
	void call(Bench bench, SplittableRandom random);

	/**
	 * Returns whether the runner is stopped, started and closed meanwhile.
	 */
	default boolean isDisturbed(SplittableRandom random) {
		return false;
	}

	/**
	 * Returns how long the runner's stops may take.
	 */
	default int graceMillis() {
		return 0;
	}

	/**
	 * All calls have ended, the runner has not: adds what must hold now to what the bench
	 * checks.
	 */
	default void audit(Bench bench) {
	}

}
