package io.palitra.internal.call;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.RunOptions;
import io.palitra.RunPhase;
import io.palitra.internal.call.State.Open;
import io.palitra.internal.loop.Loop;
import io.palitra.internal.loop.Nanos;
import io.palitra.spi.RunEvent;
import io.palitra.spi.RunResult;

/**
 * A work that a user has handed to a runner: it is entered in the register, has a
 * deadline, may need a permit, and listeners are told of it. Who waits for it is up to
 * the subclass.
 */
public abstract sealed class Call<T extends @Nullable Object> extends Work<T> implements RunEvent
		permits OwnedCall, SubmittedCall {

	final Calls calls;

	/**
	 * Whether an {@code Error} has torn the thread that made the call out of it, so that
	 * others have to end it. Volatile: written before {@link Calls#torn}, read after it.
	 */
	volatile boolean torn;

	private final Loop loop;

	/**
	 * Where the call is entered, like the next. Written before it is.
	 */
	Register.@Nullable Page page;

	int place;

	private final RunOptions options;

	/**
	 * Calls the task, {@code null} for the loop.
	 */
	private final @Nullable Executor startOn;

	/**
	 * How long the call may take, in nanoseconds.
	 */
	private final long limit;

	/**
	 * The task's name or, once somebody has asked for it, the place of the call; whoever
	 * does not see that yet asks again.
	 */
	private @Nullable String name;

	private final Class<?> origin;

	private final long submittedAt = System.nanoTime();

	/**
	 * When the call had its permit, or needed none.
	 */
	private long queuedAt = this.submittedAt;

	/**
	 * Zero if the task has not been called. Others than the thread that writes it may see
	 * it late, like the next.
	 */
	private long startedAt;

	/**
	 * Zero if the call has not ended or nobody listens.
	 */
	private long endedAt;

	/**
	 * Given away with the call, let go at its start.
	 */
	private @Nullable Context context;

	/**
	 * Whether the work has a permit to give back.
	 */
	private boolean permitted;

	/**
	 * Whether the work counts as running beyond the callback that has started it.
	 */
	private boolean counted;

	Call(Calls calls, @Nullable AsyncCallable<T> task, Class<?> origin, RunOptions options, Open initial) {
		super(task, initial);
		this.calls = calls;
		this.loop = calls.life().loop();
		this.origin = origin;
		this.options = options;
		this.startOn = startOn(task);
		this.limit = options.timeout().isPresent() ? Nanos.of(options.timeout().get()) : calls.settings().timeout();
		this.name = options.name().orElse(null);
	}

	Loop loop() {
		return this.loop;
	}

	RunOptions options() {
		return this.options;
	}

	/**
	 * Makes the call ready to be handed over, before anybody else starts it.
	 */
	void setContext(Context context) {
		this.context = context;
	}

	/**
	 * Returns whether one of some threads is inside the call: it makes it, waits for it,
	 * calls its task or a child's, or tells of its end.
	 * @param some tells of a thread, or of none, whether it is one of them
	 */
	boolean isHandledBy(Predicate<@Nullable Thread> some) {
		return some.test(owner()) || isCalledBy(some);
	}

	/**
	 * Ends a call that was torn, in the place of the thread that made it.
	 */
	final void mend() {
		synchronized (this) {
			if (!this.torn) {
				return;
			}
			this.torn = false;
		}
		if (startOn() != null) {
			endTornStart();
		}
		giveUpAndCancel(RunResult.ERROR, null, null);
		cancelAgain();
		leaveInPlaceOfTheOwner();
	}

	/**
	 * Leaves the call as its owner would have.
	 */
	void leaveInPlaceOfTheOwner() {
	}

	/**
	 * Returns whether the call is to wait for a permit.
	 */
	final boolean needsPermit() {
		return open() == State.WAITING;
	}

	/**
	 * Gives the call its permit.
	 * @return {@code false} if it was given up
	 */
	final boolean admitNow() {
		this.queuedAt = System.nanoTime();
		this.permitted = true;
		// Releases both.
		return admit();
	}

	/**
	 * Hands the call to where it is to start.
	 * @return {@code false} if its loop is closed
	 */
	boolean handOver() {
		return (this.startOn != null) ? handTo(this.startOn) : this.loop.enqueue(this);
	}

	/**
	 * Returns what calls the task, {@code null} for the loop.
	 */
	final @Nullable Executor startOn() {
		return this.startOn;
	}

	/**
	 * Returns what calls a task of this call, its own or a child, {@code null} for the
	 * loop.
	 */
	final @Nullable Executor startOn(@Nullable AsyncCallable<?> task) {
		Executor otherwise = (task instanceof BlockingTask<?> blocking) ? blocking.startOn()
				: this.calls.settings().startOn();
		return this.options.startOn().orElse(otherwise);
	}

	/**
	 * Hands the call to an executor, now or soon.
	 * @return {@code false} if its loop is closed
	 */
	abstract boolean handTo(Executor executor);

	@Override
	final Context context() {
		return Objects.requireNonNull(this.context);
	}

	@Override
	void starting() {
		this.context = null;
		boolean inLoop = this.loop.inLoop();
		long since = inLoop ? this.loop.watch().since() : 0;
		// The loop may have looked at the clock just before it saw the call.
		this.startedAt = (inLoop && since - this.queuedAt > 0) ? since : System.nanoTime();
		if (!inLoop) {
			running();
		}
		events().started(this);
	}

	@Override
	final void running() {
		if (!this.counted) {
			this.counted = true;
			events().running.increment();
		}
	}

	@Override
	final boolean isFollowed() {
		return this.counted || this.permitted;
	}

	@Override
	void workEnded(boolean waited) {
		if (this.counted) {
			events().running.decrement();
			this.loop.spin().served(System.nanoTime() - startedAt());
		}
		// Children that still run are part of the work. One who has waited for them does
		// not ask again: another who ends the same work may be asking just now, and only
		// the last who asks is told.
		if (this.permitted && (waited || !waitsForOthers(this.calls.permitRelease()))) {
			this.calls.permits().release();
		}
	}

	@Override
	final void refused(Throwable failure) {
		giveUpAndCancel(RunResult.REJECTED, failure, null);
	}

	@Override
	final void dropped(boolean admitted) {
		this.context = null;
		if (!admitted) {
			this.calls.permits().forget(this);
		}
		else if (this.permitted) {
			this.calls.permits().release();
		}
	}

	@Override
	final Events events() {
		return this.calls.events();
	}

	@Override
	final void endedLate() {
		this.calls.register().leaveAbandoned(this);
	}

	@Override
	final void moveOn(Runnable command) {
		this.loop.executeInAnyCase(command);
	}

	/**
	 * Takes the call out of the register, or leaves it there for its work.
	 */
	final void leaveRegister() {
		if (leave()) {
			this.calls.register().leave(this);
		}
		else {
			this.calls.register().abandon();
		}
	}

	/**
	 * Tells of the end, at which the clock stops for those who listen, unless that was
	 * done before an {@code Error} came.
	 */
	final void tellEnd(@Nullable Object outcome) {
		if (events().hasListeners() && this.endedAt == 0) {
			this.endedAt = System.nanoTime();
			events().ended(this, outcome);
		}
	}

	/**
	 * Returns what to throw for an outcome that is not a value; the task's own exception
	 * if it has one.
	 * @param missing what the text of a timeout says of parts that are missing
	 */
	public final Throwable toException(Failed failed, String missing) {
		Throwable failure = failed.failure();
		return switch (failed.result()) {
			case TIMEOUT -> Texts.timeout(this, failed, limit(), missing);
			case INTERRUPTED -> Texts.interrupted(this, failed);
			case CLOSED -> this.calls
				.closed(Texts.task(this) + (failed.wasStarted() ? " did not end" : " cannot be run"), failure);
			case REJECTED -> Texts.overloaded(Texts.task(this), this.calls.settings(), failure);
			default -> (failure != null) ? failure : Texts.cancelled(this);
		};
	}

	final void appendTimes(StringBuilder text, RunPhase phase) {
		long now = System.nanoTime();
		if (phase == RunPhase.WAITING_FOR_PERMIT) {
			text.append("waiting for a permit ").append(Nanos.text(now - this.submittedAt));
			return;
		}
		if (this.queuedAt != this.submittedAt) {
			text.append("waiting for a permit ").append(Nanos.text(this.queuedAt - this.submittedAt)).append(", ");
		}
		text.append("queued ").append(Nanos.text(((phase == RunPhase.QUEUED) ? now : startedAt()) - this.queuedAt));
		if (phase != RunPhase.QUEUED) {
			text.append(", running ").append(Nanos.text(now - startedAt()));
		}
	}

	/**
	 * Returns when the task was called, the call's own begin for a call that only waits.
	 */
	private long startedAt() {
		return (this.startedAt != 0) ? this.startedAt : this.submittedAt;
	}

	final long limit() {
		return this.limit;
	}

	/**
	 * Returns the time until the deadline, in nanoseconds, {@link Nanos#FOREVER} if there
	 * is none.
	 */
	final long timeLeft() {
		return Nanos.left(this.limit, this.submittedAt);
	}

	final long age(long now) {
		return now - this.submittedAt;
	}

	/**
	 * Returns for how long the task has waited for its start, in nanoseconds, zero if it
	 * does not.
	 */
	final long queuedFor(long now) {
		return isQueued() ? now - this.queuedAt : 0;
	}

	/**
	 * Returns whether the task is being called, and the work does not count as running
	 * yet.
	 */
	final boolean isBeingStarted() {
		return !this.counted && (open() == State.STARTING || isAbandoned());
	}

	/**
	 * Returns where the call is, {@code null} if it has ended.
	 */
	@Nullable RunPhase phase() {
		Open open = open();
		if (open != null) {
			return open.phase();
		}
		return isAbandoned() ? RunPhase.RUNNING : null;
	}

	/**
	 * Returns the thread that waits, {@code null} if none does.
	 */
	abstract @Nullable Thread owner();

	@Override
	public final String getRunnerName() {
		return this.calls.settings().runner();
	}

	/**
	 * Returns the name that the task was given or, without one, the place of the call, as
	 * long as a thread waits there.
	 */
	@Override
	public final String getTaskName() {
		String name = this.name;
		if (name == null) {
			name = place();
			this.name = name;
		}
		return (name != null) ? name : CallPlace.simpleName(this.origin.getName());
	}

	/**
	 * Returns where the call was made, {@code null} if that cannot be told.
	 */
	@Nullable String place() {
		return null;
	}

	@Override
	public final Duration getQueueTime() {
		return (this.startedAt != 0) ? Duration.ofNanos(this.startedAt - this.submittedAt) : getTotalTime();
	}

	@Override
	public final Duration getTotalTime() {
		long endedAt = this.endedAt;
		return Duration.ofNanos(((endedAt != 0) ? endedAt : System.nanoTime()) - this.submittedAt);
	}

	@Override
	public String toString() {
		return "call of task \"" + getTaskName() + "\" on runner \"" + getRunnerName() + "\"";
	}

}
