package io.palitra.internal.call;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
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
import io.palitra.internal.loop.Nanos;
import io.palitra.internal.loop.Spin;
import io.palitra.internal.loop.Stages;
import io.palitra.spi.ContextCarrier;
import io.palitra.spi.RunEvent;
import io.palitra.spi.RunResult;

/**
 * One call: the task on its way through the loop, and the owner that waits for it.
 * <p>
 * Two words decide everything, each by compare-and-set, so that whatever races has one
 * winner. {@link #outcome} is written once, by whoever ends the call: the stage, the
 * owner whose time is up or who is interrupted, the canceller, the closer. {@link #phase}
 * follows the work, not the owner: it goes from waiting (for a permit) to queued to
 * running to ended, or from one of the first two to dropped for a task that will never be
 * called. So a call can have its outcome while its work still runs; it is abandoned then.
 */
public final class Call<T extends @Nullable Object> extends LoopTask
		implements RunEvent, BiConsumer<T, @Nullable Throwable>, ForkJoinPool.ManagedBlocker, Spin.Condition {

	private static final int QUEUED = 0;

	private static final int WAITING = 1;

	private static final int RUNNING = 2;

	private static final int ENDED = 3;

	private static final int DROPPED = 4;

	/**
	 * How often an owner that waits for a clean-up looks whether the loop has ended: 10
	 * ms.
	 */
	private static final long SETTLING_SLICE = 10_000_000;

	/**
	 * Stands for a {@code null} value, as {@code null} means that there is no outcome.
	 */
	private static final Object NULL = new Object();

	/**
	 * In place of the stage: whoever would cancel it or has it to cancel is too late.
	 */
	private static final Object CANCELLED = new Object();

	private static final VarHandle OUTCOME;

	private static final VarHandle PHASE;

	private static final VarHandle STAGE;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			OUTCOME = lookup.findVarHandle(Call.class, "outcome", Object.class);
			PHASE = lookup.findVarHandle(Call.class, "phase", int.class);
			STAGE = lookup.findVarHandle(Call.class, "stage", Object.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Calls calls;

	private final Loop loop;

	private final RunOptions options;

	private final Class<?> origin;

	/**
	 * Whether there is no task, just a stage to wait for.
	 */
	private final boolean waiting;

	/**
	 * How long the call may take, in nanoseconds.
	 */
	private final long limit;

	private final long submittedAt = System.nanoTime();

	/**
	 * When the call went to the loop: at once, or when it got its permit. Written before
	 * the phase becomes {@link #QUEUED}.
	 */
	private long queuedAt = this.submittedAt;

	/**
	 * Written before the phase becomes {@link #RUNNING}, read after seeing that.
	 */
	private long startedAt;

	/**
	 * When the call ended, zero if it has not or nobody listens.
	 */
	private volatile long endedAt;

	/**
	 * When, in nanoseconds from the call, the owner next tells that it still waits. The
	 * owner's own, like {@link #hopTime}.
	 */
	private long reportAfter;

	/**
	 * The time that the owner spent in hops.
	 */
	private long hopTime;

	/**
	 * Whether the owner is in a hop, for snapshots.
	 */
	private volatile boolean hopping;

	/**
	 * Where the call was when it was given up. Written between the outcome and its
	 * announcement, by the thread that reads it or announces to the one that does.
	 */
	private RunPhase gaveUpIn = RunPhase.RUNNING;

	/**
	 * An {@link AsyncCallable} or {@link ScopedAsyncCallable}; given to the loop with the
	 * call, taken by the loop when it starts the task.
	 */
	private @Nullable Object task;

	/**
	 * Given to the loop with the call.
	 */
	private @Nullable Context context;

	/**
	 * Given to the loop with the call if the task is scoped; let go by the owner.
	 */
	private volatile @Nullable Scope scope;

	/**
	 * Whether the work holds a permit. Given to the loop with the call.
	 */
	private boolean permitted;

	/**
	 * The thread that waits, set before the call is handed over and cleared by itself.
	 * Who sees an old value unparks a thread that has left, which parking code must
	 * tolerate from anybody.
	 */
	private volatile @Nullable Thread owner;

	/**
	 * Stands in for the owner when nobody waits.
	 */
	private @Nullable LoopFuture<T> future;

	private volatile @Nullable Object outcome;

	private volatile int phase;

	private volatile @Nullable Object stage;

	private Call(Calls calls, Loop loop, @Nullable Object task, Class<?> origin, RunOptions options, long limit) {
		this.calls = calls;
		this.loop = loop;
		this.task = task;
		this.waiting = task == null;
		this.origin = origin;
		this.options = options;
		this.limit = limit;
		this.reportAfter = options.isLongRunning() ? Nanos.FOREVER : calls.hangThreshold();
	}

	/**
	 * Creates a call of a task.
	 */
	public static <T extends @Nullable Object> Call<T> of(Calls calls, Loop loop, AsyncCallable<T> task,
			RunOptions options, long limit) {
		return new Call<>(calls, loop, task, task.getClass(), options, limit);
	}

	/**
	 * Creates a call of a task that gets a scope, by the thread that will wait for it.
	 */
	public static <T extends @Nullable Object> Call<T> scoped(Calls calls, Loop loop, ScopedAsyncCallable<T> task,
			RunOptions options, long limit) {
		Call<T> call = new Call<>(calls, loop, task, task.getClass(), options, limit);
		call.scope = new Scope(call, loop);
		return call;
	}

	/**
	 * Creates a call that only waits, for {@link #await(CompletionStage)} and
	 * {@link #read(CompletionStage)}.
	 */
	public static <T extends @Nullable Object> Call<T> waiting(Calls calls, Loop loop, RunOptions options, long limit) {
		return new Call<>(calls, loop, null, CompletionStage.class, options, limit);
	}

	/**
	 * Hands the task over and waits for the outcome.
	 * @return the value or a {@link Failed}
	 */
	public @Nullable Object make() {
		if (Thread.currentThread().isInterrupted()) {
			return Failed.INTERRUPTED;
		}
		this.owner = Thread.currentThread();
		this.calls.submit(this, this.loop);
		return outcome(Nanos.of(this.options.cancelGrace()));
	}

	/**
	 * Waits for the outcome of a stage that is not this call's to cancel.
	 * @return the value or a {@link Failed}
	 */
	public @Nullable Object await(CompletionStage<T> started) {
		if (Thread.currentThread().isInterrupted()) {
			return Failed.INTERRUPTED;
		}
		this.owner = Thread.currentThread();
		this.stage = CANCELLED;
		this.startedAt = this.submittedAt;
		this.phase = RUNNING;
		if (this.calls.submit(this, null) == null) {
			try {
				Stages.listen(started, this);
			}
			catch (Throwable ex) {
				accept(null, ex);
			}
		}
		if (this.outcome != null) {
			// Perhaps decided before it was entered, see read(..).
			this.calls.decided(this);
		}
		return outcome(0);
	}

	/**
	 * Reads the outcome of a stage that is done, without making it a call.
	 * @return the value or a {@link Failed}
	 */
	public @Nullable Object read(CompletionStage<T> done) {
		this.phase = RUNNING;
		Stages.listen(done, this);
		// Nothing here yet if the stage runs its dependents elsewhere even when done.
		return (this.outcome != null) ? take() : await(done);
	}

	/**
	 * Hands the task over for a future, whose cancellation cancels the work.
	 * @throws io.palitra.RunnerClosedException if the runner does not take calls
	 * @throws io.palitra.RunnerOverloadedException if the runner is full
	 */
	public void submit(LoopFuture<T> future) {
		this.future = future;
		Failed refused = this.calls.submit(this, this.loop);
		if (refused != null) {
			throw (RejectedExecutionException) toException(refused);
		}
		if (this.limit != Nanos.FOREVER) {
			// The JDK's own timer, since this loop's cannot fire while the loop is held.
			CompletableFuture<Void> deadline = new CompletableFuture<Void>().orTimeout(this.limit,
					TimeUnit.NANOSECONDS);
			deadline.whenComplete((none, ex) -> {
				if (ex instanceof TimeoutException) {
					giveUp(Failed.TIMEOUT);
				}
			});
			future.whenComplete((value, ex) -> deadline.complete(null));
		}
		future.whenComplete((value, ex) -> giveUp(Failed.CANCELLED));
	}

	/**
	 * Makes the call ready to be handed over, before anybody else can see it.
	 * @param carriers carry the context of the current thread, the caller's
	 * @param needsPermit whether the call has to {@link #admit() be admitted} to the loop
	 */
	void prepare(List<ContextCarrier> carriers, boolean needsPermit) {
		this.context = Context.capture(carriers);
		this.phase = needsPermit ? WAITING : QUEUED;
	}

	private @Nullable Object outcome(long cancelGrace) {
		boolean interrupted = false;
		if (this.outcome == null && !this.loop.inLoop()) {
			this.loop.spin().spinForResult(this);
		}
		while (this.outcome == null) {
			if (timeLeft() <= 0) {
				giveUp(Failed.TIMEOUT);
			}
			else if (Thread.interrupted()) {
				interrupted = true;
				giveUp(Failed.INTERRUPTED);
			}
			else if (isHopWaiting()) {
				hop();
			}
			else if (reportIn() <= 0) {
				report();
			}
			else {
				interrupted |= !waitForNews();
			}
		}
		Object decided = this.outcome;
		if (cancelGrace > 0 && (decided == Failed.TIMEOUT || decided == Failed.INTERRUPTED)) {
			interrupted |= awaitEnd(cancelGrace);
		}
		Scope scope = this.scope;
		if (scope != null) {
			if (decided instanceof Failed failed && !failed.ofTask()) {
				// The closer may not have come to it yet, and would find nothing after
				// the end.
				scope.cancel();
			}
			scope.end();
			this.scope = null;
		}
		this.owner = null;
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
		Object taken = take();
		this.calls.ended(this, taken);
		return taken;
	}

	/**
	 * Returns the outcome and leaves nothing of it here, whoever still holds the call
	 * (rule C17).
	 */
	private @Nullable Object take() {
		Object outcome = this.outcome;
		this.outcome = NULL;
		return (outcome != NULL) ? outcome : null;
	}

	/**
	 * Waits until there is something to do for the owner. Lets a ForkJoinPool compensate
	 * if the owner is one of its workers, drives the loop if it is the loop's own thread,
	 * and just parks otherwise (rules C6 and C16).
	 * @return {@code false} if the call was given up because of an interrupt
	 */
	private boolean waitForNews() {
		try {
			if (this.loop.inLoop()) {
				this.loop.pump(this::isReleasable, this::waitLeft);
				if (this.loop.isClosed()) {
					giveUp(new Failed(RunResult.CLOSED, null));
				}
			}
			else {
				blockManaged();
			}
			return true;
		}
		catch (InterruptedException ex) {
			giveUp(Failed.INTERRUPTED);
			return false;
		}
	}

	private void blockManaged() throws InterruptedException {
		try {
			ForkJoinPool.managedBlock(this);
		}
		catch (RejectedExecutionException ex) {
			// The pool is at its limit of threads; the call has been made all the same.
			block();
		}
	}

	@Override
	public boolean holds() {
		return this.outcome != null || isHopWaiting();
	}

	@Override
	public boolean isReleasable() {
		return this.outcome != null || isHopWaiting() || waitLeft() <= 0;
	}

	@Override
	public boolean block() throws InterruptedException {
		long left = waitLeft();
		if (left == Nanos.FOREVER) {
			LockSupport.park(this);
		}
		else {
			LockSupport.parkNanos(this, left);
		}
		// A result that is there is taken, and the flag left for the next to wait.
		if (this.outcome == null && Thread.interrupted()) {
			throw new InterruptedException();
		}
		return isReleasable();
	}

	private long timeLeft() {
		return Nanos.left(this.limit, this.submittedAt);
	}

	private long waitLeft() {
		return Math.min(timeLeft(), reportIn());
	}

	private long reportIn() {
		return Nanos.left(this.reportAfter, this.submittedAt);
	}

	/**
	 * Tells that the owner has waited for long, and when to do so again (rule C18).
	 */
	private void report() {
		long age = System.nanoTime() - this.submittedAt;
		this.calls.report(this, phase(), age);
		long interval = this.calls.hangThreshold();
		this.reportAfter = (age < Nanos.FOREVER - interval) ? age + interval : Nanos.FOREVER;
	}

	private boolean isHopWaiting() {
		Scope scope = this.scope;
		return scope != null && scope.hops().isWaiting();
	}

	private void hop() {
		long since = System.nanoTime();
		this.hopping = true;
		Objects.requireNonNull(this.scope).hops().runNext();
		this.hopping = false;
		this.hopTime += System.nanoTime() - since;
		if (timeLeft() <= 0 && giveUp(Failed.TIMEOUT)) {
			this.gaveUpIn = RunPhase.CALLER_HOP;
		}
	}

	/**
	 * Gives the work the time to clean up after it was cancelled, while there is a loop
	 * to do that on.
	 * @return whether the thread was interrupted meanwhile
	 */
	private boolean awaitEnd(long cancelGrace) {
		boolean interrupted = false;
		long since = System.nanoTime();
		this.calls.settling();
		while (this.phase == RUNNING && !this.loop.isClosed() && Nanos.left(cancelGrace, since) > 0) {
			long slice = Math.min(Nanos.left(cancelGrace, since), SETTLING_SLICE);
			if (isHopWaiting()) {
				hop();
			}
			else if (this.loop.inLoop()) {
				this.loop.pump(() -> this.phase != RUNNING || isHopWaiting() || Nanos.left(cancelGrace, since) <= 0,
						() -> slice);
			}
			else {
				LockSupport.parkNanos(this, slice);
				interrupted |= Thread.interrupted();
			}
		}
		this.calls.settled();
		return interrupted;
	}

	@Override
	protected void run() {
		this.startedAt = System.nanoTime();
		// Releases startedAt; acquires, with the queue, what the caller did before
		// (rule C20). Fails if the call was dropped; one that has its outcome is about
		// to be. Their tasks are never called.
		if (this.outcome != null || !PHASE.compareAndSet(this, QUEUED, RUNNING)) {
			return;
		}
		Object task = Objects.requireNonNull(this.task);
		Context context = Objects.requireNonNull(this.context);
		this.task = null;
		this.context = null;
		try (ContextCarrier.Scope opened = context.open()) {
			this.calls.started(this);
			CompletionStage<T> stage = start(task, context);
			if (stage == null) {
				throw new NullPointerException(Child.returnedNull(getTaskName()));
			}
			// Either the stage is there for whoever gives up, or that has happened.
			boolean wanted = STAGE.compareAndSet(this, null, stage);
			Stages.listen(stage, this);
			if (!wanted) {
				Stages.cancel(stage);
			}
		}
		catch (Throwable ex) {
			accept(null, ex);
		}
	}

	@SuppressWarnings("unchecked")
	private CompletionStage<T> start(Object task, Context context) throws Exception {
		Scope scope = this.scope;
		if (scope == null) {
			return ((AsyncCallable<T>) task).call();
		}
		scope.begin(context);
		return ((ScopedAsyncCallable<T>) task).call(scope);
	}

	/**
	 * The work has ended. A stage that says so twice is heard once.
	 */
	@Override
	public void accept(@Nullable T value, @Nullable Throwable failure) {
		if ((int) PHASE.getAndSet(this, ENDED) == ENDED) {
			return;
		}
		this.stage = CANCELLED;
		this.loop.spin().served(this.startedAt);
		if (this.permitted) {
			this.calls.releasePermit();
		}
		Object outcome;
		if (failure == null) {
			outcome = (value != null) ? value : NULL;
		}
		else {
			Throwable peeled = Stages.peel(failure);
			outcome = new Failed((peeled instanceof CancellationException) ? RunResult.CANCELLED : RunResult.ERROR,
					peeled);
		}
		if (decide(outcome)) {
			announce();
			return;
		}
		this.calls.forget(this);
		if (this.waiting) {
			// Of a stage that was only waited for, the result is not this call's.
			return;
		}
		if (outcome instanceof Failed failed) {
			this.calls.discardFailure(this, Objects.requireNonNull(failed.failure()));
		}
		else {
			this.calls.discard(value);
		}
		// It may wait for the clean-up that has now ended.
		wakeOwner();
	}

	/**
	 * Ends the call without the work: drops a task that has not started, cancels one that
	 * has.
	 */
	private boolean giveUp(Failed failed) {
		if (!decide(failed)) {
			return false;
		}
		cancelWork();
		announce();
		return true;
	}

	@Override
	protected boolean abandon() {
		return giveUp(new Failed(RunResult.CLOSED, null)) && this.phase == DROPPED;
	}

	/**
	 * Ends the call because its runner ends, without touching the work: no owner has to
	 * wait for the cancellation of another's work.
	 * @param death what the loop's thread died of, if it did
	 */
	boolean close(@Nullable Throwable death) {
		boolean decided = decide(new Failed(RunResult.CLOSED, death));
		if (decided) {
			wakeOwner();
		}
		return decided;
	}

	/**
	 * Returns whether the call has nobody to serve it when a loop ends: it is of that
	 * loop or of one that has ended before.
	 */
	boolean isLeftBy(Loop loop) {
		return this.loop == loop || this.loop.isClosed();
	}

	/**
	 * Ends the call because the runner does not take it.
	 */
	void refuse(Failed failed) {
		giveUp(failed);
	}

	/**
	 * Drops or cancels the work of a call that has its outcome.
	 */
	void cancelWork() {
		if (drop(WAITING, RunPhase.WAITING_FOR_PERMIT)) {
			this.calls.forgetPermit(this);
			return;
		}
		if (drop(QUEUED, RunPhase.QUEUED)) {
			if (this.permitted) {
				this.calls.releasePermit();
			}
			return;
		}
		// Whoever takes the stage cancels it: exactly once, whatever races (rule C5).
		Object taken = STAGE.getAndSet(this, CANCELLED);
		if (taken != CANCELLED) {
			this.calls.abandon(this);
		}
		if (taken instanceof CompletionStage<?> started) {
			Stages.cancel(started);
		}
		Scope scope = this.scope;
		if (scope != null) {
			scope.cancel();
		}
	}

	private boolean drop(int from, RunPhase phase) {
		if (!PHASE.compareAndSet(this, from, DROPPED)) {
			return false;
		}
		this.gaveUpIn = phase;
		this.task = null;
		this.context = null;
		return true;
	}

	private boolean decide(Object outcome) {
		if (!OUTCOME.compareAndSet(this, null, outcome)) {
			return false;
		}
		this.calls.decided(this);
		return true;
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
		LoopFuture<T> future = this.future;
		if (future == null) {
			return;
		}
		this.future = null;
		Object taken = take();
		this.calls.ended(this, taken);
		if (taken instanceof Failed failed) {
			future.completeExceptionally(toException(failed));
		}
		else if (!future.complete((T) taken)) {
			this.calls.discard(taken);
		}
	}

	/**
	 * Gives the call a permit, with which it is to be handed over.
	 * @return {@code false} if the call does not need it any more
	 */
	boolean admit() {
		this.permitted = true;
		this.queuedAt = System.nanoTime();
		// Releases both; fails if the call was dropped. One that has its outcome is about
		// to be.
		return this.outcome == null && PHASE.compareAndSet(this, WAITING, QUEUED);
	}

	/**
	 * Hands the call to the loop.
	 * @return {@code false} if the loop has ended
	 */
	boolean handOver() {
		return this.loop.execute(this);
	}

	/**
	 * Returns what to throw for an outcome that is not a value; the task's own exception
	 * if it has one.
	 */
	public Throwable toException(Failed failed) {
		String task = "Task \"" + getTaskName() + "\"";
		return switch (failed.result()) {
			case TIMEOUT -> timeout(task);
			case INTERRUPTED -> {
				boolean started = this.phase == RUNNING || this.phase == ENDED;
				String text = task + " on runner \"" + getRunnerName() + "\" was "
						+ (started ? "cancelled" : "not started") + ": thread \"" + Thread.currentThread().getName()
						+ "\" was interrupted";
				yield new RunInterruptedException(text, new InterruptedException(text));
			}
			case CLOSED -> this.calls.closed(task + ((this.phase == DROPPED) ? " cannot be run" : " did not end"),
					failed.failure());
			case REJECTED -> this.calls.overloaded(task);
			default ->
				(failed.failure() != null) ? failed.failure() : new CancellationException(task + " was cancelled");
		};
	}

	private RunTimeoutException timeout(String task) {
		RunPhase phase = this.gaveUpIn;
		long now = System.nanoTime();
		StringBuilder text = new StringBuilder(task).append(" on runner \"")
			.append(getRunnerName())
			.append("\" did not end within ")
			.append(Nanos.text(this.limit))
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
			if (this.hopTime > 0) {
				text.append(", of which in the caller's thread ").append(Nanos.text(this.hopTime));
			}
		}
		text.append(')');
		long held = this.loop.heldFor();
		if (held >= Math.min(this.limit / 2, Loop.HELD)) {
			text.append("; thread \"")
				.append(this.loop.thread().getName())
				.append("\" has been held for ")
				.append(Nanos.text(held))
				.append(':');
			for (StackTraceElement frame : this.loop.thread().getStackTrace()) {
				text.append("\n\tat ").append(frame);
			}
		}
		return new RunTimeoutException(text.toString(), Duration.ofNanos(this.limit), phase);
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
		int phase = this.phase;
		boolean started = phase == RUNNING || phase == ENDED;
		return started ? Duration.ofNanos(this.startedAt - this.submittedAt) : getTotalTime();
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
	 * Returns the time until the deadline, in nanoseconds, {@link Nanos#FOREVER} if there
	 * is none.
	 */
	long remaining() {
		return timeLeft();
	}

	boolean isPending() {
		int phase = this.phase;
		return this.outcome == null && (phase == QUEUED || phase == WAITING);
	}

	boolean isRunning() {
		return this.phase == RUNNING;
	}

	/**
	 * Returns for how long the task has waited for the loop, in nanoseconds, zero if it
	 * does not.
	 */
	long queuedFor() {
		return (this.phase == QUEUED) ? System.nanoTime() - this.queuedAt : 0;
	}

	boolean isWaitedFor() {
		return this.owner != null;
	}

	Calls calls() {
		return this.calls;
	}

	private RunPhase phase() {
		return switch (this.phase) {
			case WAITING -> RunPhase.WAITING_FOR_PERMIT;
			case QUEUED -> RunPhase.QUEUED;
			default -> this.hopping ? RunPhase.CALLER_HOP : RunPhase.RUNNING;
		};
	}

	/**
	 * Returns what can be told of the call, or {@code null} if it has ended.
	 */
	RunnerSnapshot.@Nullable Call snapshot() {
		int phase = this.phase;
		if (phase == DROPPED || phase == ENDED) {
			return null;
		}
		Thread owner = this.owner;
		return new RunnerSnapshot.Call(getTaskName(), phase(), getTotalTime(), (owner != null) ? owner.getName() : null,
				(this.limit != Nanos.FOREVER) ? Duration.ofNanos(timeLeft()) : null);
	}

	@Override
	public String toString() {
		return "call of task \"" + getTaskName() + "\" on runner \"" + getRunnerName() + "\"";
	}

}
