package io.palitra;

import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * Asynchronous work that has not started yet. A runner calls it once or never, on its
 * loop's thread unless told otherwise ({@link RunOptions#startOn}).
 * <p>
 * An asynchronous client's method fits as it is:
 * {@code runner.run(() -> client.sendAsync(request, BodyHandlers.ofString()))},
 * {@code runner.run(uni::subscribeAsCompletionStage)}.
 *
 * @param <T> the type of the result
 * @see EventLoopThreadRunner#run(AsyncCallable)
 */
@FunctionalInterface
public interface AsyncCallable<T extends @Nullable Object> {

	/**
	 * Starts the work and returns at once; must not block where it is called on the loop,
	 * which it holds while it runs. The stage may complete on any thread. The runner owns
	 * what it gets here: it cancels the stage ({@code Future.cancel(true)}) when the
	 * caller gives up.
	 * @return the stage that completes with the result, never {@code null}
	 * @throws Exception when the work cannot be started; treated like a stage that failed
	 * with it
	 */
	CompletionStage<T> call() throws Exception;

}
