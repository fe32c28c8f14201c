package io.palitra;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.loop.Loop;

/**
 * The event loop of a runner, for those who want to run something on its thread, now or
 * later, or to complete futures there. All methods may be called from any thread; the
 * loop outlives a {@link EventLoopThreadRunner#stop() stop} and
 * {@link EventLoopThreadRunner#start() start} of its runner.
 * <p>
 * It keeps what {@link ScheduledExecutorService} promises, with these particulars:
 * <ul>
 * <li>A task must not block: it holds up every other task and call of the runner. Waiting
 * on the loop thread for a future of the same loop is refused with
 * {@link BlockingNotAllowedException}.</li>
 * <li>Cancelling a task that runs does not interrupt it, whatever {@code cancel} is
 * given: the interrupt could hit whatever runs there next.</li>
 * <li>What a task handed to {@code execute} throws goes to the thread's uncaught
 * exception handler; the loop goes on.</li>
 * <li>Shutting the loop down closes its runner, with the runner's grace:
 * {@code shutdown()} starts that and returns, {@code shutdownNow()} does it without any
 * grace. While calls in flight still use their grace, tasks are accepted, for those calls
 * may need them to end; afterwards they are rejected with {@link RunnerClosedException}.
 * Timers that are not due by then are cancelled.</li>
 * </ul>
 */
public interface EventLoop extends ScheduledExecutorService {

	/**
	 * Tells whether the current thread is the thread of this loop.
	 * @return whether the current thread is the loop's
	 */
	boolean inEventLoop();

	/**
	 * Tells whether the current thread is the thread of any runner's loop, for others who
	 * are to refuse what blocks.
	 * @return whether the current thread is a loop's
	 */
	static boolean isCurrentThread() {
		return Loop.currentRunner() != null;
	}

	/**
	 * Creates a future that is not completed. Its {@code ...Async} dependents run on this
	 * loop unless given another executor, and waiting for it on a loop thread is refused
	 * with {@link BlockingNotAllowedException}.
	 * @param <T> the type of the result
	 * @return a new future
	 */
	<T extends @Nullable Object> CompletableFuture<T> newFuture();

}
