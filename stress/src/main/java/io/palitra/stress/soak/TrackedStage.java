package io.palitra.stress.soak;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;

/**
 * The stage of a task, which knows what happened to it.
 */
final class TrackedStage extends CompletableFuture<@Nullable Object> {

	private final AtomicInteger cancellations = new AtomicInteger();

	private final boolean stubborn;

	private final boolean tellsTwice;

	private volatile boolean produced;

	TrackedStage(boolean stubborn, boolean tellsTwice) {
		this.stubborn = stubborn;
		this.tellsTwice = tellsTwice;
	}

	static TrackedStage obedient() {
		return new TrackedStage(false, false);
	}

	boolean produce(@Nullable Object value) {
		boolean first = complete(value);
		if (first) {
			this.produced = true;
		}
		return first;
	}

	/**
	 * Returns whether a value came out of it, rather than a failure or nothing.
	 */
	boolean hasProduced() {
		return this.produced;
	}

	int cancellations() {
		return this.cancellations.get();
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		this.cancellations.incrementAndGet();
		return !this.stubborn && super.cancel(mayInterruptIfRunning);
	}

	@Override
	public CompletableFuture<@Nullable Object> whenComplete(
			BiConsumer<? super @Nullable Object, ? super Throwable> action) {
		if (this.tellsTwice) {
			super.whenComplete(action);
		}
		return super.whenComplete(action);
	}

	@Override
	public <U> CompletableFuture<U> handle(BiFunction<? super @Nullable Object, Throwable, ? extends U> action) {
		if (this.tellsTwice) {
			super.handle(action);
		}
		return super.handle(action);
	}

}
