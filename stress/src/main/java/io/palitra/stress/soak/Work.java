package io.palitra.stress.soak;

import java.util.EnumSet;
import java.util.Set;

import io.palitra.spi.RunResult;

/**
 * What a call does.
 */
enum Work {

	/**
	 * Returns a stage that is done.
	 */
	IMMEDIATE(400, RunResult.SUCCESS),

	/**
	 * Returns a stage that is done, with {@code null}.
	 */
	NULL_VALUE(30, RunResult.SUCCESS),

	/**
	 * Is completed by another thread, as soon as that can.
	 */
	HANDED_OVER(100, RunResult.SUCCESS),

	/**
	 * Is completed by another thread, later.
	 */
	DELAYED(40, RunResult.SUCCESS),

	/**
	 * Is completed by another thread with an exception: unchecked, checked or an error.
	 */
	FAILING(60, RunResult.ERROR),

	/**
	 * Throws instead of returning a stage.
	 */
	THROWING(40, RunResult.ERROR),

	/**
	 * Throws an {@code OutOfMemoryError}.
	 */
	OUT_OF_MEMORY(10, RunResult.ERROR),

	/**
	 * Returns {@code null} instead of a stage.
	 */
	NO_STAGE(10, RunResult.ERROR),

	/**
	 * Never completes unless it is cancelled.
	 */
	NEVER(30),

	/**
	 * Ignores its cancellation and completes all the same.
	 */
	STUBBORN(15, RunResult.SUCCESS),

	/**
	 * Tells its completion twice.
	 */
	TWICE(30, RunResult.SUCCESS),

	/**
	 * Holds the loop for a while.
	 */
	HOLDING(10, RunResult.SUCCESS),

	/**
	 * Hands itself to the loop again and again until it is cancelled.
	 */
	RESUBMITTING(5),

	/**
	 * Cancels its own stage.
	 */
	SELF_CANCELLED(10, RunResult.CANCELLED),

	/**
	 * Makes a call on the loop's thread, which is driven from inside or refuses.
	 */
	NESTED(20, RunResult.SUCCESS),

	/**
	 * Goes back to the thread that waits, which may make a call from there.
	 */
	HOPPING(40, RunResult.SUCCESS),

	/**
	 * Starts children and sleeps.
	 */
	FORKING(20, RunResult.SUCCESS),

	/**
	 * Several at once, some of which fail.
	 */
	GATHERING(15, RunResult.SUCCESS, RunResult.ERROR),

	/**
	 * Reads a publisher, to its end or not.
	 */
	STREAMING(15, RunResult.SUCCESS, RunResult.ERROR),

	/**
	 * Waits for what somebody else has started.
	 */
	AWAITING(30, RunResult.SUCCESS),

	/**
	 * Is handed over without waiting, and then cancelled.
	 */
	CANCELLING(30, RunResult.SUCCESS, RunResult.CANCELLED);

	private static final int TOTAL = EnumSet.allOf(Work.class).stream().mapToInt((work) -> work.weight).sum();

	private final int weight;

	private final Set<RunResult> natural;

	Work(int weight, RunResult... natural) {
		this.weight = weight;
		this.natural = Set.of(natural);
	}

	static Work pick(int random) {
		int left = Math.floorMod(random, TOTAL);
		for (Work work : values()) {
			left -= work.weight;
			if (left < 0) {
				return work;
			}
		}
		throw new IllegalStateException("the weights add up to " + TOTAL);
	}

	/**
	 * Returns how it ends if nobody disturbs it; nothing if it does not end by itself.
	 */
	Set<RunResult> natural() {
		return this.natural;
	}

	/**
	 * Returns whether every attempt is one call of the runner that ends as the attempt
	 * does, so that a listener must count the same.
	 */
	boolean isOneCall() {
		return this != STREAMING && this != AWAITING && this != CANCELLING;
	}

	/**
	 * Returns whether {@code run} or {@code submit} can take it, in all their forms.
	 */
	boolean isPlain() {
		return compareTo(NESTED) < 0;
	}

	String taskName() {
		return "soak-" + name();
	}

}
