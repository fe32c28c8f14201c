package io.palitra.stress.race;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunInterruptedException;
import io.palitra.RunTimeoutException;
import io.palitra.RunnerClosedException;
import io.palitra.WaitStrategy;

/**
 * How outcomes are told as numbers, and what the races share.
 */
final class Races {

	static final int NOTHING = 0;

	static final int VALUE = 1;

	static final int CANCELLED = 2;

	static final int TIMEOUT = 3;

	static final int CLOSED = 4;

	static final int INTERRUPTED = 5;

	/**
	 * Longer than anything takes that ends at all.
	 */
	static final Duration PATIENCE = Duration.ofSeconds(20);

	private Races() {
	}

	/**
	 * Creates a runner that reports nothing.
	 */
	static EventLoopThreadRunner runner(WaitStrategy waitStrategy) {
		return builder().waitStrategy(waitStrategy).build();
	}

	static EventLoopThreadRunner.Builder builder() {
		return EventLoopThreadRunner.builder()
			.name("race")
			.shutdownGrace(Duration.ZERO)
			.slowTaskThreshold(Duration.ofHours(1))
			.hangThreshold(Duration.ofHours(1));
	}

	static CompletableFuture<String> value() {
		return CompletableFuture.completedFuture("value");
	}

	/**
	 * Creates work that is told to cancel and goes on.
	 */
	static CompletableFuture<String> deaf() {
		return new CompletableFuture<>() {

			@Override
			public boolean cancel(boolean mayInterruptIfRunning) {
				return false;
			}

		};
	}

	/**
	 * Returns a subscription that leaves it to others what is sent.
	 */
	static Flow.Subscription subscription() {
		return new Flow.Subscription() {

			@Override
			public void request(long n) {
			}

			@Override
			public void cancel() {
			}

		};
	}

	static int outcomeOf(Supplier<String> call) {
		try {
			return "value".equals(call.get()) ? VALUE : NOTHING;
		}
		catch (RunTimeoutException ex) {
			return TIMEOUT;
		}
		catch (RunInterruptedException ex) {
			return INTERRUPTED;
		}
		catch (RejectedExecutionException ex) {
			return CLOSED;
		}
		catch (CancellationException ex) {
			return CANCELLED;
		}
	}

	/**
	 * Returns how a future ends, {@link #NOTHING} if it does not.
	 */
	static int outcomeOf(Future<String> future) {
		return outcomeOf(() -> valueOf(future));
	}

	static String valueOf(Future<String> future) {
		try {
			return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof RunnerClosedException closed) {
				throw closed;
			}
			return "failed: " + ex;
		}
		catch (InterruptedException | TimeoutException ex) {
			return "nothing: " + ex;
		}
	}

	/**
	 * Waits for the end of a loop.
	 * @return {@code false} if it does not come
	 */
	static boolean ends(ExecutorService loop) {
		try {
			return loop.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			return false;
		}
	}

	/**
	 * Waits until the loop has done what it was given.
	 */
	static void settle(EventLoopThreadRunner runner) {
		if (outcomeOf(runner.getLoop().submit(() -> "value")) != VALUE) {
			throw new IllegalStateException("the loop does not get on");
		}
	}

}
