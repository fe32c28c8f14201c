package io.palitra.internal.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.Elements;
import io.palitra.spi.LateResultSource;

/**
 * A future that loses no value it is given, though it can pass on only one.
 */
class LateResultFuture<T extends @Nullable Object> extends CompletableFuture<T> implements LateResultSource {

	/**
	 * Guarded by {@link #early}, like that itself.
	 */
	private @Nullable Consumer<Object> handler;

	/**
	 * Late values for which there was no handler yet: a source may send all it has before
	 * the runner gets to see this future.
	 */
	private final List<Object> early = new ArrayList<>(0);

	@Override
	public void onLateResult(Consumer<Object> handler) {
		List<Object> before;
		synchronized (this.early) {
			this.handler = handler;
			before = List.copyOf(this.early);
			this.early.clear();
		}
		before.forEach(handler);
	}

	final void late(Object value) {
		if (value instanceof Elements<?> elements) {
			elements.forEach(this::late);
			return;
		}
		Consumer<Object> handler;
		synchronized (this.early) {
			handler = this.handler;
			if (handler == null) {
				this.early.add(value);
			}
		}
		if (handler != null) {
			handler.accept(value);
		}
	}

	@Override
	public boolean complete(T value) {
		boolean completed = super.complete(value);
		if (!completed && value != null) {
			late(value);
		}
		return completed;
	}

	/**
	 * What depends on this is given no values but this one's.
	 */
	@Override
	public <U> CompletableFuture<U> newIncompleteFuture() {
		return new CompletableFuture<>();
	}

}
