package io.palitra.internal.call;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;

/**
 * A task that blocks, and says where it may: all of its work is its start.
 *
 * @param callable the work
 * @param startOn calls it where a call does not say otherwise
 */
public record BlockingTask<T extends @Nullable Object>(Callable<? extends T> callable,
		Executor startOn) implements AsyncCallable<T> {

	@Override
	public CompletionStage<T> call() throws Exception {
		return CompletableFuture.completedFuture(this.callable.call());
	}

}
