package io.palitra.internal.call;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.palitra.Outcome;
import io.palitra.RunPhase;
import io.palitra.RunnerClosedException;
import io.palitra.RunnerOverloadedException;
import io.palitra.RunnerSnapshot;
import io.palitra.RunnerState;
import io.palitra.internal.loop.Log;
import io.palitra.internal.loop.Loop;
import io.palitra.internal.loop.Nanos;
import io.palitra.spi.RunListener;
import io.palitra.spi.RunResult;

/**
 * The calls of one runner, and the gate that they come in by.
 * <p>
 * A call is first entered here, then looks at the state, then goes to the loop; whoever
 * ends the runner first changes the state, then looks at the calls. All of these are
 * volatile accesses, so either the call sees that the gate is shut or the closer sees the
 * call: none slips through to wait for a loop that has gone (rule C10).
 */
public final class Calls {

	/**
	 * How often a drain looks whether its grace has been shortened: 10 ms.
	 */
	private static final long DRAIN_SLICE = 10_000_000;

	private final Settings settings;

	private final @Nullable Permits permits;

	/**
	 * The calls without an outcome.
	 */
	private final Set<Call<?>> undecided = ConcurrentHashMap.newKeySet();

	/**
	 * The calls with an outcome whose work has not ended.
	 */
	private final Set<Call<?>> abandoned = ConcurrentHashMap.newKeySet();

	private final AtomicReference<RunnerState> state = new AtomicReference<>(RunnerState.STOPPED);

	/**
	 * How many owners wait for the clean-up of their cancelled work.
	 */
	private final AtomicInteger settling = new AtomicInteger();

	private final LongAdder submitted = new LongAdder();

	private final LongAdder rejected = new LongAdder();

	private final LongAdder discarded = new LongAdder();

	private volatile @Nullable Throwable death;

	/**
	 * How long the loops before the present one have been busy, in nanoseconds. Written
	 * by whoever starts a loop, which one thread does at a time.
	 */
	private volatile long busyBefore;

	/**
	 * The thread that waits in {@link #drain}.
	 */
	private volatile @Nullable Thread drainer;

	public Calls(Settings settings) {
		this.settings = settings;
		this.permits = (settings.maxInFlight() != Integer.MAX_VALUE)
				? new Permits(settings.maxInFlight(), settings.overloadPolicy()) : null;
	}

	public String runner() {
		return this.settings.runner();
	}

	public RunnerState state() {
		return Objects.requireNonNull(this.state.get());
	}

	public void state(RunnerState state) {
		this.state.set(state);
	}

	/**
	 * A loop serves the calls.
	 * @param before the loop that did so before
	 */
	public void live(@Nullable Loop before) {
		this.death = null;
		this.busyBefore += (before != null) ? before.busyTime() : 0;
	}

	/**
	 * Takes no more calls, if it has taken any.
	 */
	public void refuseNew() {
		this.state.compareAndSet(RunnerState.RUNNING, RunnerState.STOPPING);
	}

	/**
	 * A loop's thread has died: nobody will serve its calls.
	 */
	public void die(Loop loop, Throwable death) {
		this.death = death;
		this.state.compareAndSet(RunnerState.RUNNING, RunnerState.DEAD);
		closeAll(loop, death);
	}

	/**
	 * Returns what to throw when the runner does not take something, or has not ended it.
	 * @param what what became of it, as the beginning of a sentence
	 * @param death what the loop's thread died of, if it did
	 */
	public RunnerClosedException closed(String what, @Nullable Throwable death) {
		Throwable cause = (death != null) ? death : this.death;
		String state = switch (state()) {
			case CLOSED -> "is closed";
			case RUNNING -> "has been started anew since";
			case STOPPED -> "is stopped; start() starts it again";
			default -> (cause != null) ? "has lost its thread to " + cause : "is stopping";
		};
		return new RunnerClosedException(what + ": runner \"" + this.settings.runner() + "\" " + state, cause);
	}

	RunnerOverloadedException overloaded(String task) {
		return new RunnerOverloadedException(task + " was refused: runner \"" + runner()
				+ "\" has as many calls in flight as it admits (maxInFlight " + this.settings.maxInFlight()
				+ "; a call that was given up counts until its work ends)");
	}

	/**
	 * Lets a call in and hands it to the loop.
	 * @param loop the loop, {@code null} for a call that has no task
	 * @return the call's outcome if the runner does not take it
	 */
	@Nullable Failed submit(Call<?> call, @Nullable Loop loop) {
		tell((listener) -> listener.onSubmit(call));
		this.submitted.increment();
		if (loop != null) {
			call.prepare(this.settings.carriers(), this.permits != null);
		}
		this.undecided.add(call);
		Failed refused = null;
		if (state() != RunnerState.RUNNING) {
			refused = new Failed(RunResult.CLOSED, this.death);
		}
		else if (loop != null) {
			refused = handOver(call, loop);
		}
		if (refused != null) {
			this.rejected.increment();
			call.refuse(refused);
		}
		return refused;
	}

	private @Nullable Failed handOver(Call<?> call, Loop loop) {
		if (this.permits != null) {
			return this.permits.admit(call);
		}
		return loop.execute(call) ? null : new Failed(RunResult.CLOSED, this.death);
	}

	/**
	 * Returns an executor that runs commands as another does, but in the context of the
	 * current thread.
	 */
	public Executor inContext(Executor executor) {
		Context context = Context.capture(this.settings.carriers());
		return (command) -> executor.execute(() -> context.run(command));
	}

	void releasePermit() {
		Objects.requireNonNull(this.permits).release();
	}

	void forgetPermit(Call<?> call) {
		Objects.requireNonNull(this.permits).forget(call);
	}

	void started(Call<?> call) {
		tell((listener) -> listener.onStart(call));
	}

	/**
	 * The call has its outcome.
	 */
	void decided(Call<?> call) {
		this.undecided.remove(call);
		wakeDrainer();
	}

	/**
	 * The call has its outcome, but its work goes on.
	 */
	void abandon(Call<?> call) {
		this.abandoned.add(call);
		// The work may have ended, and forgotten the call, before it was added.
		if (!call.isRunning()) {
			this.abandoned.remove(call);
		}
	}

	/**
	 * The work has ended too.
	 */
	void forget(Call<?> call) {
		this.abandoned.remove(call);
	}

	/**
	 * A value has come that nobody waits for any more (rule C11).
	 */
	public void discard(@Nullable Object value) {
		if (value instanceof Gathered<?> gathered) {
			gathered.outcomes().forEach(this::discard);
			return;
		}
		this.discarded.increment();
		if (value == null) {
			return;
		}
		for (Consumer<Object> handler : this.settings.discardHandlers()) {
			try {
				handler.accept(value);
			}
			catch (Throwable ex) {
				Log.warn("Runner \"" + runner() + "\" could not discard a late result of " + value.getClass()
						+ ": its handler failed", ex);
			}
		}
	}

	private void discard(Outcome<?> outcome) {
		if (outcome instanceof Outcome.Success<?> success) {
			discard(success.value());
		}
	}

	/**
	 * The work has failed when nobody waited for it any more. That it was cancelled is no
	 * news.
	 */
	void discardFailure(Call<?> call, Throwable failure) {
		if (!(failure instanceof CancellationException)) {
			this.discarded.increment();
			Log.debug("Work failed after its call had ended: " + call, failure);
		}
	}

	long hangThreshold() {
		return this.settings.hangThreshold();
	}

	void report(Call<?> call, RunPhase phase, long age) {
		Log.warn("Thread \"" + Thread.currentThread().getName() + "\" has waited " + Nanos.text(age) + " for task \""
				+ call.getTaskName() + "\" on runner \"" + runner() + "\": " + phase);
	}

	void ended(Call<?> call, @Nullable Object outcome) {
		if (this.settings.listeners().isEmpty()) {
			return;
		}
		call.stopClock();
		RunResult result = (outcome instanceof Failed failed) ? failed.result() : RunResult.SUCCESS;
		Throwable failure = (outcome instanceof Failed failed && failed.ofTask()) ? failed.failure() : null;
		tell((listener) -> listener.onEnd(call, result, failure));
	}

	private void tell(Consumer<RunListener> event) {
		for (RunListener listener : this.settings.listeners()) {
			try {
				event.accept(listener);
			}
			catch (Throwable ex) {
				Log.warn("Listener " + listener.getClass().getName() + " of runner \"" + this.settings.runner()
						+ "\" failed", ex);
			}
		}
	}

	/**
	 * Returns whether no owner waits, neither for an outcome nor for the clean-up after
	 * it.
	 */
	public boolean isIdle() {
		return this.undecided.isEmpty() && this.settling.get() == 0;
	}

	/**
	 * Waits until no owner does.
	 * @return {@code false} if the grace was over or the thread interrupted before, which
	 * leaves its flag set
	 */
	public boolean drain(Grace grace) {
		this.drainer = Thread.currentThread();
		try {
			// Looks at the calls after writing drainer, wakeDrainer() the other way
			// round: the last call either is gone here or wakes this thread.
			while (!isIdle()) {
				long left = grace.left();
				if (Thread.currentThread().isInterrupted()) {
					grace.shorten(0);
				}
				if (left <= 0) {
					return false;
				}
				// Looks now and then whether the grace has been shortened.
				LockSupport.parkNanos(this, Math.min(left, DRAIN_SLICE));
			}
			return true;
		}
		finally {
			this.drainer = null;
		}
	}

	private void wakeDrainer() {
		Thread drainer = this.drainer;
		if (drainer != null && isIdle()) {
			LockSupport.unpark(drainer);
		}
	}

	/**
	 * Ends every call of a loop. First all owners are woken, then the futures of those
	 * who do not wait are completed, then the works are cancelled: nobody has to wait for
	 * another's code.
	 * @param death what the loop's thread died of, if it did
	 */
	public void closeAll(Loop loop, @Nullable Throwable death) {
		List<Call<?>> closed = new ArrayList<>();
		for (Call<?> call : this.undecided) {
			if (call.isLeftBy(loop) && call.close(death)) {
				closed.add(call);
			}
		}
		closed.forEach(Call::completeFuture);
		closed.forEach(Call::cancelWork);
	}

	/**
	 * The owner goes on waiting for the clean-up of its work.
	 */
	void settling() {
		this.settling.incrementAndGet();
	}

	void settled() {
		this.settling.decrementAndGet();
		wakeDrainer();
	}

	public RunnerSnapshot snapshot(Loop loop) {
		List<RunnerSnapshot.Call> calls = new ArrayList<>();
		int pending = 0;
		int active = 0;
		int waiting = 0;
		int abandoned = 0;
		long lag = Math.max(loop.overdue(), 0);
		for (Call<?> call : this.undecided) {
			pending += call.isPending() ? 1 : 0;
			active += call.isRunning() ? 1 : 0;
			waiting += call.isWaitedFor() ? 1 : 0;
			lag = Math.max(lag, call.queuedFor());
			add(calls, call);
		}
		for (Call<?> call : this.abandoned) {
			active += call.isRunning() ? 1 : 0;
			waiting += (call.isRunning() && call.isWaitedFor()) ? 1 : 0;
			abandoned += (call.isRunning() && !call.isWaitedFor()) ? 1 : 0;
			add(calls, call);
		}
		calls.sort(Comparator.comparing(RunnerSnapshot.Call::age).reversed());
		long held = loop.heldFor();
		List<StackTraceElement> stack = (held >= Loop.HELD) ? List.of(loop.thread().getStackTrace()) : List.of();
		return new RunnerSnapshot(this.settings.runner(), state(), loop.thread().getName(), pending, active, waiting,
				abandoned, this.submitted.sum(), this.rejected.sum(), this.discarded.sum(), loop.slow(),
				Duration.ofNanos(lag), Duration.ofNanos(this.busyBefore + loop.busyTime()), Duration.ofNanos(held),
				stack, List.copyOf(calls));
	}

	private static void add(List<RunnerSnapshot.Call> calls, Call<?> call) {
		RunnerSnapshot.Call snapshot = call.snapshot();
		if (snapshot != null) {
			calls.add(snapshot);
		}
	}

}
