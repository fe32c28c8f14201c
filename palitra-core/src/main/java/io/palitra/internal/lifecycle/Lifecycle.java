package io.palitra.internal.lifecycle;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.RunnerState;
import io.palitra.internal.call.Calls;
import io.palitra.internal.call.Life;
import io.palitra.internal.loop.Log;
import io.palitra.internal.loop.Loop;
import io.palitra.internal.loop.Threads;

/**
 * Starts the loops of one runner, one after the other, ends them, and cleans up after the
 * last one (rule C10). Whoever does that holds the lock as long as it takes; all that
 * others see of it is the {@link Life}.
 */
public final class Lifecycle {

	/**
	 * The least that a clean-up has, and the thread to end, whatever the grace: 100 ms.
	 */
	private static final long LEAST_GRACE = 100_000_000;

	/**
	 * How long a clean-up may take to be started by a loop that is not held: 2 s.
	 */
	private static final long STARTING_GRACE = 2_000_000_000;

	/**
	 * How often whoever waits for the lock looks whether that is in vain: 10 ms.
	 */
	private static final long HOLDER_CHECK = 10_000_000;

	private final Calls calls;

	private final Life life;

	private final ReentrantLock lock = new ReentrantLock();

	/**
	 * The thread that has the lock, for those who wait for it.
	 */
	private volatile @Nullable Thread holder;

	private final Grace grace = new Grace();

	private final CountDownLatch closed = new CountDownLatch(1);

	/**
	 * What to run on the loop when the runner is closed, the last first. Guarded by
	 * itself.
	 */
	private final Deque<AsyncCallable<?>> cleanups = new ArrayDeque<>();

	/**
	 * Whether the clean-ups have run. Guarded by {@link #cleanups}.
	 */
	private boolean cleanedUp;

	/**
	 * Set while clean-ups may need the loop although the runner takes no calls.
	 */
	private volatile boolean cleaningUp;

	private volatile boolean closeRequested;

	/**
	 * Creates the life of a runner and starts its first loop.
	 */
	public Lifecycle(Calls calls) {
		this.calls = calls;
		this.life = calls.life();
		this.life.begin(RunnerState.RUNNING, startLoop());
	}

	public boolean isAlive() {
		return this.life.state() == RunnerState.RUNNING && this.life.loop().thread().isAlive();
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
		return switch (this.life.state()) {
			case RUNNING -> true;
			case STOPPING -> this.cleaningUp || !this.calls.register().isIdle();
			default -> this.cleaningUp;
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
			throw new IllegalStateException("Runner \"" + this.calls.settings().runner()
					+ "\" is being stopped by the current thread, whose stop() has called what calls start(); call it "
					+ "after that");
		}
		if (this.calls.isInCall()) {
			// A stop that waits for this thread's call would wait for this to return.
			this.grace.shorten(0);
		}
		this.lock.lock();
		this.holder = Thread.currentThread();
		try {
			if (this.closeRequested) {
				throw this.calls.closed("A closed runner cannot be started", null);
			}
			if (this.life.state() == RunnerState.STOPPING) {
				endRunner(this.calls.isInCall() ? 0 : shutdownGrace(), RunnerState.STOPPED);
			}
			if (!isAlive()) {
				Loop last = this.life.loop();
				this.life.begin(RunnerState.RUNNING, startLoop());
				this.calls.follow(last);
			}
		}
		finally {
			endTurn();
		}
	}

	/**
	 * Ends the loop; {@link #start()} brings another.
	 */
	public void stop() {
		Loop loop = this.life.loop();
		if (mayWaitHere()) {
			end(shutdownGrace(), RunnerState.STOPPED, loop);
		}
		else {
			elsewhere(() -> end(shutdownGrace(), RunnerState.STOPPED, loop));
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
		return this.calls.settings().shutdownGrace();
	}

	/**
	 * Returns whether the current thread may wait for the runner to end: what it waits
	 * for does not wait for the thread. That would be so on a loop, inside a call of the
	 * runner, and in what the end itself calls.
	 */
	public boolean mayWaitHere() {
		return Loop.currentRunner() == null && !this.lock.isHeldByCurrentThread() && !this.calls.isInCall();
	}

	private void elsewhere(Runnable end) {
		this.life.refuseNew();
		Threads.daemon(this.life.loop().thread().getName() + "-closer", end).start();
	}

	/**
	 * Ends the loop, unless somebody has.
	 * @param only the loop to end, {@code null} for whichever there is
	 * @return what was handed to the loop and never started
	 */
	private List<Runnable> end(long nanos, RunnerState target, @Nullable Loop only) {
		if (isCurrent(only)) {
			// Of whoever is ending the same loop; endRunner(..) says it again, for
			// oneself.
			this.grace.shorten(nanos);
		}
		if (!beginTurn()) {
			Log.warn("Runner \"" + this.calls.settings().runner() + "\" is not closed: the thread that closes it waits "
					+ "for the end of the JVM");
			return List.of();
		}
		try {
			return isCurrent(only) ? endRunner(nanos, target) : List.of();
		}
		finally {
			endTurn();
		}
	}

	private boolean isCurrent(@Nullable Loop only) {
		return only == null || only == this.life.loop();
	}

	/**
	 * Takes the lock. An interrupt ends the grace of whoever has it, as it ends one's
	 * own; the thread's flag is kept.
	 * @return {@code false} if whoever has it never gives it back, as he waits for the
	 * end of the JVM: what the end of a runner calls may ask for that
	 */
	private boolean beginTurn() {
		boolean interrupted = false;
		boolean begun = false;
		while (!begun && !isHolderLost()) {
			try {
				begun = this.lock.tryLock(HOLDER_CHECK, TimeUnit.NANOSECONDS);
			}
			catch (InterruptedException ex) {
				interrupted = true;
				this.grace.shorten(0);
			}
		}
		if (begun) {
			this.holder = Thread.currentThread();
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
		return begun;
	}

	private boolean isHolderLost() {
		Thread holder = this.holder;
		return holder != null && JvmExit.isUnderWay() && JvmExit.isAwaitedBy(holder);
	}

	/**
	 * Gives the lock back. The next one has a grace of his own.
	 */
	private void endTurn() {
		this.grace.reset();
		this.holder = null;
		this.lock.unlock();
	}

	private List<Runnable> endRunner(long nanos, RunnerState target) {
		RunnerState state = this.life.state();
		if (state == RunnerState.CLOSED || state == target) {
			return List.of();
		}
		this.grace.shorten(nanos);
		this.life.refuseNew();
		drain();
		if (target == RunnerState.CLOSED) {
			cleanUp();
		}
		List<Runnable> unstarted = stopLoop();
		this.life.end(target);
		if (target == RunnerState.CLOSED) {
			this.closed.countDown();
		}
		return unstarted;
	}

	/**
	 * Gives the calls in flight their grace, and ends those that are left.
	 */
	private void drain() {
		await(() -> isIdle() || (JvmExit.isUnderWay() && this.calls.register().isIdleBut(JvmExit::isAwaitedBy)), 0);
		if (!isIdle()) {
			this.calls.endAll(this.life.loop(), null);
		}
	}

	/**
	 * Waits within the grace for what the loop's thread does. One that waits for the end
	 * of the JVM, and so perhaps for the hook that ends this runner, serves nobody any
	 * more, which ends the grace.
	 * @param least how many nanoseconds there are in any case
	 */
	private void await(BooleanSupplier done, long least) {
		this.grace.await(() -> done.getAsBoolean() || isLoopLost(), least);
	}

	private boolean isLoopLost() {
		boolean lost = JvmExit.isUnderWay() && JvmExit.isAwaitedBy(this.life.loop().thread());
		if (lost) {
			this.grace.shorten(0);
		}
		return lost;
	}

	private boolean isIdle() {
		this.calls.mend();
		return this.calls.register().isIdle();
	}

	private Loop startLoop() {
		return Loop.start(this.calls.settings(), isCollected(this), this.calls::die);
	}

	/**
	 * Lets the loop's thread see whether its runner, or anybody who has its
	 * {@code EventLoop}, still exists without keeping them.
	 */
	private static BooleanSupplier isCollected(Lifecycle lifecycle) {
		WeakReference<Lifecycle> reference = new WeakReference<>(lifecycle);
		return () -> {
			Lifecycle present = reference.get();
			if (present != null) {
				present.calls.mend();
			}
			return present == null;
		};
	}

	/**
	 * Lets the loop run what was handed to it, and ends it.
	 */
	private List<Runnable> stopLoop() {
		Loop loop = this.life.loop();
		if (this.grace.left() > 0) {
			loop.closeWhenIdle();
			await(loop::isClosed, 0);
		}
		List<Runnable> unstarted = loop.close();
		int tasks = 0;
		for (Runnable runnable : unstarted) {
			// That timers do not become due is what whoever ends a runner expects.
			tasks += (runnable instanceof ScheduledFuture<?>) ? 0 : 1;
		}
		if (tasks > 0) {
			Log.warn("Runner \"" + this.calls.settings().runner() + "\" was shut down before its loop could start "
					+ tasks + " tasks");
		}
		await(() -> !loop.thread().isAlive(), LEAST_GRACE);
		return unstarted;
	}

	private void cleanUp() {
		this.cleaningUp = true;
		for (AsyncCallable<?> cleanup = nextCleanup(); cleanup != null; cleanup = nextCleanup()) {
			try {
				// Again if the loop dies before it comes to it.
				if (!runCleanup(cleanup)) {
					runCleanup(cleanup);
				}
			}
			catch (Throwable ex) {
				Log.warn("A clean-up of runner \"" + this.calls.settings().runner() + "\" could not be run", ex);
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
	private boolean runCleanup(AsyncCallable<?> cleanup) {
		Loop last = this.life.loop();
		if (last.isClosed()) {
			this.life.begin(RunnerState.STOPPING, startLoop());
			this.calls.follow(last);
		}
		Loop loop = this.life.loop();
		Cleanup work = new Cleanup(this.calls.settings().runner(), cleanup);
		loop.execute(work);
		BooleanSupplier lost = () -> loop.isClosed() && !work.isStarted();
		await(() -> work.isDone() || lost.getAsBoolean(), LEAST_GRACE);
		if (work.isDone()) {
			return true;
		}
		// Each is started, even if the one before has taken all of the grace: a loop that
		// is held has little time to be let go, one that waits for a processor more.
		await(() -> work.isStarted() || lost.getAsBoolean() || loop.watch().heldFor() >= Loop.HELD, STARTING_GRACE);
		if (lost.getAsBoolean()) {
			return false;
		}
		Log.warn("A clean-up of runner \"" + this.calls.settings().runner()
				+ "\" did not end within the grace of the close");
		return true;
	}

}
