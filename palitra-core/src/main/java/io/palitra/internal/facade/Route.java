package io.palitra.internal.facade;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import io.palitra.RunOptions;
import io.palitra.spi.AsyncAdapter;

/**
 * Where a method of a face leads.
 *
 * @param method the method to call
 * @param kind how to call it
 * @param wanted what the face's method returns
 * @param adapter makes a stage of what the method returns, if it is asynchronous
 * @param handle the same method, if it cannot be called otherwise
 * @param options the name of the task
 */
record Route(Method method, Kind kind, Class<?> wanted, @Nullable AsyncAdapter adapter, @Nullable MethodHandle handle,
		RunOptions options) {

	/**
	 * How a method of a face is answered.
	 */
	enum Kind {

		/**
		 * By the target's method, on the loop, waiting for the stage that the adapter
		 * makes of what it returns.
		 */
		ASYNCHRONOUS,

		/**
		 * By the target's method, in place.
		 */
		PLAIN,

		/**
		 * By the face's own default method.
		 */
		DEFAULT

	}

}
