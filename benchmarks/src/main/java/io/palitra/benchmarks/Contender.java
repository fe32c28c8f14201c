package io.palitra.benchmarks;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says in the reports what a benchmark method is.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Contender {

	/**
	 * Its name in the tables.
	 */
	String value();

	Role role() default Role.PEER;

	/**
	 * The first Java version that it runs on.
	 */
	int since() default 17;

	/**
	 * What to make of a method.
	 */
	enum Role {

		/**
		 * The one that all others are compared with.
		 */
		PALITRA,

		/**
		 * Another setting of palitra.
		 */
		VARIANT,

		/**
		 * Does the same job.
		 */
		PEER,

		/**
		 * Does less: there is no hand-off to another thread.
		 */
		LESS,

		/**
		 * The task without anything around it.
		 */
		TASK;

		boolean waits() {
			return this != LESS && this != TASK;
		}

	}

}
