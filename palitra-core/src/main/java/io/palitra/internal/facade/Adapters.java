package io.palitra.internal.facade;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

import io.palitra.spi.AsyncAdapter;

/**
 * What makes stages of asynchronous types: what every runner understands, and what was
 * plugged in.
 */
public final class Adapters {

	private final List<AsyncAdapter> adapters = new ArrayList<>();

	public Adapters(List<AsyncAdapter> pluggedIn) {
		this.adapters.add(new StageAdapter());
		this.adapters.addAll(pluggedIn);
	}

	/**
	 * Makes a stage of an asynchronous object.
	 * @param runner the runner that is to wait for it, for the text of an error
	 * @throws NullPointerException if there is none
	 * @throws IllegalArgumentException if no adapter knows its type
	 */
	public CompletionStage<?> toStage(Object source, String runner) {
		Objects.requireNonNull(source, "the task returned null instead of an asynchronous object");
		AsyncAdapter adapter = find(source.getClass());
		if (adapter == null) {
			throw new IllegalArgumentException("the task returned a " + source.getClass().getTypeName()
					+ ", which no adapter of runner \"" + runner + "\" knows: give its builder an asyncAdapter for it, "
					+ "or return a CompletionStage");
		}
		return adapter.toStage(source);
	}

	/**
	 * Returns what makes a stage of what a target returns, or {@code null} if there is
	 * nothing to wait for: it is no asynchronous type, or the face wants one itself.
	 */
	@Nullable AsyncAdapter find(Class<?> had, Class<?> wanted) {
		AsyncAdapter adapter = find(had);
		return (adapter != null && find(wanted) == null) ? adapter : null;
	}

	private @Nullable AsyncAdapter find(Class<?> type) {
		for (AsyncAdapter adapter : this.adapters) {
			if (adapter.adapts(type)) {
				return adapter;
			}
		}
		return null;
	}

	private static final class StageAdapter implements AsyncAdapter {

		@Override
		public boolean adapts(Class<?> type) {
			return CompletionStage.class.isAssignableFrom(type);
		}

		@Override
		public Class<?> resultType(Type type) {
			// Of other stages nobody knows what their arguments mean.
			boolean known = type instanceof ParameterizedType stage
					&& (stage.getRawType() == CompletionStage.class || stage.getRawType() == CompletableFuture.class);
			return known ? Types.argument(type) : Object.class;
		}

		@Override
		public CompletionStage<?> toStage(Object source) {
			return (CompletionStage<?>) source;
		}

	}

}
