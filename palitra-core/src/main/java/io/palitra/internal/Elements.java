package io.palitra.internal;

import java.io.Serial;
import java.util.ArrayList;

/**
 * The elements of a publisher. A type of its own, so that a late one is recognized and
 * discarded element by element.
 */
public final class Elements<T> extends ArrayList<T> {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Whoever reads it may not have this library.
	 */
	@Serial
	private Object writeReplace() {
		return new ArrayList<>(this);
	}

}
