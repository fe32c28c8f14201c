package io.palitra;

import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * Asynchronous work that wants to know its run: to come back to the caller's thread, to
 * start children that end with it, to be told of its cancellation.
 *
 * @param <T> the type of the result
 * @see EventLoopThreadRunner#runScoped(ScopedAsyncCallable)
 */
@FunctionalInterface
public interface ScopedAsyncCallable<T extends @Nullable Object> {

	/**
	 * Starts the work and returns at once, like {@link AsyncCallable#call()}.
	 * @param scope the run that this work belongs to
	 * @return the stage that completes with the result, never {@code null}
	 * @throws Exception when the work cannot be started; treated like a stage that failed
	 * with it
	 */
	CompletionStage<T> call(RunScope scope) throws Exception;

}
