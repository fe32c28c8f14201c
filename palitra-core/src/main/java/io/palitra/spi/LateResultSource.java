package io.palitra.spi;

import java.util.function.Consumer;

/**
 * A stage that can still be given a value after it was cancelled: a client may hand a
 * connection out in the very moment in which the deadline strikes. A runner that follows
 * such a stage asks for these values, so that they reach its {@code onDiscard} handlers
 * like any other late result (rule C11).
 */
public interface LateResultSource {

	/**
	 * Sets what gets the values that come when the stage is done, on the thread that
	 * brings them. Called once, before the runner cancels the stage.
	 * @param handler gets each such value, and does not throw
	 */
	void onLateResult(Consumer<Object> handler);

}
