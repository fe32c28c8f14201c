package io.palitra;

import org.jspecify.annotations.Nullable;

/**
 * What makes one result of several of different types, where there are more than a
 * {@link java.util.function.BiFunction} takes:
 * {@link EventLoopThreadRunner#combine(AsyncCallable, AsyncCallable, AsyncCallable, Three)}.
 */
public final class Combiner {

	private Combiner() {
	}

	/**
	 * Makes one result of three.
	 *
	 * @param <A> the type of the first
	 * @param <B> the type of the second
	 * @param <C> the type of the third
	 * @param <R> the type of the result
	 */
	@FunctionalInterface
	public interface Three<A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object, R extends @Nullable Object> {

		/**
		 * Combines.
		 * @param a the first
		 * @param b the second
		 * @param c the third
		 * @return the result
		 */
		R combine(A a, B b, C c);

	}

	/**
	 * Makes one result of four.
	 *
	 * @param <A> the type of the first
	 * @param <B> the type of the second
	 * @param <C> the type of the third
	 * @param <D> the type of the fourth
	 * @param <R> the type of the result
	 */
	@FunctionalInterface
	public interface Four<A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object, D extends @Nullable Object, R extends @Nullable Object> {

		/**
		 * Combines.
		 * @param a the first
		 * @param b the second
		 * @param c the third
		 * @param d the fourth
		 * @return the result
		 */
		R combine(A a, B b, C c, D d);

	}

}
