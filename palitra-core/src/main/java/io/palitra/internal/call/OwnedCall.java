package io.palitra.internal.call;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.RunOptions;
import io.palitra.RunPhase;
import io.palitra.ScopedAsyncCallable;
import io.palitra.internal.call.State.Open;
import io.palitra.internal.loop.Headroom;
import io.palitra.internal.loop.Log;
import io.palitra.internal.loop.Loop;
import io.palitra.internal.loop.Nanos;
import io.palitra.internal.loop.Spin;
import io.palitra.spi.RunResult;

/**
 * A call whose thread waits for it: its owner. That is the thread that creates it.
 * <p>
 * The owner parks like this: it writes {@link #parked}, then looks once more whether
 * there is something to do. Whoever has something for it does that, then reads
 * {@link #parked}. Both are volatile, so the owner sees it or is woken.
 */
public non-sealed class OwnedCall<T extends @Nullable Object> extends Call<T>
		implements ForkJoinPool.ManagedBlocker, Spin.Condition {

	/**
	 * The threads that run something for the call that they wait for, with that call.
	 * Only of runners that have permits.
	 */
	private static final Map<Thread, OwnedCall<?>> INSIDE = new ConcurrentHashMap<>();

	/**
	 * What the owner ran something for when it began that for this call. The owner's own.
	 */
	private @Nullable OwnedCall<?> around;

	/**
	 * Let go when the owner leaves.
	 */
	private volatile @Nullable Thread owner = Thread.currentThread();

	/**
	 * Whether the owner is parked or about to be, or does what it was woken for.
	 */
	private volatile boolean parked;

	/**
	 * Whether the owner has given the task to the executor that it is to start on. The
	 * owner's own.
	 */
	private boolean handed;

	/**
	 * What belongs to a run that gets one; written before the call is handed over, let go
	 * when the owner leaves or, if children go on, with the last of them.
	 */
	private volatile @Nullable Scope scope;

	OwnedCall(Calls calls, @Nullable AsyncCallable<T> task, Class<?> origin, RunOptions options, Open initial) {
		super(calls, task, origin, options, initial);
	}

	/**
	 * Creates a call of a task.
	 */
	public static <T extends @Nullable Object> OwnedCall<T> of(Calls calls, AsyncCallable<T> task, RunOptions options) {
		return new OwnedCall<>(calls, task, task.getClass(), options, calls.firstState());
	}

	/**
	 * Creates a call of a task that gets a scope.
	 */
	public static <T extends @Nullable Object> OwnedCall<T> scoped(Calls calls, ScopedAsyncCallable<T> task,
			RunOptions options) {
		OwnedCall<T> call = new OwnedCall<>(calls, null, task.getClass(), options, calls.firstState());
		Scope scope = new Scope(call);
		call.scope = scope;
		call.setTask(() -> task.call(scope));
		return call;
	}

	/**
	 * Makes the call and waits for its outcome.
	 * @return the value or a {@link Failed}
	 */
	public final @Nullable Object make() {
		Headroom.require();
		if (Thread.currentThread().isInterrupted()) {
			return Failed.unstarted(RunResult.INTERRUPTED);
		}
		prepare();
		boolean left = false;
		try {
			this.calls.register().enter(this);
			this.calls.submit(this);
			awaitOutcome();
			Object outcome = leaveWithOutcome();
			left = true;
			return outcome;
		}
		finally {
			if (!left) {
				// An Error has struck the owner: this call fails of it, and no other.
				// Nothing is called here, as there may be no room on the stack for it.
				this.torn = true;
				this.calls.torn = true;
			}
		}
	}

	/**
	 * The call is about to be entered.
	 */
	void prepare() {
	}

	private @Nullable Object leaveWithOutcome() {
		endScope();
		Object outcome = outcome();
		if (outcome instanceof Failed) {
			// The last chance to learn it, for the exception and for work that goes on.
			getTaskName();
		}
		tellEnd(outcome);
		this.owner = null;
		leaveRegister();
		return outcome;
	}

	private void endScope() {
		Scope scope = this.scope;
		if (scope != null) {
			scope.end(outcome() instanceof Failed failed && !failed.ofTask());
			letGo(scope);
		}
	}

	/**
	 * Lets the scope go, if neither work nor children need it any more; after its end.
	 */
	final void letGo(Scope scope) {
		if (!isAbandoned() && !scope.hasChildren()) {
			this.scope = null;
		}
	}

	@Override
	final void leaveInPlaceOfTheOwner() {
		if (this.parked) {
			this.parked = false;
			events().waiting.decrement();
		}
		Scope scope = this.scope;
		if (scope != null) {
			scope.hops().refuse();
			scope.cancelAgain();
			scope.discardGathered();
		}
		Object outcome = outcome();
		if (ownsStage() && !(outcome instanceof Failed)) {
			events().discard(outcome);
		}
		this.owner = null;
		leaveRegister();
		// After that: what a listener calls may wait for the calls that are here.
		tellEnd(outcome);
	}

	private void awaitOutcome() {
		if (isOpen() && !loop().inLoop()) {
			handToExecutor();
			// Not for an outcome that a task called in place has brought: to look writes
			// where all owners do, and many would wait for each other's caches.
			if (isOpen() && (this.handed || startOn() == null)) {
				Scope scope = this.scope;
				loop().spin().spinForResult((scope != null) ? scope : this);
			}
		}
		if (!isOpen()) {
			return;
		}
		boolean interrupted = false;
		long reports = 0;
		events().waiting.increment();
		this.parked = true;
		try {
			while (isOpen()) {
				long age = age(System.nanoTime());
				if (timeLeft() <= 0) {
					giveUpAndCancel(RunResult.TIMEOUT, null, null);
				}
				else if (Thread.interrupted()) {
					interrupted = true;
					giveUpAndCancel(RunResult.INTERRUPTED, null, null);
				}
				else if (isHopWaiting()) {
					hop();
				}
				else if (isToBeHanded()) {
					handToExecutor();
				}
				else if (age / reportInterval() > reports) {
					reports = age / reportInterval();
					Log.warn(Texts.hang(this, Thread.currentThread(), age));
				}
				else {
					waitForNews();
				}
			}
		}
		finally {
			events().waiting.decrement();
			this.parked = false;
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * Waits until there is something to do for the owner. Lets a ForkJoinPool compensate
	 * if the owner is one of its workers, drives the loop if it is the loop's own thread,
	 * and just parks otherwise (rules C6 and C16).
	 */
	private void waitForNews() {
		Loop loop = loop();
		if (loop.inLoop()) {
			if (loop.watch().current() instanceof Call<?> outer && outer.isOpen()) {
				// Its task is not just being called any more, it waits.
				outer.running();
			}
			loop.pump(this::isReleasable, waitLeft());
			if (loop.isClosed()) {
				giveUpAndCancel(RunResult.CLOSED, null, null);
			}
			return;
		}
		try {
			ForkJoinPool.managedBlock(this);
		}
		catch (RejectedExecutionException ex) {
			// The pool is at its limit of threads; the call has been made all the same.
			block();
		}
		catch (InterruptedException ex) {
			// Not from block(); the owner takes it from the flag, as any other.
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Tells the spinning owner that there is an outcome. Reads the state only, and so as
	 * little as possible of what the loop writes meanwhile.
	 */
	@Override
	public final boolean holds() {
		return !isOpen();
	}

	@Override
	public final boolean isReleasable() {
		return !isOpen() || isHopWaiting() || isToBeHanded();
	}

	@Override
	public final boolean block() {
		if (isReleasable()) {
			// Looked at again: a pool that compensates for this thread may have parked
			// it, which takes the wake-up.
			return true;
		}
		long left = waitLeft();
		if (left == Nanos.FOREVER) {
			LockSupport.park(this);
		}
		else {
			LockSupport.parkNanos(this, left);
		}
		return true;
	}

	private long reportInterval() {
		return options().isLongRunning() ? Nanos.FOREVER : this.calls.settings().hangThreshold();
	}

	/**
	 * Returns the time until the owner has something to do even without news: to give up,
	 * or to tell that it still waits (rule C18).
	 */
	private long waitLeft() {
		long interval = reportInterval();
		long untilReport = (interval != Nanos.FOREVER) ? interval - age(System.nanoTime()) % interval : Nanos.FOREVER;
		return Math.min(timeLeft(), untilReport);
	}

	private boolean isHopWaiting() {
		Scope scope = this.scope;
		return scope != null && scope.hops().isWaiting();
	}

	private void hop() {
		Scope scope = this.scope;
		if (scope != null) {
			scope.hops().runNext();
			if (open() instanceof State.Running running) {
				// The command may have completed the stage, and overflowed when that told
				// so.
				hearAgain(running);
			}
			if (timeLeft() <= 0) {
				giveUpAndCancel(RunResult.TIMEOUT, null, RunPhase.CALLER_HOP);
			}
		}
	}

	private boolean isToBeHanded() {
		return isQueued() && !this.handed && startOn() != null;
	}

	/**
	 * Gives the task to the executor that it is to start on: the owner does, for an
	 * executor may run it in place.
	 */
	private void handToExecutor() {
		Executor executor = startOn();
		if (executor != null && isQueued() && !this.handed) {
			this.handed = true;
			runInside(() -> startBy(executor));
		}
	}

	/**
	 * Runs on the owner's thread what the work has for it. A call of the same runner that
	 * it makes there needs no permit of its own.
	 */
	final void runInside(Runnable command) {
		if (!this.calls.settings().isBounded()) {
			command.run();
			return;
		}
		Thread thread = Thread.currentThread();
		OwnedCall<?> outer = INSIDE.put(thread, this);
		this.around = (outer != this) ? outer : this.around;
		try {
			command.run();
		}
		finally {
			if (outer == null) {
				INSIDE.remove(thread);
			}
			else if (outer != this) {
				INSIDE.put(thread, outer);
				this.around = null;
			}
		}
	}

	/**
	 * Returns whether the current thread runs something for a call of a runner whose work
	 * has not ended, or for one inside such a call.
	 */
	static boolean isInside(Calls calls) {
		OwnedCall<?> call = INSIDE.isEmpty() ? null : INSIDE.get(Thread.currentThread());
		while (call != null && (call.calls != calls || !call.works())) {
			call = call.around;
		}
		return call != null;
	}

	/**
	 * Returns whether its work, or a child's, goes on, which has its permit as long.
	 */
	private boolean works() {
		Scope scope = this.scope;
		return isOpen() || isAbandoned() || (scope != null && scope.hasChildren());
	}

	/**
	 * Leaves that to the owner.
	 */
	@Override
	final boolean handTo(Executor executor) {
		wakeOwner();
		return true;
	}

	@Override
	final void ended() {
		wakeOwner();
	}

	private void wakeOwner() {
		if (this.parked) {
			Thread owner = this.owner;
			if (owner != null && owner != Thread.currentThread()) {
				LockSupport.unpark(owner);
			}
		}
	}

	@Override
	final void setContext(Context context) {
		super.setContext(context);
		Scope scope = this.scope;
		if (scope != null) {
			scope.setContext(context);
		}
	}

	@Override
	final void cancelled() {
		Scope scope = this.scope;
		if (scope != null) {
			scope.cancel();
		}
	}

	/**
	 * The children of a run that was given up are part of its work.
	 */
	@Override
	final boolean waitsForOthers(Runnable then) {
		Scope scope = this.scope;
		return scope != null && scope.waitsForChildren(then);
	}

	@Override
	final long hopTime() {
		Scope scope = this.scope;
		return (scope != null) ? scope.hops().time() : 0;
	}

	@Override
	final @Nullable RunPhase phase() {
		Scope scope = this.scope;
		return (isOpen() && scope != null && scope.hops().isRunning()) ? RunPhase.CALLER_HOP : super.phase();
	}

	/**
	 * Not told if the owner is a loop's thread that has gone on to other calls, or was
	 * seen after it had left.
	 */
	@Override
	final @Nullable String place() {
		Thread owner = this.owner;
		Scope scope = this.scope;
		boolean hopping = scope != null && scope.hops().isRunning();
		if (owner == null || (owner == loop().thread() && loop().nesting() > 1)) {
			return null;
		}
		if (owner == Thread.currentThread() && !hopping) {
			return CallPlace.ofCurrentThread();
		}
		String place = CallPlace.of(owner, hopping);
		return (this.owner == owner) ? place : null;
	}

	@Override
	final @Nullable Thread owner() {
		return this.owner;
	}

	@Override
	final boolean isOwn(Thread thread) {
		return thread == this.owner;
	}

	@Override
	final boolean isHandledBy(Predicate<@Nullable Thread> some) {
		Scope scope = this.scope;
		return super.isHandledBy(some) || (scope != null && scope.isCalledBy(some));
	}

}
