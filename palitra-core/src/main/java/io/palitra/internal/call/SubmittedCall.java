package io.palitra.internal.call;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.RunOptions;
import io.palitra.internal.call.State.Open;
import io.palitra.internal.loop.Clock;
import io.palitra.internal.loop.Headroom;
import io.palitra.internal.loop.LoopFuture;
import io.palitra.internal.loop.Nanos;
import io.palitra.spi.RunResult;

/**
 * A call that nobody waits for: a future gets its outcome.
 */
public final class SubmittedCall<T extends @Nullable Object> extends Call<T> {

	/**
	 * Let go when it has the outcome. Written before the call is handed over.
	 */
	private volatile @Nullable CallFuture<T> future;

	/**
	 * The thread that makes the call, until it has.
	 */
	private volatile @Nullable Thread maker = Thread.currentThread();

	/**
	 * The thread that ends the call, while it does.
	 */
	private volatile @Nullable Thread ender;

	/**
	 * Ends the call when its time is up; a loop could not while it is held. {@code null}
	 * without a limit, and once the call has ended. Guarded by this.
	 */
	private @Nullable Future<?> deadline;

	private SubmittedCall(Calls calls, AsyncCallable<T> task, RunOptions options, Executor loop) {
		super(calls, task, task.getClass(), options, calls.firstState());
		this.future = new CallFuture<>(this, loop);
	}

	/**
	 * Makes a call.
	 * @param loop runs the future's dependents that are to run on the loop
	 * @return a future for its outcome, whose cancellation cancels the work
	 * @throws io.palitra.RunnerClosedException if the runner does not take calls
	 * @throws io.palitra.RunnerOverloadedException if the runner is full
	 */
	public static <T extends @Nullable Object> CompletableFuture<T> submit(Calls calls, AsyncCallable<T> task,
			RunOptions options, Executor loop) {
		Headroom.require();
		SubmittedCall<T> call = new SubmittedCall<>(calls, task, options, loop);
		CompletableFuture<T> future = Objects.requireNonNull(call.future);
		boolean made = false;
		try {
			calls.register().enter(call);
			RunResult refused = calls.submit(call);
			if (refused != null) {
				made = true;
				throw (RejectedExecutionException) call.toException(Failed.unstarted(refused), "");
			}
			call.setDeadline();
			made = true;
			return future;
		}
		finally {
			call.maker = null;
			if (!made) {
				// As in OwnedCall.make()
				call.torn = true;
				calls.torn = true;
			}
		}
	}

	private void cancel() {
		Open was = giveUp(RunResult.CANCELLED, null, null);
		if (was != null) {
			this.ender = Thread.currentThread();
			try {
				cancelWork(was);
			}
			finally {
				ended();
			}
		}
	}

	private void setDeadline() {
		// From the call on: a task that was called in place has taken its time of that.
		long left = timeLeft();
		if (left == Nanos.FOREVER || !isOpen()) {
			return;
		}
		synchronized (this) {
			// Under the lock that ended() takes: it sees the deadline, or none is set.
			if (isOpen()) {
				this.deadline = Clock.after(left, this::expire);
			}
		}
	}

	/**
	 * The time is up: the outcome is settled here, on the clock's thread, and others'
	 * code is called elsewhere.
	 */
	private void expire() {
		Open was = giveUp(RunResult.TIMEOUT, null, null);
		if (was != null) {
			// Apart: neither those who wait for the future nor the work wait for each
			// other.
			Clock.elsewhere(this::ended);
			Clock.elsewhere(() -> cancelWork(was));
		}
	}

	/**
	 * Apart, as BlockHound is told that this may take the lock of the clock.
	 */
	private void dropDeadline() {
		synchronized (this) {
			if (this.deadline != null) {
				this.deadline.cancel(false);
				this.deadline = null;
			}
		}
	}

	@Override
	void ended() {
		dropDeadline();
		CallFuture<T> future = this.future;
		if (future == null) {
			return;
		}
		this.future = null;
		Object outcome = outcome();
		this.ender = Thread.currentThread();
		tellEnd(outcome);
		this.ender = null;
		leaveRegister();
		future.end(this, outcome);
	}

	/**
	 * Through the loop where the call may have waited for its permit: then the thread
	 * that hands it over is not the one that has submitted it.
	 */
	@Override
	boolean handTo(Executor executor) {
		if (this.calls.settings().isBounded()) {
			return loop().enqueue(this);
		}
		startBy(executor);
		return true;
	}

	@Override
	public void perform() {
		Executor executor = startOn();
		if (executor != null) {
			startBy(executor);
		}
		else {
			super.perform();
		}
	}

	@Override
	@Nullable Thread owner() {
		return null;
	}

	@Override
	boolean isOwn(Thread thread) {
		return thread == this.maker;
	}

	@Override
	boolean isHandledBy(Predicate<@Nullable Thread> some) {
		return some.test(this.maker) || some.test(this.ender) || super.isHandledBy(some);
	}

	/**
	 * The future of a call. Whoever completes it otherwise than the call does, cancels
	 * the call; one who has no room on the stack for that has not completed it.
	 */
	private static final class CallFuture<T extends @Nullable Object> extends LoopFuture<T> {

		/**
		 * Let go with the outcome. A thread that still sees it then ends a call that has
		 * ended.
		 */
		private @Nullable SubmittedCall<T> call;

		CallFuture(SubmittedCall<T> call, Executor loop) {
			super(loop);
			this.call = call;
		}

		@SuppressWarnings("unchecked")
		void end(SubmittedCall<T> call, @Nullable Object outcome) {
			this.call = null;
			if (outcome instanceof Failed failed) {
				super.completeExceptionally(call.toException(failed, ""));
			}
			else if (!super.complete((T) outcome)) {
				call.events().discard(outcome);
			}
		}

		@Override
		public boolean complete(T value) {
			Headroom.requireForRareCode();
			return cancelCall(super.complete(value));
		}

		@Override
		public boolean completeExceptionally(Throwable ex) {
			Headroom.requireForRareCode();
			return cancelCall(super.completeExceptionally(ex));
		}

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			Headroom.requireForRareCode();
			return cancelCall(super.cancel(mayInterruptIfRunning));
		}

		@Override
		public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
			whenComplete((value, ex) -> cancelCall(true));
			return super.completeAsync(supplier, executor);
		}

		private boolean cancelCall(boolean completed) {
			SubmittedCall<T> call = this.call;
			if (completed && call != null) {
				call.cancel();
			}
			return completed;
		}

	}

}
