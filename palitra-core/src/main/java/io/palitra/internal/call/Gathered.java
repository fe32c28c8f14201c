package io.palitra.internal.call;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.palitra.Outcome;

/**
 * What a {@link Gather} results in. A type of its own, so that a late one is recognized
 * and discarded value by value.
 *
 * @param outcomes how the tasks ended, in their order; unmodifiable
 */
public record Gathered<T extends @Nullable Object>(List<Outcome<T>> outcomes) {
}
