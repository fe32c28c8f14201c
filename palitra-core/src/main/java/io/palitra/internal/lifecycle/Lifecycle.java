package io.palitra.internal.lifecycle;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.RunnerState;
import io.palitra.internal.call.Calls;
import io.palitra.internal.call.Grace;
import io.palitra.internal.loop.Log;
import io.palitra.internal.loop.Loop;
import io.palitra.internal.loop.Stages;

/**
 * The loops of one runner, one after the other: starts them, ends them, and cleans up
 * after the last one (rule C10).
 */
public final class Lifecycle {

	/**
	 * What is left of any grace for clean-up and for the thread to end: 100 ms.
	 */
	private static final long LEAST_GRACE = 100_000_000;

	/**
	 * How long a clean-up may take to be started by a loop that is not held: 2 s.
	 */
	private static final long STARTING_GRACE = 2_000_000_000;

	private final Calls calls;

	private final ThreadFactory threadFactory;

	private final boolean adaptive;

	private final long slowThreshold;

	private final long shutdownGrace;

	/**
	 * Held by whoever starts or ends the loop, as long as that takes.
	 */
	private final ReentrantLock lock = new ReentrantLock();

	private final CountDownLatch closed = new CountDownLatch(1);

	/**
	 * What to run on the loop when the runner is closed, the last first. Guarded by
	 * itself.
	 */
	private final Deque<AsyncCallable<?>> cleanups = new ArrayDeque<>();

	private volatile Loop loop;

	/**
	 * The grace of whoever ends the loop now.
	 */
	private volatile @Nullable Grace grace;

	/**
	 * What those who wait for the lock to end the loop would leave to whoever ends it.
	 */
	private final Queue<Grace> waiting = new ConcurrentLinkedQueue<>();

	/**
	 * Set while clean-ups may need the loop although the runner takes no calls.
	 */
	private volatile boolean cleaningUp;

	/**
	 * Whether the clean-ups have run. Guarded by {@link #cleanups}.
	 */
	private boolean cleanedUp;

	private volatile boolean closeRequested;

	/**
	 * Creates the life of a runner and starts its first loop.
	 * @param calls the runner's calls
	 * @param threadFactory makes the thread of each loop
	 * @param adaptive whether threads may spin before they park
	 * @param slowThreshold how many nanoseconds a callback may take without being
	 * reported
	 * @param shutdownGrace how many nanoseconds calls in flight have when the runner ends
	 */
	public Lifecycle(Calls calls, ThreadFactory threadFactory, boolean adaptive, long slowThreshold,
			long shutdownGrace) {
		this.calls = calls;
		this.threadFactory = threadFactory;
		this.adaptive = adaptive;
		this.slowThreshold = slowThreshold;
		this.shutdownGrace = shutdownGrace;
		this.loop = startLoop(RunnerState.RUNNING);
	}

	/**
	 * Returns the loop that serves the runner now, or did so last.
	 */
	public Loop loop() {
		return this.loop;
	}

	public boolean isAlive() {
		return this.calls.state() == RunnerState.RUNNING && this.loop.thread().isAlive();
	}

	boolean isCloseRequested() {
		return this.closeRequested;
	}

	/**
	 * Returns a latch that opens when the runner is closed.
	 */
	CountDownLatch closed() {
		return this.closed;
	}

	/**
	 * Returns whether the loop takes tasks. While calls in flight still have their grace
	 * it does, for they may need them to end.
	 */
	boolean isAccepting() {
		return switch (this.calls.state()) {
			case RUNNING -> true;
			case STOPPING -> this.cleaningUp || !this.calls.isIdle();
			default -> false;
		};
	}

	/**
	 * Has something done on the loop when the runner is closed.
	 */
	public void onClose(AsyncCallable<?> cleanup) {
		synchronized (this.cleanups) {
			if (this.cleanedUp) {
				throw this.calls.closed("The clean-up would never run", null);
			}
			this.cleanups.addFirst(cleanup);
		}
	}

	/**
	 * Gives a runner that does not run a new loop.
	 */
	public void start() {
		if (isAlive()) {
			return;
		}
		RunnerLoop.refuseOnLoop("start");
		if (this.lock.isHeldByCurrentThread()) {
			throw new IllegalStateException("Runner \"" + this.calls.runner()
					+ "\" is being stopped by the current thread, whose stop() has called what calls start(); call it "
					+ "after that");
		}
		this.lock.lock();
		try {
			if (this.closeRequested) {
				throw this.calls.closed("A closed runner cannot be started", null);
			}
			if (this.calls.state() == RunnerState.STOPPING) {
				endLoop(this.shutdownGrace, RunnerState.STOPPED);
			}
			if (!isAlive()) {
				this.loop = startLoop(RunnerState.RUNNING);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Ends the loop; {@link #start()} brings another.
	 */
	public void stop() {
		Loop loop = this.loop;
		if (mayWaitHere()) {
			end(this.shutdownGrace, RunnerState.STOPPED, loop);
		}
		else {
			elsewhere(() -> end(this.shutdownGrace, RunnerState.STOPPED, loop));
		}
	}

	/**
	 * Ends the runner for good.
	 * @param nanos the time for calls in flight
	 * @return what was handed to the loop and never started, if the current thread is one
	 * that may wait for that
	 */
	public List<Runnable> close(long nanos) {
		this.closeRequested = true;
		if (mayWaitHere()) {
			return end(nanos, RunnerState.CLOSED, null);
		}
		closeElsewhere(nanos);
		return List.of();
	}

	/**
	 * Has the runner ended for good without waiting for it.
	 */
	void closeElsewhere(long nanos) {
		this.closeRequested = true;
		elsewhere(() -> end(nanos, RunnerState.CLOSED, null));
	}

	public long shutdownGrace() {
		return this.shutdownGrace;
	}

	/**
	 * Returns whether the current thread may wait for the loop to end: it is no loop's,
	 * and does not do just that already, called back by what it ends.
	 */
	private boolean mayWaitHere() {
		return Loop.currentRunner() == null && !this.lock.isHeldByCurrentThread();
	}

	private void elsewhere(Runnable end) {
		this.calls.refuseNew();
		Thread thread = new Thread(null, end, this.loop.thread().getName() + "-closer", 0, false);
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * Ends the loop, unless somebody has.
	 * @param only the loop to end, {@code null} for whichever there is
	 * @return what was handed to the loop and never started
	 */
	private List<Runnable> end(long nanos, RunnerState target, @Nullable Loop only) {
		Grace own = Grace.of(nanos);
		// Volatile, like the grace read next, which is written before these are read:
		// whoever has just got the lock sees this one, or is seen here.
		this.waiting.add(own);
		Grace other = this.grace;
		if (other != null) {
			other.shorten(nanos);
		}
		this.lock.lock();
		this.waiting.remove(own);
		try {
			return (only == null || only == this.loop) ? endLoop(nanos, target) : List.of();
		}
		finally {
			this.lock.unlock();
		}
	}

	private List<Runnable> endLoop(long nanos, RunnerState target) {
		RunnerState state = this.calls.state();
		if (state == RunnerState.CLOSED || state == target) {
			return List.of();
		}
		Grace grace = Grace.of(nanos);
		this.grace = grace;
		this.waiting.forEach((other) -> grace.shorten(other.left()));
		this.calls.refuseNew();
		if (!this.calls.drain(grace)) {
			this.calls.closeAll(this.loop, null);
		}
		if (target == RunnerState.CLOSED) {
			cleanUp(grace.atLeast(LEAST_GRACE));
		}
		List<Runnable> unstarted = stopLoop(grace);
		this.calls.state(target);
		this.grace = null;
		if (target == RunnerState.CLOSED) {
			this.closed.countDown();
		}
		return unstarted;
	}

	private Loop startLoop(RunnerState state) {
		RunnerState before = this.calls.state();
		Loop last = this.loop;
		this.calls.state(state);
		try {
			Loop loop = Loop.start(this.calls.runner(), this.threadFactory, this.adaptive, this.slowThreshold,
					isCollected(this), this.calls::die);
			this.calls.live(last);
			return loop;
		}
		catch (Throwable ex) {
			this.calls.state(before);
			throw ex;
		}
	}

	/**
	 * Lets the loop's thread see whether its runner, or anybody who has its
	 * {@code EventLoop}, still exists without keeping them.
	 */
	private static BooleanSupplier isCollected(Lifecycle lifecycle) {
		WeakReference<Lifecycle> reference = new WeakReference<>(lifecycle);
		return () -> reference.get() == null;
	}

	/**
	 * Lets the loop run what was handed to it before, and ends it.
	 */
	private List<Runnable> stopLoop(Grace grace) {
		if (grace.left() > 0) {
			Loop loop = this.loop;
			grace.await(loop.drained(), loop::isClosed);
		}
		List<Runnable> unstarted = this.loop.close();
		int tasks = 0;
		for (Runnable runnable : unstarted) {
			// That timers do not become due is what whoever ends a runner expects.
			tasks += (runnable instanceof ScheduledFuture<?>) ? 0 : 1;
		}
		if (tasks > 0) {
			Log.warn("Runner \"" + this.calls.runner() + "\" was shut down before its loop could start " + tasks
					+ " tasks");
		}
		grace.atLeast(LEAST_GRACE).await(this.loop.thread());
		return unstarted;
	}

	private void cleanUp(Grace grace) {
		this.cleaningUp = true;
		for (AsyncCallable<?> cleanup = nextCleanup(); cleanup != null; cleanup = nextCleanup()) {
			try {
				// Again if the loop dies before it comes to it.
				if (!isCleanedUp(cleanup, grace)) {
					isCleanedUp(cleanup, grace);
				}
			}
			catch (Throwable ex) {
				Log.warn("A clean-up of runner \"" + this.calls.runner() + "\" could not be run", ex);
			}
		}
		this.cleaningUp = false;
	}

	private @Nullable AsyncCallable<?> nextCleanup() {
		synchronized (this.cleanups) {
			AsyncCallable<?> cleanup = this.cleanups.pollFirst();
			this.cleanedUp = cleanup == null;
			return cleanup;
		}
	}

	/**
	 * Runs a clean-up and waits for its end.
	 * @return {@code false} if the loop has ended without starting it
	 */
	private boolean isCleanedUp(AsyncCallable<?> cleanup, Grace grace) {
		if (this.loop.isClosed()) {
			this.loop = startLoop(RunnerState.STOPPING);
		}
		Loop loop = this.loop;
		CountDownLatch started = new CountDownLatch(1);
		CountDownLatch done = new CountDownLatch(1);
		loop.execute(() -> {
			started.countDown();
			try {
				Stages.listen(cleanup.call(), (value, ex) -> {
					done.countDown();
					if (ex != null) {
						Log.warn("A clean-up of runner \"" + this.calls.runner() + "\" failed", ex);
					}
				});
			}
			catch (Throwable ex) {
				done.countDown();
				Log.warn("A clean-up of runner \"" + this.calls.runner() + "\" failed", ex);
			}
		});
		BooleanSupplier lost = () -> loop.isClosed() && started.getCount() > 0;
		if (grace.await(done, lost)) {
			return true;
		}
		// Each is started, even if the one before has taken all of the grace: a loop that
		// is held has little time to be let go, one that waits for a processor more.
		Grace least = grace.atLeast(LEAST_GRACE);
		BooleanSupplier inVain = () -> lost.getAsBoolean()
				|| (least.left() <= 0 && loop.watch().heldFor() >= Loop.HELD);
		if (!grace.atLeast(STARTING_GRACE).await(started, inVain) && loop.isClosed()) {
			return false;
		}
		Log.warn("A clean-up of runner \"" + this.calls.runner() + "\" did not end within the grace of the close");
		return true;
	}

}
