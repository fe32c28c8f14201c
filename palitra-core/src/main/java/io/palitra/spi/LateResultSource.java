package io.palitra.spi;

import java.util.function.Consumer;

/**
 * What a stage implements that may get values which nobody can read from it any more,
 * because it was cancelled or has completed: without this they would be lost, and with
 * them what they hold. A {@link java.util.concurrent.CompletableFuture} only says so to
 * whoever tries to complete it.
 * <p>
 * A runner that follows such a stage has these values discarded, like every other late
 * result (rule C11).
 */
public interface LateResultSource {

	/**
	 * Registers what gets the late values, in place of what was registered before. Values
	 * that are late already go to the first handler, at once. A runner registers its
	 * handler when a task has returned the stage, before it listens or cancels.
	 * @param handler gets each late value once, on the thread that brings it, never
	 * {@code null}; must not throw
	 */
	void onLateResult(Consumer<Object> handler);

}
