package io.palitra.internal.loop;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * What the JDK leaves open about stages: how to cancel one, and what its failure really
 * is.
 */
public final class Stages {

	private Stages() {
	}

	/**
	 * Cancels a stage as far as it can be cancelled. Passes {@code true}, because some
	 * clients (the JDK's {@code HttpClient} is one) ignore a cancellation otherwise.
	 * @param why what the cancellation tells others who wait for the same stage, if the
	 * stage lets it
	 * @throws StackOverflowError if the current thread has no room for it, and the stage
	 * is one that tells so before anything is done
	 */
	public static void cancel(CompletionStage<?> stage, Supplier<String> why) {
		if (stage.getClass() == CompletableFuture.class && stage instanceof CompletableFuture<?> future) {
			// All that the JDK's own class does to be cancelled, but with a text. A
			// subclass may do more.
			if (!future.isDone()) {
				future.completeExceptionally(new CancellationException(why.get()));
			}
			return;
		}
		try {
			Future<?> future = (stage instanceof Future<?> itself) ? itself : stage.toCompletableFuture();
			future.cancel(true);
		}
		catch (UnsupportedOperationException ex) {
			Log.debug("A stage of " + stage.getClass() + " cannot be cancelled", ex);
		}
		catch (Throwable ex) {
			if (ex instanceof StackOverflowError overflow && stage instanceof LoopFuture<?>) {
				// One that needs more room than is here. Others may need it anywhere.
				throw overflow;
			}
			Log.warn("A stage of " + stage.getClass() + " failed when it was cancelled", ex);
		}
	}

	/**
	 * Tells whether a stage is known to be done.
	 */
	public static boolean isDone(CompletionStage<?> stage) {
		if (stage instanceof LoopFuture<?> future) {
			// Asked for itself, one of a run takes its value for somebody's.
			return future.isDone();
		}
		try {
			// Not all futures that are stages answer themselves, but their copies do.
			CompletableFuture<?> future = stage.toCompletableFuture();
			return future != null && future.isDone();
		}
		catch (UnsupportedOperationException ex) {
			return false;
		}
	}

	/**
	 * Tells whether a stage has a value already that can be had from
	 * {@link CompletableFuture#join()}, without a listener and all that it costs. Only of
	 * the JDK's own class it is known that nobody would miss the listener.
	 */
	public static boolean hasValue(CompletionStage<?> stage) {
		return stage.getClass() == CompletableFuture.class && stage instanceof CompletableFuture<?> future
				&& future.isDone() && !future.isCompletedExceptionally();
	}

	/**
	 * Removes the layers that {@link java.util.concurrent.CompletableFuture} wraps around
	 * a failure on its way through dependents: each {@link CompletionException}, and no
	 * subclass, that has a cause (rule C3).
	 */
	public static Throwable peel(Throwable failure) {
		Throwable peeled = failure;
		// Asks nothing of other exceptions, whose getCause() may be anybody's code. Ends,
		// for the cause of these is settled when they are made.
		while (peeled.getClass() == CompletionException.class && peeled.getCause() != null) {
			peeled = peeled.getCause();
		}
		return peeled;
	}

}
