package io.palitra.stress.soak;

import java.time.Duration;
import java.util.SplittableRandom;

import io.palitra.NestedRuns;
import io.palitra.OverloadPolicy;
import io.palitra.WaitStrategy;

/**
 * How one round's runner is set and disturbed. All of it follows from the seed.
 *
 * @param maxInFlight how much the runner admits, {@code Integer.MAX_VALUE} for anything
 * @param overloadPolicy what it does when full
 * @param nestedRuns what it does with calls on its own thread
 * @param waitStrategy how it waits
 * @param grace the grace of its stops
 * @param interrupts whether threads are interrupted
 * @param ending what happens to the runner
 */
record Settings(int maxInFlight, OverloadPolicy overloadPolicy, NestedRuns nestedRuns, WaitStrategy waitStrategy,
		Duration grace, boolean interrupts, Ending ending) {

	static Settings of(SplittableRandom random) {
		return new Settings(random.nextBoolean() ? Integer.MAX_VALUE : new int[] { 2, 16, 64 }[random.nextInt(3)],
				random.nextBoolean() ? OverloadPolicy.WAIT : OverloadPolicy.REJECT,
				random.nextBoolean() ? NestedRuns.REJECT : NestedRuns.PUMP,
				random.nextBoolean() ? WaitStrategy.ADAPTIVE : WaitStrategy.PARK,
				Duration.ofMillis(new int[] { 0, 1, 20 }[random.nextInt(3)]), random.nextBoolean(),
				new Ending[] { Ending.QUIET, Ending.QUIET, Ending.RESTARTS, Ending.RESTARTS, Ending.CLOSE, Ending.CLOSE,
						Ending.DEATH }[random.nextInt(7)]);
	}

	boolean isBounded() {
		return this.maxInFlight < Integer.MAX_VALUE;
	}

	boolean rejects() {
		return isBounded() && this.overloadPolicy == OverloadPolicy.REJECT;
	}

	/**
	 * What happens to a runner besides calls.
	 */
	enum Ending {

		/**
		 * Is closed when all is done.
		 */
		QUIET,

		/**
		 * Is stopped and started while calls are made.
		 */
		RESTARTS,

		/**
		 * Is closed while calls are made.
		 */
		CLOSE,

		/**
		 * Loses its thread while calls wait, and gets a new one.
		 */
		DEATH

	}

}
