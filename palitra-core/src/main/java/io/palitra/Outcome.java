package io.palitra;

import java.util.Objects;
import java.util.concurrent.CompletionException;

import org.jspecify.annotations.Nullable;

/**
 * How one task ended: with a value or with an exception. Immutable.
 *
 * @param <T> the type of the value
 * @see EventLoopThreadRunner#gatherOutcomes(AsyncCallable...)
 */
public sealed interface Outcome<T extends @Nullable Object> {

	/**
	 * Returns the value or throws the exception, as
	 * {@link EventLoopThreadRunner#run(AsyncCallable)} would: unchecked exceptions and
	 * errors as the same instance, checked ones wrapped in a {@link CompletionException}.
	 * @return the value, which may be {@code null}
	 * @throws CompletionException if the task failed with a checked exception, its cause
	 */
	T orElseThrow();

	/**
	 * The task ended with a value.
	 *
	 * @param <T> the type of the value
	 * @param value the value, which may be {@code null}
	 */
	record Success<T extends @Nullable Object>(T value) implements Outcome<T> {

		@Override
		public T orElseThrow() {
			return this.value;
		}

	}

	/**
	 * The task ended with an exception.
	 *
	 * @param <T> the type of the value there would have been
	 * @param exception the task's own exception, without the {@link CompletionException}s
	 * that {@link java.util.concurrent.CompletableFuture} wraps around it
	 */
	record Failure<T extends @Nullable Object>(Throwable exception) implements Outcome<T> {

		/**
		 * Creates a failure.
		 * @param exception the task's own exception
		 * @throws NullPointerException if {@code exception} is {@code null}
		 */
		public Failure {
			Objects.requireNonNull(exception, "exception");
		}

		@Override
		public T orElseThrow() {
			if (this.exception instanceof RuntimeException unchecked) {
				throw unchecked;
			}
			if (this.exception instanceof Error error) {
				throw error;
			}
			throw new CompletionException(this.exception);
		}

	}

}
