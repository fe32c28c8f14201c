package io.palitra.stress.mode;

import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * A stage that cannot be cancelled.
 */
final class Deaf extends CompletableFuture<@Nullable Object> {

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		return false;
	}

}
