package io.palitra.internal.call;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.RunInterruptedException;
import io.palitra.RunOptions;
import io.palitra.RunPhase;
import io.palitra.RunTimeoutException;
import io.palitra.RunnerSnapshot;
import io.palitra.ScopedAsyncCallable;
import io.palitra.internal.loop.Loop;
import io.palitra.internal.loop.LoopFuture;
import io.palitra.internal.loop.LoopTask;
import io.palitra.internal.loop.Names;
import io.palitra.internal.loop.Nanos;
import io.palitra.internal.loop.Spin;
import io.palitra.internal.loop.Stages;
import io.palitra.spi.RunEvent;
import io.palitra.spi.RunResult;

/**
 * One call: the task on its way through the loop, and the owner that waits for it.
 * <p>
 * One word, {@link #state}, decides everything by compare-and-set, so that whatever races
 * has one winner. While it is an {@link Open} it says where the call is: waiting for a
 * permit, queued, starting, running with this stage. Then it becomes the outcome, once:
 * by the stage, by the owner whose time is up or who is interrupted, by the canceller, by
 * the closer. Whoever ends the call sees in the word that he replaces what there is to
 * drop or to cancel, so that happens exactly once too (rules C1, C2, C5).
 * <p>
 * The work may outlive the outcome; {@link #working} follows it.
 */
public final class Call<T extends @Nullable Object> extends LoopTask
		implements Runnable, RunEvent, BiConsumer<T, @Nullable Throwable>, ForkJoinPool.ManagedBlocker, Spin.Condition {

	private static final Open WAITING = new Open(RunPhase.WAITING_FOR_PERMIT, null);

	private static final Open QUEUED = new Open(RunPhase.QUEUED, null);

	private static final Open STARTING = new Open(RunPhase.RUNNING, null);

	/**
	 * How often an owner that waits for a clean-up looks whether the loop has ended: 10
	 * ms.
	 */
	private static final long SETTLING_SLICE = 10_000_000;

	private static final VarHandle STATE;

	private static final VarHandle WORKING;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			STATE = lookup.findVarHandle(Call.class, "state", Object.class);
			WORKING = lookup.findVarHandle(Call.class, "working", boolean.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Calls calls;

	private final Loop loop;

	private final RunOptions options;

	private final Class<?> origin;

	private final long submittedAt = System.nanoTime();

	/**
	 * When the call went to the loop: at once, or when it got its permit. Written before
	 * the state becomes {@link #QUEUED}.
	 */
	private long queuedAt = this.submittedAt;

	/**
	 * Written before the state becomes {@link #STARTING}, read after seeing that or what
	 * followed it.
	 */
	private long startedAt;

	/**
	 * When the call ended, zero if it has not or nobody listens. Others than the thread
	 * that writes it may see it late.
	 */
	private long endedAt;

	/**
	 * An {@link AsyncCallable} or {@link ScopedAsyncCallable}; given to the loop with the
	 * call, taken by the loop when it starts the task. {@code null} for a call that only
	 * waits for a stage.
	 */
	private @Nullable Object task;

	/**
	 * Given to the loop with the call.
	 */
	private @Nullable Context context;

	/**
	 * The {@link Scope} of a scoped task, let go by the owner; or the future that stands
	 * in for the owner when nobody waits.
	 */
	private volatile @Nullable Object attached;

	/**
	 * The thread that waits, while it is parked or about to be. Written before the owner
	 * looks at the state for the last time, read after the state was written: the owner
	 * sees the outcome or is woken. Who sees an old value unparks a thread that has left,
	 * which parking code must tolerate from anybody.
	 */
	private volatile @Nullable Thread owner;

	/**
	 * An {@link Open}, or the outcome: the value, {@link Ended#NULL} for {@code null}, or
	 * a {@link Failed}.
	 */
	private volatile @Nullable Object state;

	/**
	 * Whether the task has been called and its work has not ended. Set by the loop thread
	 * before the state becomes {@link #STARTING}; whoever clears it brings the work's
	 * end, which counts once.
	 */
	private boolean working;

	private Call(Calls calls, Loop loop, @Nullable Object task, Class<?> origin, RunOptions options, Open state) {
		this.calls = calls;
		this.loop = loop;
		this.task = task;
		this.origin = origin;
		this.options = options;
		// Published with the call.
		STATE.set(this, state);
	}

	/**
	 * Creates a call of a task.
	 */
	public static <T extends @Nullable Object> Call<T> of(Calls calls, Loop loop, AsyncCallable<T> task,
			RunOptions options) {
		return new Call<>(calls, loop, task, task.getClass(), options, calls.isBounded() ? WAITING : QUEUED);
	}

	/**
	 * Creates a call of a task that gets a scope, by the thread that will wait for it.
	 */
	public static <T extends @Nullable Object> Call<T> scoped(Calls calls, Loop loop, ScopedAsyncCallable<T> task,
			RunOptions options) {
		Call<T> call = new Call<>(calls, loop, task, task.getClass(), options, calls.isBounded() ? WAITING : QUEUED);
		call.attached = new Scope(call, loop);
		return call;
	}

	/**
	 * Creates a call that only waits, for {@link #await(CompletionStage)} and
	 * {@link #read(CompletionStage)}.
	 */
	public static <T extends @Nullable Object> Call<T> waiting(Calls calls, Loop loop, RunOptions options) {
		Call<T> call = new Call<>(calls, loop, null, CompletionStage.class, options, STARTING);
		call.startedAt = call.submittedAt;
		call.working = true;
		return call;
	}

	/**
	 * Hands the task over and waits for the outcome.
	 * @return the value or a {@link Failed}
	 */
	public @Nullable Object make() {
		if (Thread.currentThread().isInterrupted()) {
			return new Failed(RunResult.INTERRUPTED, null, RunPhase.QUEUED, 0);
		}
		this.calls.submit(this);
		return outcome(this.options.cancelGrace());
	}

	/**
	 * Waits for the outcome of a stage that is not this call's to cancel.
	 * @return the value or a {@link Failed}
	 */
	public @Nullable Object await(CompletionStage<T> started) {
		if (Thread.currentThread().isInterrupted()) {
			return new Failed(RunResult.INTERRUPTED, null, RunPhase.QUEUED, 0);
		}
		if (this.calls.submit(this) == null) {
			try {
				Stages.listen(started, this);
			}
			catch (Throwable ex) {
				accept(null, ex);
			}
		}
		return outcome(Duration.ZERO);
	}

	/**
	 * Reads the outcome of a stage that is done, without making it a call.
	 * @return the value or a {@link Failed}
	 */
	public @Nullable Object read(CompletionStage<T> done) {
		if (Stages.hasValue(done)) {
			return done.toCompletableFuture().join();
		}
		Call<T> other = waiting(this.calls, this.loop, this.options);
		Stages.listen(done, other);
		// Nothing there yet if the stage runs its dependents elsewhere even when done.
		return (other.state instanceof Open) ? await(done) : other.take();
	}

	/**
	 * Hands the task over for a future, whose cancellation cancels the work.
	 * @throws io.palitra.RunnerClosedException if the runner does not take calls
	 * @throws io.palitra.RunnerOverloadedException if the runner is full
	 */
	public void submit(LoopFuture<T> future) {
		this.attached = future;
		RunResult refused = this.calls.submit(this);
		if (refused != null) {
			throw (RejectedExecutionException) toException(new Failed(refused, null, RunPhase.QUEUED, 0));
		}
		long limit = limit();
		if (limit != Nanos.FOREVER) {
			// The JDK's own timer, since this loop's cannot fire while the loop is held.
			CompletableFuture<Void> deadline = new CompletableFuture<Void>().orTimeout(limit, TimeUnit.NANOSECONDS);
			deadline.whenComplete((none, ex) -> {
				if (ex instanceof TimeoutException) {
					giveUp(RunResult.TIMEOUT, null);
				}
			});
			future.whenComplete((value, ex) -> deadline.complete(null));
		}
		future.whenComplete((value, ex) -> giveUp(RunResult.CANCELLED, null));
	}

	/**
	 * Makes the call ready to be handed over, before anybody else can see it.
	 */
	void prepare(Context context) {
		this.context = context;
	}

	/**
	 * Waits for the outcome, as the owner.
	 */
	private @Nullable Object outcome(Duration cancelGrace) {
		boolean interrupted = false;
		long reports = 0;
		if (!this.loop.inLoop()) {
			this.loop.spin().spinForResult(this);
		}
		if (this.state instanceof Open) {
			this.owner = Thread.currentThread();
		}
		while (this.state instanceof Open) {
			long age = System.nanoTime() - this.submittedAt;
			if (timeLeft() <= 0) {
				giveUp(RunResult.TIMEOUT, null);
			}
			else if (Thread.interrupted()) {
				interrupted = true;
				giveUp(RunResult.INTERRUPTED, null);
			}
			else if (isHopWaiting()) {
				hop();
			}
			else if (age / reportInterval() > reports) {
				reports = age / reportInterval();
				this.calls.report(this, age);
			}
			else {
				waitForNews();
			}
		}
		if (this.state instanceof Failed failed) {
			interrupted |= clearUp(failed, cancelGrace);
		}
		if (this.attached instanceof Scope scope) {
			scope.end();
			this.attached = null;
		}
		if (this.owner != null) {
			this.owner = null;
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
		Object taken = take();
		this.calls.ended(this, taken);
		return taken;
	}

	/**
	 * Gives the work that nobody waits for any more its time to clean up.
	 * @return whether the thread was interrupted meanwhile
	 */
	private boolean clearUp(Failed failed, Duration cancelGrace) {
		boolean gaveUp = failed.result() == RunResult.TIMEOUT || failed.result() == RunResult.INTERRUPTED;
		boolean interrupted = gaveUp && !cancelGrace.isZero() && awaitEnd(Nanos.of(cancelGrace));
		if (!failed.ofTask() && this.attached instanceof Scope scope) {
			// The closer may not have come to it yet, and would find nothing after the
			// end.
			scope.cancel();
		}
		return interrupted;
	}

	/**
	 * Returns the outcome and leaves nothing of it here, whoever still holds the call
	 * (rule C17).
	 */
	private @Nullable Object take() {
		Object outcome = this.state;
		// Nobody waits for what is written here.
		STATE.setRelease(this, Ended.NULL);
		return (outcome != Ended.NULL) ? outcome : null;
	}

	/**
	 * Waits until there is something to do for the owner. Lets a ForkJoinPool compensate
	 * if the owner is one of its workers, drives the loop if it is the loop's own thread,
	 * and just parks otherwise (rules C6 and C16).
	 */
	private void waitForNews() {
		if (this.loop.inLoop()) {
			this.loop.pump(this::isReleasable, this::waitLeft);
			if (this.loop.isClosed()) {
				giveUp(RunResult.CLOSED, null);
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

	@Override
	public boolean holds() {
		return !(this.state instanceof Open) || isHopWaiting();
	}

	@Override
	public boolean isReleasable() {
		return holds() || waitLeft() <= 0;
	}

	@Override
	public boolean block() {
		long left = waitLeft();
		if (left == Nanos.FOREVER) {
			LockSupport.park(this);
		}
		else {
			LockSupport.parkNanos(this, left);
		}
		return true;
	}

	private long limit() {
		return this.options.timeout().isPresent() ? Nanos.of(this.options.timeout().get()) : this.calls.timeout();
	}

	/**
	 * Returns the time until the deadline, in nanoseconds, {@link Nanos#FOREVER} if there
	 * is none.
	 */
	long timeLeft() {
		return Nanos.left(limit(), this.submittedAt);
	}

	private long reportInterval() {
		return this.options.isLongRunning() ? Nanos.FOREVER : this.calls.hangThreshold();
	}

	/**
	 * Returns the time until the owner has something to do even without news: to give up,
	 * or to tell that it still waits (rule C18).
	 */
	private long waitLeft() {
		long interval = reportInterval();
		long untilReport = (interval != Nanos.FOREVER) ? interval - (System.nanoTime() - this.submittedAt) % interval
				: Nanos.FOREVER;
		return Math.min(timeLeft(), untilReport);
	}

	private boolean isHopWaiting() {
		return this.attached instanceof Scope scope && scope.hops().isWaiting();
	}

	private void hop() {
		if (this.attached instanceof Scope scope) {
			scope.hops().runNext();
			if (timeLeft() <= 0) {
				giveUp(RunResult.TIMEOUT, RunPhase.CALLER_HOP);
			}
		}
	}

	/**
	 * Waits for the end of the work after it was cancelled, while there is a loop to do
	 * that on.
	 * @return whether the thread was interrupted meanwhile
	 */
	private boolean awaitEnd(long cancelGrace) {
		boolean interrupted = false;
		long since = System.nanoTime();
		while (isWorking() && !this.loop.isClosed() && Nanos.left(cancelGrace, since) > 0) {
			long slice = Math.min(Nanos.left(cancelGrace, since), SETTLING_SLICE);
			if (isHopWaiting()) {
				hop();
			}
			else if (this.loop.inLoop()) {
				this.loop.pump(() -> !isWorking() || isHopWaiting() || Nanos.left(cancelGrace, since) <= 0,
						() -> slice);
			}
			else {
				LockSupport.parkNanos(this, slice);
				interrupted |= Thread.interrupted();
			}
		}
		return interrupted;
	}

	@Override
	protected void perform() {
		if (this.loop.isRetired()) {
			giveUp(RunResult.CLOSED, null);
			return;
		}
		if (this.state != QUEUED) {
			// Given up: its task is never called, and nobody must see it start.
			return;
		}
		this.startedAt = this.loop.watch().since();
		this.working = true;
		// Releases both; acquires, with the queue, what the caller did before (rule C20).
		// Fails if the call was given up in this very moment.
		if (!STATE.compareAndSet(this, QUEUED, STARTING)) {
			this.startedAt = 0;
			this.working = false;
			return;
		}
		Context context = Objects.requireNonNull(this.context);
		this.context = null;
		if (this.attached instanceof Scope scope) {
			scope.begin(context);
		}
		context.run(this);
	}

	/**
	 * Starts the task, on the loop thread and in its context.
	 */
	@Override
	public void run() {
		this.calls.started(this);
		CompletionStage<T> stage;
		try {
			stage = start(Objects.requireNonNull(this.task));
			if (stage == null) {
				throw new NullPointerException(Child.returnedNull(getTaskName()));
			}
		}
		catch (Throwable ex) {
			workEnded(null, ex);
			return;
		}
		if (Stages.hasValue(stage)) {
			workEnded(stage.toCompletableFuture().join(), null);
			return;
		}
		this.calls.running(this);
		// Either the stage is there for whoever gives up, or that has happened.
		boolean wanted = STATE.compareAndSet(this, STARTING, new Open(RunPhase.RUNNING, stage));
		try {
			Stages.listen(stage, this);
		}
		catch (Throwable ex) {
			accept(null, ex);
		}
		if (!wanted) {
			Stages.cancel(stage);
		}
		else if (this.loop.isRetired()) {
			// Whoever retired it may have looked for running calls before.
			giveUp(RunResult.CLOSED, null);
		}
	}

	@SuppressWarnings("unchecked")
	private CompletionStage<T> start(Object task) throws Exception {
		this.task = null;
		return (this.attached instanceof Scope scope) ? ((ScopedAsyncCallable<T>) task).call(scope)
				: ((AsyncCallable<T>) task).call();
	}

	/**
	 * The stage has completed. One that says so twice is heard once.
	 */
	@Override
	public void accept(@Nullable T value, @Nullable Throwable failure) {
		if (WORKING.compareAndSet(this, true, false)) {
			this.calls.forget(this);
			this.loop.spin().served(System.nanoTime() - this.startedAt);
			workEnded(value, failure);
		}
	}

	private void workEnded(@Nullable T value, @Nullable Throwable failure) {
		// Before the outcome, so that who has that finds the work ended.
		WORKING.setRelease(this, false);
		if (!isWaiting()) {
			this.calls.releasePermit();
		}
		Object outcome;
		if (failure == null) {
			outcome = (value != null) ? value : Ended.NULL;
		}
		else {
			Throwable peeled = Stages.peel(failure);
			outcome = new Failed((peeled instanceof CancellationException) ? RunResult.CANCELLED : RunResult.ERROR,
					peeled, RunPhase.RUNNING, 0);
		}
		if (end(outcome)) {
			announce();
			return;
		}
		// Of a stage that was only waited for, the result is not this call's.
		if (!isWaiting()) {
			if (outcome instanceof Failed failed) {
				this.calls.discardFailure(this, Objects.requireNonNull(failed.failure()));
			}
			else {
				this.calls.discard(value);
			}
		}
		// It may wait for the clean-up that has now ended.
		wakeOwner();
	}

	/**
	 * Gives the call the outcome that its work has brought.
	 * @return {@code false} if it has one already
	 */
	private boolean end(Object outcome) {
		for (Object seen = this.state; seen instanceof Open; seen = this.state) {
			if (STATE.compareAndSet(this, seen, outcome)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Gives the call an outcome that its work has not brought.
	 * @return where the call was, {@code null} if it has an outcome already
	 */
	private @Nullable Open end(RunResult result, @Nullable Throwable cause, @Nullable RunPhase in) {
		long hopTime = (this.attached instanceof Scope scope) ? scope.hops().time() : 0;
		for (Object seen = this.state; seen instanceof Open open; seen = this.state) {
			Failed failed = new Failed(result, cause, (in != null) ? in : open.phase(), hopTime);
			if (STATE.compareAndSet(this, open, failed)) {
				return open;
			}
		}
		return null;
	}

	/**
	 * Ends the call without the work: drops a task that has not started, cancels one that
	 * has.
	 * @param in where the call is, if not where its state says
	 * @return {@code false} if the call has an outcome already
	 */
	private boolean giveUp(RunResult result, @Nullable RunPhase in) {
		Open open = end(result, null, in);
		if (open != null) {
			cancelWork(open);
			announce();
		}
		return open != null;
	}

	@Override
	protected @Nullable Runnable abandon() {
		giveUp(RunResult.CLOSED, null);
		return null;
	}

	/**
	 * Ends the call because the runner does not take it.
	 * @return the call's outcome: that the runner has been closed, if that came first
	 */
	RunResult refuse(RunResult result) {
		return giveUp(result, null) ? result : RunResult.CLOSED;
	}

	/**
	 * Ends the call because its runner ends, without touching the work: no owner has to
	 * wait for the cancellation of another's work.
	 * @param death what the loop's thread died of, if it did
	 * @return what to {@linkplain #cancelWork(Open) cancel}, {@code null} if the call had
	 * ended
	 */
	@Nullable Open close(@Nullable Throwable death) {
		Open open = end(RunResult.CLOSED, death, null);
		if (open != null) {
			wakeOwner();
		}
		return open;
	}

	/**
	 * Returns whether the call has nobody to serve it when a loop ends: it is of that
	 * loop or of one that has ended before.
	 */
	boolean isLeftBy(Loop loop) {
		return this.loop == loop || this.loop.isClosed();
	}

	/**
	 * Returns whether the call's loop ends or has ended.
	 */
	boolean isOrphaned() {
		return this.loop.isRetired() || this.loop.isClosed();
	}

	/**
	 * Drops or cancels the work of a call that has its outcome.
	 * @param open where the call was
	 */
	void cancelWork(Open open) {
		if (open == WAITING || open == QUEUED) {
			this.task = null;
			this.context = null;
			this.calls.dropped(this, open == QUEUED);
			return;
		}
		if (isWaiting()) {
			WORKING.setRelease(this, false);
			this.calls.forget(this);
			return;
		}
		// If the task is being started, the loop finds out when it has the stage.
		if (open.stage() != null) {
			Stages.cancel(open.stage());
		}
		if (this.attached instanceof Scope scope) {
			scope.cancel();
		}
	}

	private void announce() {
		wakeOwner();
		completeFuture();
	}

	private void wakeOwner() {
		Thread owner = this.owner;
		if (owner != null && owner != Thread.currentThread()) {
			LockSupport.unpark(owner);
		}
	}

	/**
	 * Passes the outcome on if nobody waits for it here.
	 */
	@SuppressWarnings("unchecked")
	void completeFuture() {
		if (!(this.attached instanceof LoopFuture<?> future)) {
			return;
		}
		this.attached = null;
		Object taken = take();
		this.calls.ended(this, taken);
		if (taken instanceof Failed failed) {
			future.completeExceptionally(toException(failed));
		}
		else if (!((LoopFuture<T>) future).complete((T) taken)) {
			this.calls.discard(taken);
		}
	}

	/**
	 * Gives the call a permit, with which it is to be handed over.
	 * @return {@code false} if the call does not need it any more
	 */
	boolean admit() {
		this.queuedAt = System.nanoTime();
		// Releases it; fails if the call was dropped.
		return STATE.compareAndSet(this, WAITING, QUEUED);
	}

	/**
	 * Hands the call to its loop.
	 * @return {@code false} if the loop has ended
	 */
	boolean handOver() {
		return this.loop.enqueue(this);
	}

	/**
	 * Returns what to throw for an outcome that is not a value; the task's own exception
	 * if it has one.
	 */
	public Throwable toException(Failed failed) {
		String task = "Task \"" + getTaskName() + "\"";
		return switch (failed.result()) {
			case TIMEOUT -> timeout(task, failed);
			case INTERRUPTED -> {
				String text = task + " on runner \"" + getRunnerName() + "\" was "
						+ (failed.wasStarted() ? "cancelled" : "not started") + ": thread \""
						+ Names.of(Thread.currentThread()) + "\" was interrupted";
				yield new RunInterruptedException(text, new InterruptedException(text));
			}
			case CLOSED ->
				this.calls.closed(task + (failed.wasStarted() ? " did not end" : " cannot be run"), failed.failure());
			case REJECTED -> this.calls.overloaded(task);
			default ->
				(failed.failure() != null) ? failed.failure() : new CancellationException(task + " was cancelled");
		};
	}

	private RunTimeoutException timeout(String task, Failed failed) {
		RunPhase phase = failed.phase();
		long now = System.nanoTime();
		long limit = limit();
		StringBuilder text = new StringBuilder(task).append(" on runner \"")
			.append(getRunnerName())
			.append("\" did not end within ")
			.append(Nanos.text(limit))
			.append(": ")
			.append(phase)
			.append(" (");
		if (phase == RunPhase.WAITING_FOR_PERMIT) {
			text.append("waiting for a permit ").append(Nanos.text(now - this.submittedAt));
		}
		else {
			if (this.queuedAt != this.submittedAt) {
				text.append("waiting for a permit ").append(Nanos.text(this.queuedAt - this.submittedAt)).append(", ");
			}
			text.append("queued ")
				.append(Nanos.text(((phase == RunPhase.QUEUED) ? now : this.startedAt) - this.queuedAt));
			if (phase != RunPhase.QUEUED) {
				text.append(", running ").append(Nanos.text(now - this.startedAt));
			}
			if (failed.hopTime() > 0) {
				text.append(", of which in the caller's thread ").append(Nanos.text(failed.hopTime()));
			}
		}
		text.append(')');
		long held = this.loop.watch().heldFor();
		if (held >= Math.min(limit / 2, Loop.HELD)) {
			text.append("; thread \"")
				.append(Names.of(this.loop.thread()))
				.append("\" has been held for ")
				.append(Nanos.text(held))
				.append(':');
			for (StackTraceElement frame : this.loop.thread().getStackTrace()) {
				text.append("\n\tat ").append(frame);
			}
		}
		return new RunTimeoutException(text.toString(), Duration.ofNanos(limit), phase);
	}

	@Override
	public String getRunnerName() {
		return this.calls.runner();
	}

	@Override
	public String getTaskName() {
		if (this.options.name().isPresent()) {
			return this.options.name().get();
		}
		String origin = this.origin.getName();
		int lambda = origin.indexOf("$$Lambda");
		int end = (lambda >= 0) ? lambda : origin.length();
		return origin.substring(origin.lastIndexOf('.', end - 1) + 1, end);
	}

	@Override
	public Duration getQueueTime() {
		return (this.startedAt != 0) ? Duration.ofNanos(this.startedAt - this.submittedAt) : getTotalTime();
	}

	@Override
	public Duration getTotalTime() {
		long endedAt = this.endedAt;
		return Duration.ofNanos(((endedAt != 0) ? endedAt : System.nanoTime()) - this.submittedAt);
	}

	/**
	 * The call has ended for those who listen.
	 */
	void stopClock() {
		this.endedAt = System.nanoTime();
	}

	/**
	 * Returns whether there is no task, just a stage to wait for.
	 */
	boolean isWaiting() {
		return this.origin == CompletionStage.class;
	}

	Calls calls() {
		return this.calls;
	}

	boolean isWorking() {
		return (boolean) WORKING.getAcquire(this);
	}

	boolean hasOutcome() {
		return !(this.state instanceof Open);
	}

	/**
	 * Returns where the call is, {@code null} if it has ended.
	 */
	@Nullable RunPhase phase() {
		if (this.state instanceof Open open) {
			boolean hopping = this.attached instanceof Scope scope && scope.hops().isRunning();
			return hopping ? RunPhase.CALLER_HOP : open.phase();
		}
		return isWorking() ? RunPhase.RUNNING : null;
	}

	/**
	 * Returns for how long the task has waited for the loop, in nanoseconds, zero if it
	 * does not.
	 */
	long queuedFor() {
		return (this.state == QUEUED) ? System.nanoTime() - this.queuedAt : 0;
	}

	/**
	 * Returns what can be told of the call, {@code null} if it has ended.
	 * @param now when its age is taken, one moment for all calls, or they would not be in
	 * order
	 */
	RunnerSnapshot.@Nullable Call snapshot(long now) {
		RunPhase phase = phase();
		if (phase == null) {
			return null;
		}
		Thread owner = this.owner;
		long left = timeLeft();
		return new RunnerSnapshot.Call(getTaskName(), phase, Duration.ofNanos(now - this.submittedAt),
				(owner != null) ? owner.getName() : null, (left != Nanos.FOREVER) ? Duration.ofNanos(left) : null);
	}

	@Override
	public String toString() {
		return "call of task \"" + getTaskName() + "\" on runner \"" + getRunnerName() + "\"";
	}

	/**
	 * Where a call is that has no outcome.
	 *
	 * @param phase the phase
	 * @param stage what to cancel, once the task has returned it
	 */
	record Open(RunPhase phase, @Nullable CompletionStage<?> stage) {
	}

	/**
	 * Outcomes that must not be {@code null}.
	 */
	private enum Ended {

		/**
		 * The value {@code null}, or a value that has been taken.
		 */
		NULL

	}

}
