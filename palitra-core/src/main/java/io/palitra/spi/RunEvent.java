package io.palitra.spi;

import java.time.Duration;

/**
 * One call, as a {@link RunListener} sees it. May be used as a key by identity; may be
 * read from any thread.
 */
public interface RunEvent {

	/**
	 * Returns the name of the runner.
	 * @return the name
	 */
	String getRunnerName();

	/**
	 * Returns the name of the task, given or the place of the call, which is looked up
	 * when it is asked for the first time; cheapest on the thread that waits.
	 * @return the name
	 */
	String getTaskName();

	/**
	 * Returns the time from the call to the start of its task, so far if that has not
	 * been started, and in all if it never will be.
	 * @return the time before the start
	 */
	Duration getQueueTime();

	/**
	 * Returns the time from the call to its end, so far if it has not ended.
	 * @return the time since the call
	 */
	Duration getTotalTime();

}
