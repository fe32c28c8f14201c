package io.palitra;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

/**
 * One run, as its task sees it. All methods may be called from any thread, also after the
 * run has ended.
 */
public interface RunScope {

	/**
	 * Returns an executor that runs commands on the loop's thread in this run's context.
	 * @return the executor; rejects with {@link RunnerClosedException} once the loop has
	 * ended
	 */
	Executor loop();

	/**
	 * Returns an executor that runs commands on the thread that waits for this run (rule
	 * C7): what is bound to that thread, a transaction or a session, is at hand there.
	 * Commands run in the order of their submission, one at a time, and only while the
	 * thread waits for this very run; those submitted from the thread itself run in
	 * place.
	 * <p>
	 * A command that was accepted is run: if the run ends first, whatever way, before the
	 * waiting method returns. Once it has returned, commands are refused with
	 * {@link java.util.concurrent.RejectedExecutionException}. What a command throws goes
	 * to the thread's uncaught exception handler, but for a {@code VirtualMachineError}
	 * such as an overflow of the stack, which fails the call (rule C16). While a command
	 * runs, the call cannot return, not even at its deadline. A command may itself call a
	 * runner.
	 * @return the executor
	 */
	Executor caller();

	/**
	 * Starts a child on the loop's thread, or where the run's own task was started, in
	 * this run's context. It is cancelled when the run is, and when the run ends without
	 * it.
	 * <p>
	 * The future begins a chain: what is chained on it runs on the loop's thread in this
	 * run's context; a stage that a function returns to {@code thenCompose} and the like
	 * is part of the run as the child is, and cancelled with it; cancelling any future of
	 * the chain cancels what of it runs.
	 * @param <U> the type of the result
	 * @param child the work, called once, or never if the run ends first
	 * @return a future of the child's result
	 * @throws NullPointerException if {@code child} is {@code null}
	 */
	<U extends @Nullable Object> CompletableFuture<U> fork(AsyncCallable<U> child);

	/**
	 * Returns a future that completes after a time, cancelled like a {@link #fork child}.
	 * @param duration the time, with the precision of a nanosecond
	 * @return a future that begins a chain
	 * @throws NullPointerException if {@code duration} is {@code null}
	 * @throws IllegalArgumentException if {@code duration} is negative
	 */
	CompletableFuture<Void> sleep(Duration duration);

	/**
	 * Returns the time until the run's deadline, to hand it on to a client.
	 * @return the time, zero if the deadline has passed, empty if there is none
	 */
	Optional<Duration> remaining();

	/**
	 * Tells whether nobody wants the result any more: the run has timed out, was
	 * interrupted or cancelled, or its runner has ended.
	 * @return whether the run is cancelled
	 */
	boolean isCancelled();

	/**
	 * Has something done when the run is cancelled, once, by the thread that cancels it,
	 * in this run's context; at once if that has happened already, and never if the run
	 * ends otherwise. What it throws is logged.
	 * @param hook what to do; must not block
	 * @throws NullPointerException if {@code hook} is {@code null}
	 */
	void onCancel(Runnable hook);

}
