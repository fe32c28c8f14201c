package io.palitra.benchmarks;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * The task that takes no time: it tells which thread it ran on, so that every single call
 * of a benchmark can be checked for having been a hand-off.
 */
final class Trivial {

	private Trivial() {
	}

	static CompletionStage<Thread> start() {
		return CompletableFuture.completedFuture(Thread.currentThread());
	}

	/**
	 * Checks that a task has run on another thread.
	 */
	static Thread elsewhere(@Nullable Thread ranOn) {
		if (ranOn == null || ranOn == Thread.currentThread()) {
			throw new IllegalStateException("The task has run on " + ranOn + ", where another thread was to run it");
		}
		return ranOn;
	}

	/**
	 * Checks that a task has run on the caller itself.
	 */
	static Thread here(@Nullable Thread ranOn) {
		if (ranOn == null || ranOn != Thread.currentThread()) {
			throw new IllegalStateException("The task has run on " + ranOn + ", where the caller was to run it");
		}
		return ranOn;
	}

	/**
	 * Checks that all tasks have run, on another thread.
	 */
	static List<Thread> elsewhere(@Nullable List<Thread> ranOn, int size) {
		if (ranOn == null || ranOn.size() != size) {
			throw new IllegalStateException("Of " + size + " tasks there are the results " + ranOn);
		}
		elsewhere(ranOn.get(0));
		elsewhere(ranOn.get(size - 1));
		return ranOn;
	}

}
