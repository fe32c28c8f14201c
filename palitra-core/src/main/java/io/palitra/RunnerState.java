package io.palitra;

/**
 * What a runner does at the moment.
 */
public enum RunnerState {

	/**
	 * Its thread runs and it takes calls.
	 */
	RUNNING,

	/**
	 * It takes no new calls and gives those in flight their grace.
	 */
	STOPPING,

	/**
	 * It has no thread; {@link EventLoopThreadRunner#start()} gives it a new one.
	 */
	STOPPED,

	/**
	 * It is closed for good.
	 */
	CLOSED,

	/**
	 * Its thread has died of something that no task may cause;
	 * {@link EventLoopThreadRunner#start()} gives it a new one.
	 */
	DEAD

}
