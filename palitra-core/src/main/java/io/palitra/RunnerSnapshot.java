package io.palitra;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

import org.jspecify.annotations.Nullable;

/**
 * What a runner did at one moment. The numbers are taken while the runner goes on and
 * need not add up; each of them was right when it was read.
 *
 * @param name the runner's name
 * @param state what the runner does
 * @param threadName the name of the loop's thread, the last one's if there is none
 * @param startOn where tasks are called that do not say otherwise: {@code loop},
 * {@code caller}, {@code virtual-threads}, or the name of the executor's class
 * @param pending how many calls have been submitted and not started
 * @param active how many calls have been started and whose work has not ended
 * @param waiting how many threads wait for a call
 * @param abandoned how many of the active calls nobody waits for any more, since they
 * timed out or were interrupted or cancelled
 * @param limit how many calls the runner admits at once, empty for any number
 * @param permits how many more it would admit now, empty without a limit
 * @param submitted how many calls have been made since the runner was created
 * @param rejected how many of them were refused, since the runner was full or not running
 * @param discarded how many results have come that nobody waited for any more
 * @param slow how many callbacks have held the loop's thread longer than the runner's
 * threshold since the runner was created
 * @param spinning whether threads now look for what they wait for before they park, as
 * {@link WaitStrategy#ADAPTIVE} decides
 * @param lag for how long the oldest queued call, or the timer that is due first, has
 * waited for the loop's thread; zero if none does
 * @param busyTime how long the loop's threads have been occupied by callbacks since the
 * runner was created; grows as long as the runner exists
 * @param heldFor for how long the callback that runs now has held the loop's thread, zero
 * if the loop is idle
 * @param stack the stack of the loop's thread if it has been held for 100 ms or more,
 * otherwise empty
 * @param calls the calls in flight, the oldest first, as many as were asked for; there
 * are {@code pending + active}
 */
public record RunnerSnapshot(String name, RunnerState state, String threadName, String startOn, int pending, int active,
		int waiting, int abandoned, OptionalInt limit, OptionalInt permits, long submitted, long rejected,
		long discarded, long slow, boolean spinning, Duration lag, Duration busyTime, Duration heldFor,
		List<StackTraceElement> stack, List<Call> calls) {

	/**
	 * One call in flight.
	 *
	 * @param taskName the name of the task
	 * @param phase whether it waits for the loop or runs
	 * @param startOn where the task is called, in the words of the runner's
	 * @param age the time since the call
	 * @param ownerThreadName the name of the thread that waits, {@code null} if none does
	 * @param remaining the time until the call's deadline, negative once that has passed,
	 * {@code null} if it has none
	 */
	public record Call(String taskName, RunPhase phase, String startOn, Duration age, @Nullable String ownerThreadName,
			@Nullable Duration remaining) {
	}

}
