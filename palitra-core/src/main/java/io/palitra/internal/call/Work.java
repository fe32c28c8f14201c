package io.palitra.internal.call;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.RunPhase;
import io.palitra.internal.call.State.Abandoned;
import io.palitra.internal.call.State.Open;
import io.palitra.internal.call.State.Running;
import io.palitra.internal.call.State.Starting;
import io.palitra.internal.loop.Clock;
import io.palitra.internal.loop.Loop;
import io.palitra.internal.loop.Stages;
import io.palitra.spi.LateResultSource;
import io.palitra.spi.RunResult;

/**
 * A task on its way to its outcome: called once or never, its stage followed, cancelled
 * once, discarded if it comes late. All that a runner does is this; what differs is who
 * waits.
 *
 * <pre>
 *  WAITING ─ admit ─▶ QUEUED ─ start ─▶ STARTING ─ stage ─▶ Running ─ stage ends ─▶ ENDING ─▶ value, Failed
 *     │                 │                  │                   │                     │
 *     └──── give up ────┴──▶ Failed        └──── give up ──────┴──▶ Abandoned        └ give up ─▶ Failed
 *                                                                      └ work ends ─▶ Failed
 * </pre>
 *
 * STARTING goes to ENDING or to the outcome without a stage that runs if the task fails,
 * or its stage is done. One word says where the work is, and every arrow that can race is
 * a compare-and-set of it, so that whatever races has one winner: the stage, the owner
 * whose time is up or who is interrupted, the canceller, the closer (rules C2 and C5).
 * Whoever wins sees in the word that he replaces what there is to drop, interrupt or
 * cancel, so that happens once too.
 * <p>
 * The compare-and-set that starts a task acquires what its caller did before, through the
 * queue; the one that ends it releases what the work did (rule C20). Fields of subclasses
 * are written before the state that says that they are there, and read after it.
 */
abstract class Work<T extends @Nullable Object> extends StageListener<T> implements Runnable {

	private static final VarHandle STATE;

	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(Work.class, "state", Object.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/**
	 * A {@link State}, or the outcome: the value or a {@link Failed}.
	 */
	@SuppressWarnings("NullAway.Init") // set through its handle
	private volatile Object state;

	/**
	 * Given away with the work, taken by its start; {@code null} for one that only waits.
	 * Stands beside the state, so that the start writes to one line of the cache.
	 */
	private @Nullable AsyncCallable<? extends T> task;

	Work(@Nullable AsyncCallable<? extends T> task, Open initial) {
		this.task = task;
		// Without a fence: published with the work.
		STATE.set(this, initial);
	}

	final void setTask(AsyncCallable<T> task) {
		this.task = task;
	}

	abstract String getTaskName();

	/**
	 * Returns the context that the task is to be called in, to its start.
	 */
	abstract Context context();

	/**
	 * Returns whether a thread is known to be inside the work whatever it does: it makes
	 * the call, or waits for it.
	 */
	abstract boolean isOwn(Thread thread);

	/**
	 * The task is about to be called.
	 */
	void starting() {
	}

	/**
	 * The work counts as running from now on, if it did not: its task has returned a
	 * stage that is not done, holds up more than the loop, or waits for other calls.
	 */
	void running() {
	}

	/**
	 * The task was called, and its work has ended. Before the outcome, so that whoever
	 * has that finds the work ended.
	 * @param waited whether the works that belong to this one have been waited for
	 */
	abstract void workEnded(boolean waited);

	/**
	 * Returns whether the end of the work has to be told before its outcome is there: it
	 * is counted, has a permit, or a place in a scope.
	 */
	abstract boolean isFollowed();

	/**
	 * The executor that was to call the task does not.
	 */
	abstract void refused(Throwable failure);

	/**
	 * The work was given up before its task was called.
	 * @param admitted whether it had its permit
	 */
	abstract void dropped(boolean admitted);

	/**
	 * The work is cancelled while it runs: tells what depends on it.
	 */
	void cancelled() {
	}

	/**
	 * The outcome is there.
	 */
	abstract void ended();

	/**
	 * Returns what is told of values and failures that nobody waits for.
	 */
	abstract Events events();

	/**
	 * The work has ended after it was given up and {@linkplain #leave() left}.
	 */
	void endedLate() {
	}

	/**
	 * Returns how many nanoseconds the owner has spent on what the work had for it.
	 */
	long hopTime() {
		return 0;
	}

	/**
	 * Returns whether other works belong to this one that still run; then has something
	 * done when they have ended.
	 */
	boolean waitsForOthers(Runnable then) {
		return false;
	}

	/**
	 * Returns whether the stage was started by this work's task, and is its to cancel.
	 */
	@Override
	boolean ownsStage() {
		return true;
	}

	final boolean isOpen() {
		return this.state instanceof Open;
	}

	final @Nullable Open open() {
		return (this.state instanceof Open open) ? open : null;
	}

	final boolean isQueued() {
		return this.state == State.QUEUED;
	}

	/**
	 * Returns whether one of some threads calls the task, and is neither a loop nor the
	 * work's own.
	 */
	final boolean isCalledBy(Predicate<@Nullable Thread> some) {
		return this.state instanceof Starting starting && some.test(starting.thread());
	}

	/**
	 * Returns whether there is an outcome and the work still runs.
	 */
	@Override
	final boolean isAbandoned() {
		return this.state instanceof Abandoned;
	}

	/**
	 * Gives the work its permit.
	 * @return {@code false} if it was given up
	 */
	final boolean admit() {
		return STATE.compareAndSet(this, State.WAITING, State.QUEUED);
	}

	/**
	 * Starts the work on the loop.
	 */
	@Override
	public void perform() {
		start(State.STARTING);
	}

	/**
	 * Has an executor start the work: where the caller is, if the executor runs in place
	 * what it is given, on the loop or the owner's thread if it is that, and otherwise on
	 * a thread that is there for nothing else. One that does not take it refuses the
	 * work.
	 */
	final void startBy(Executor executor) {
		Thread caller = Thread.currentThread();
		try {
			executor.execute(() -> {
				Thread thread = Thread.currentThread();
				if (isOwn(thread) || Loop.currentRunner() != null) {
					start(State.STARTING);
				}
				else {
					// Whoever waits in a hop is there for another call.
					start(new Starting(thread != caller && !(executor instanceof Hops)));
				}
			});
		}
		catch (Throwable ex) {
			refused(ex);
		}
	}

	/**
	 * Calls the task on the current thread, unless the work was given up before.
	 */
	private void start(Open starting) {
		if (STATE.compareAndSet(this, State.QUEUED, starting)) {
			try {
				Context context = context();
				starting();
				context.run(this);
			}
			catch (Throwable ex) {
				// Whatever it was: the work must not stay where nobody ends it.
				end(null, ex);
			}
			finally {
				if (starting instanceof Starting alone) {
					// If the task was not called.
					alone.leaveThread();
				}
			}
		}
	}

	/**
	 * Ends a work whose task was being called in place when an {@code Error} tore the
	 * caller out of that; for others.
	 */
	final void endTornStart() {
		if (this.state == State.STARTING) {
			end(null, new StackOverflowError(this + " was torn at its start"));
		}
	}

	/**
	 * Calls the task, in its context.
	 */
	@Override
	public final void run() {
		CompletionStage<? extends T> stage;
		try {
			stage = call();
			if (stage == null) {
				throw new NullPointerException(Texts.returnedNull(getTaskName()));
			}
		}
		catch (Throwable ex) {
			end(null, ex);
			return;
		}
		follow(stage);
	}

	private @Nullable CompletionStage<? extends T> call() throws Exception {
		AsyncCallable<? extends T> task = Objects.requireNonNull(this.task);
		this.task = null;
		if (!(this.state instanceof Starting alone)) {
			return task.call();
		}
		try {
			return task.call();
		}
		finally {
			// An interrupt is for the task, and not for what becomes of its outcome.
			alone.leaveThread();
		}
	}

	/**
	 * Ends like a stage.
	 */
	final void follow(CompletionStage<? extends T> stage) {
		try {
			if (Stages.hasValue(stage)) {
				end(stage.toCompletableFuture().join(), null);
				return;
			}
			running();
			if (stage instanceof LateResultSource source) {
				source.onLateResult(events()::discard);
			}
			// From here on, whoever gives up finds the stage. If somebody has, it is
			// cancelled here.
			boolean wanted = runs(new Running(stage));
			listen(stage);
			if (!wanted) {
				cancel(stage);
			}
		}
		catch (Throwable ex) {
			end(null, ex);
		}
	}

	private boolean runs(Running running) {
		Object seen = this.state;
		return seen instanceof Open && STATE.compareAndSet(this, seen, running);
	}

	/**
	 * Ends the work with what it has brought. A stage that says so twice is heard once.
	 * @return whether the work has its outcome from that
	 */
	@Override
	final boolean end(@Nullable T value, @Nullable Throwable failure) {
		if (!isFollowed() && this.state == State.STARTING
				&& STATE.compareAndSet(this, State.STARTING, outcome(value, failure))) {
			// Its task was called just now, and nobody has to be told of the end before.
			ended();
			return true;
		}
		boolean waited = isAbandoned();
		if (waited && waitsForOthers(new End<>(this, value, failure))) {
			return false;
		}
		// Made first: if there is no memory for it, others can still end the work.
		Object outcome = outcome(value, failure);
		Object seen;
		Object next;
		do {
			seen = this.state;
			if (seen instanceof Abandoned abandoned) {
				if (!waited) {
					// Given up since: what belongs to it is to be waited for.
					return end(value, failure);
				}
				next = abandoned.outcome();
			}
			else if (seen instanceof Open open && open.isWorking()) {
				next = State.ENDING;
			}
			else {
				return false;
			}
		}
		while (!STATE.compareAndSet(this, seen, next));
		workEnded(waited);
		if (next == State.ENDING && STATE.compareAndSet(this, State.ENDING, outcome)) {
			ended();
			return true;
		}
		if (!ownsStage()) {
			// Given up just now: what the stage has brought is still others'.
			return false;
		}
		if (failure == null) {
			events().discard(value);
		}
		else {
			events().discardFailure(this, Stages.peel(failure));
		}
		if (seen instanceof Abandoned abandoned && abandoned.isLeft()) {
			endedLate();
		}
		return false;
	}

	static Object outcome(@Nullable Object value, @Nullable Throwable failure) {
		if (failure == null) {
			return State.masked(value);
		}
		Throwable peeled = Stages.peel(failure);
		return new Failed((peeled instanceof CancellationException) ? RunResult.CANCELLED : RunResult.ERROR, peeled,
				RunPhase.RUNNING, 0);
	}

	/**
	 * Gives the work an outcome that its stage has not brought, and calls no code of
	 * others', so that whoever ends many works can wake all owners first.
	 * @param cause what the runner ended of, if it did
	 * @param in where the work is, if not where its state says
	 * @return what to {@linkplain #cancelWork cancel}, {@code null} if there is an
	 * outcome already
	 */
	final @Nullable Open giveUp(RunResult result, @Nullable Throwable cause, @Nullable RunPhase in) {
		long hopTime = hopTime();
		for (Object seen = this.state; seen instanceof Open open; seen = this.state) {
			Failed failed = new Failed(result, cause, (in != null) ? in : open.phase(), hopTime);
			boolean works = open.isWorking() && ownsStage();
			if (STATE.compareAndSet(this, open, works ? new Abandoned(failed, open) : failed)) {
				if (open instanceof Starting starting && starting.isInterruptible()) {
					// At once: no dependent of a future may come between.
					Clock.interrupt(starting);
				}
				return open;
			}
		}
		return null;
	}

	/**
	 * Drops or cancels what was given up.
	 * @param was where the work was
	 */
	final void cancelWork(Open was) {
		if (!was.isStarted()) {
			this.task = null;
			dropped(was == State.QUEUED);
			return;
		}
		if (!ownsStage()) {
			// A stage that has completed just now tells that itself.
			if (was.isWorking()) {
				workEnded(true);
			}
		}
		else if (was instanceof Running running) {
			cancel(running.stage());
			hearAgain(running);
		}
		// A task that is being called is cancelled by its start, once it has a stage.
		cancelled();
	}

	/**
	 * Ends the work with an outcome that its stage has not brought: drops a task that was
	 * not called, cancels one that was.
	 * @return {@code false} if the work has ended
	 */
	final boolean giveUpAndCancel(RunResult result, @Nullable Throwable cause, @Nullable RunPhase in) {
		Open was = giveUp(result, cause, in);
		if (was != null) {
			cancelWork(was);
			ended();
		}
		return was != null;
	}

	/**
	 * Called instead of its start, or while the loop hangs in that.
	 */
	@Override
	public final @Nullable Runnable abandon() {
		giveUpAndCancel(RunResult.CLOSED, null, null);
		return null;
	}

	private void cancel(CompletionStage<?> stage) {
		try {
			Stages.cancel(stage, () -> Texts.givenUp(getTaskName()));
		}
		catch (VirtualMachineError ex) {
			// An overflow, also one inside the JVM, which makes an InternalError of it.
			moveOn(new Cancel(this, stage));
		}
	}

	/**
	 * Cancels what was given up once more: whoever did that may not have come to its end.
	 */
	final void cancelAgain() {
		if (this.state instanceof Abandoned abandoned && abandoned.was() != null) {
			cancelWork(abandoned.was());
		}
	}

	/**
	 * Returns whether nobody needs the outcome any more.
	 */
	final boolean isLeft() {
		Object seen = this.state;
		return seen == State.TAKEN || (seen instanceof Abandoned abandoned && abandoned.isLeft());
	}

	/**
	 * Returns the outcome that is there: the value or a {@link Failed}.
	 */
	final @Nullable Object outcome() {
		Object seen = this.state;
		return (seen instanceof Abandoned abandoned) ? abandoned.outcome() : State.unmasked(seen);
	}

	/**
	 * Nobody needs the outcome any more: leaves nothing of it here, whoever still holds
	 * the work (rule C17), but why it was given up if it goes on.
	 * @return {@code false} if the work goes on; {@link #endedLate} is called then
	 */
	final boolean leave() {
		if (this.state instanceof Abandoned abandoned
				&& STATE.compareAndSet(this, abandoned, new Abandoned(abandoned.outcome(), null))) {
			return false;
		}
		// Nobody waits for what is written here.
		STATE.setRelease(this, State.TAKEN);
		return true;
	}

	/**
	 * Cancels the stage of a work. No lambda, as in {@link StageListener.End}.
	 */
	record Cancel(Work<?> work, CompletionStage<?> stage) implements Runnable {

		@Override
		public void run() {
			this.work.cancel(this.stage);
		}

	}

}
