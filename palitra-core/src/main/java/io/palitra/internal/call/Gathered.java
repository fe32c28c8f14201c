package io.palitra.internal.call;

import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.palitra.Outcome;

/**
 * What a {@link Gather} results in, or a part of that. A type of its own, so that a late
 * one is recognized and discarded value by value. The list is made on the loop's thread,
 * which has the elements at hand, and the owner only passes it on.
 *
 * @param list the values, or where failures are awaited too, the {@link Outcome}s, in the
 * order of the tasks; unmodifiable
 * @param ofOutcomes which of them
 */
public record Gathered<T extends @Nullable Object>(List<?> list, boolean ofOutcomes) {

	@SuppressWarnings("unchecked")
	public List<T> values() {
		return (List<T>) this.list;
	}

	@SuppressWarnings("unchecked")
	public List<Outcome<T>> outcomes() {
		return (List<Outcome<T>>) this.list;
	}

	void forEachValue(Consumer<@Nullable Object> action) {
		for (Object element : this.list) {
			if (!this.ofOutcomes) {
				action.accept(element);
			}
			else if (element instanceof Outcome.Success<?> success) {
				action.accept(success.value());
			}
		}
	}

}
