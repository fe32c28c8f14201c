package io.palitra.internal.call;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.palitra.RunPhase;
import io.palitra.RunnerClosedException;
import io.palitra.RunnerOverloadedException;
import io.palitra.RunnerSnapshot;
import io.palitra.RunnerState;
import io.palitra.internal.loop.Log;
import io.palitra.internal.loop.Loop;
import io.palitra.internal.loop.LoopTask;
import io.palitra.internal.loop.Names;
import io.palitra.internal.loop.Nanos;
import io.palitra.spi.RunListener;
import io.palitra.spi.RunResult;

/**
 * The calls of one runner, and the gate that they come in by.
 * <p>
 * A call first looks at the state, then goes to the loop, where one word decides whether
 * it is in; whoever ends the runner first changes the state, then ends the loop. A call
 * that slips through between the two is ended with the loop: none waits for a loop that
 * has gone (rule C10).
 */
public final class Calls {

	/**
	 * How often a drain looks whether its calls have ended: every 10 ms.
	 */
	private static final long DRAIN_SLICE = 10_000_000;

	private final Settings settings;

	private final @Nullable Permits permits;

	/**
	 * The calls whose work goes on beyond the callback that has started it, with an
	 * outcome or without. Those before that are in the loop's queue or wait for a permit.
	 */
	private final Set<Call<?>> running = ConcurrentHashMap.newKeySet();

	private final AtomicReference<RunnerState> state = new AtomicReference<>(RunnerState.STOPPED);

	private final LongAdder submitted = new LongAdder();

	/**
	 * How many calls have left: their owners have the outcome, or their futures. Never
	 * more than have been submitted, so who reads this first and finds both equal knows
	 * that there was a moment without any.
	 */
	private final LongAdder left = new LongAdder();

	private final LongAdder rejected = new LongAdder();

	private final LongAdder discarded = new LongAdder();

	private volatile @Nullable Throwable death;

	/**
	 * How long the loops before the present one have been busy, in nanoseconds. Written
	 * by whoever starts a loop, which one thread does at a time.
	 */
	private volatile long busyBefore;

	/**
	 * How many callbacks have held them too long. Written likewise.
	 */
	private volatile long slowBefore;

	/**
	 * The context that the last call came with, for calls with the same. Weak, for it
	 * knows a class loader that is not to be kept (rule C17).
	 */
	private volatile WeakReference<@Nullable Context> lastContext = new WeakReference<>(null);

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
		if (before != null) {
			this.busyBefore += before.watch().busyTime();
			this.slowBefore += before.watch().slow();
		}
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
			default -> (cause != null) ? "has lost its thread to " + Names.escape(cause.toString()) : "is stopping";
		};
		return new RunnerClosedException(what + ": runner \"" + this.settings.runner() + "\" " + state, cause);
	}

	RunnerOverloadedException overloaded(String task) {
		return new RunnerOverloadedException(task + " was refused: runner \"" + runner()
				+ "\" has as many calls in flight as it admits (maxInFlight " + this.settings.maxInFlight()
				+ "; a call that was given up counts until its work ends)");
	}

	long timeout() {
		return this.settings.timeout();
	}

	/**
	 * Returns whether calls need a permit.
	 */
	boolean isBounded() {
		return this.permits != null;
	}

	/**
	 * Lets a call in and hands it to its loop.
	 * @return the call's outcome if the runner does not take it
	 */
	@Nullable RunResult submit(Call<?> call) {
		if (!this.settings.listeners().isEmpty()) {
			tell((listener) -> listener.onSubmit(call));
		}
		this.submitted.increment();
		if (call.isWaiting()) {
			this.running.add(call);
		}
		else {
			call.prepare(capture());
		}
		RunResult refused = (state() == RunnerState.RUNNING) ? handOver(call) : RunResult.CLOSED;
		if (refused == null) {
			return null;
		}
		this.rejected.increment();
		return call.refuse(refused);
	}

	private Context capture() {
		Context last = this.lastContext.get();
		Context context = Context.capture(this.settings.carriers(), last);
		if (context != last && this.settings.carriers().isEmpty()) {
			this.lastContext = new WeakReference<>(context);
		}
		return context;
	}

	private @Nullable RunResult handOver(Call<?> call) {
		if (call.isWaiting()) {
			// Entered before: whoever ends the loop has seen the call, or this sees that
			// it ends.
			return call.isOrphaned() ? RunResult.CLOSED : null;
		}
		if (this.permits != null) {
			return this.permits.admit(call);
		}
		return call.handOver() ? null : RunResult.CLOSED;
	}

	/**
	 * Returns an executor that runs commands as another does, but in the context of the
	 * current thread.
	 */
	public Executor inContext(Executor executor) {
		Context context = capture();
		return (command) -> executor.execute(() -> context.run(command));
	}

	/**
	 * The work of a call has ended, or was dropped when the call had its permit.
	 */
	void releasePermit() {
		if (this.permits != null) {
			this.permits.release();
		}
	}

	/**
	 * A call was dropped before its task was called.
	 * @param queued whether it was on the loop's queue, with a permit if it needs one
	 */
	void dropped(Call<?> call, boolean queued) {
		if (queued) {
			releasePermit();
		}
		else {
			Objects.requireNonNull(this.permits).forget(call);
		}
	}

	void started(Call<?> call) {
		if (!this.settings.listeners().isEmpty()) {
			tell((listener) -> listener.onStart(call));
		}
	}

	/**
	 * The call's work goes on beyond the loop's callback.
	 */
	void running(Call<?> call) {
		this.running.add(call);
	}

	/**
	 * The call's work has ended.
	 */
	void forget(Call<?> call) {
		this.running.remove(call);
	}

	/**
	 * A value has come that nobody waits for any more (rule C11).
	 */
	public void discard(@Nullable Object value) {
		if (value instanceof Gathered<?> gathered) {
			gathered.forEachValue(this::discard);
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

	void report(Call<?> call, long age) {
		Log.warn("Thread \"" + Names.of(Thread.currentThread()) + "\" has waited " + Nanos.text(age) + " for task \""
				+ call.getTaskName() + "\" on runner \"" + runner() + "\": " + call.phase());
	}

	/**
	 * The call leaves with its outcome.
	 */
	void ended(Call<?> call, @Nullable Object outcome) {
		if (!this.settings.listeners().isEmpty()) {
			call.stopClock();
			RunResult result = (outcome instanceof Failed failed) ? failed.result() : RunResult.SUCCESS;
			Throwable failure = (outcome instanceof Failed failed && failed.ofTask()) ? failed.failure() : null;
			tell((listener) -> listener.onEnd(call, result, failure));
		}
		this.left.increment();
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
		long left = this.left.sum();
		return left == this.submitted.sum();
	}

	/**
	 * Waits until no owner does.
	 * @return {@code false} if the grace was over or the thread interrupted before, which
	 * leaves its flag set
	 */
	public boolean drain(Grace grace) {
		while (!isIdle()) {
			long left = grace.left();
			if (Thread.currentThread().isInterrupted()) {
				grace.shorten(0);
			}
			if (left <= 0) {
				return false;
			}
			// Calls end without a word to whoever waits here, and a grace is shortened
			// without one.
			LockSupport.parkNanos(this, Math.min(left, DRAIN_SLICE));
		}
		return true;
	}

	/**
	 * Ends every call of a loop. First all owners are woken, then the futures of those
	 * who do not wait are completed, then the works are cancelled: nobody has to wait for
	 * another's code. What the loop may move on meanwhile, it ends itself when it comes
	 * to it.
	 * @param death what the loop's thread died of, if it did
	 */
	public void closeAll(Loop loop, @Nullable Throwable death) {
		loop.retire();
		Map<Call<?>, Call.Open> closed = new LinkedHashMap<>();
		for (Call<?> call : inFlight(loop)) {
			Call.Open open = call.isLeftBy(loop) ? call.close(death) : null;
			if (open != null) {
				closed.put(call, open);
			}
		}
		for (Call<?> call : closed.keySet()) {
			call.completeFuture();
		}
		for (Map.Entry<Call<?>, Call.Open> entry : closed.entrySet()) {
			entry.getKey().cancelWork(entry.getValue());
		}
	}

	/**
	 * Returns the calls that have not ended, in the order in which they move on: waiting
	 * for a permit, queued, running.
	 */
	private Set<Call<?>> inFlight(Loop loop) {
		Set<Call<?>> calls = new LinkedHashSet<>();
		if (this.permits != null) {
			calls.addAll(this.permits.waiting());
		}
		for (LoopTask task : loop.tasks()) {
			if (task instanceof Call<?> call) {
				calls.add(call);
			}
		}
		calls.addAll(this.running);
		return calls;
	}

	public RunnerSnapshot snapshot(Loop loop) {
		List<RunnerSnapshot.Call> calls = new ArrayList<>();
		int pending = 0;
		int waiting = 0;
		int abandoned = 0;
		long lag = Math.max(loop.overdue(), 0);
		Set<Call<?>> inFlight = inFlight(loop);
		long now = System.nanoTime();
		for (Call<?> call : inFlight) {
			lag = Math.max(lag, call.queuedFor());
			boolean hasOutcome = call.hasOutcome();
			RunnerSnapshot.Call seen = call.snapshot(now);
			if (seen != null) {
				calls.add(seen);
				pending += isPending(seen.phase()) ? 1 : 0;
				waiting += (seen.ownerThreadName() != null) ? 1 : 0;
				abandoned += (hasOutcome && seen.ownerThreadName() == null) ? 1 : 0;
			}
		}
		calls.sort(Comparator.comparing(RunnerSnapshot.Call::age).reversed());
		long held = loop.watch().heldFor();
		List<StackTraceElement> stack = (held >= Loop.HELD) ? List.of(loop.thread().getStackTrace()) : List.of();
		return new RunnerSnapshot(this.settings.runner(), state(), loop.thread().getName(), pending,
				calls.size() - pending, waiting, abandoned, this.submitted.sum(), this.rejected.sum(),
				this.discarded.sum(), this.slowBefore + loop.watch().slow(), loop.spin().isSpinning(),
				Duration.ofNanos(lag), Duration.ofNanos(this.busyBefore + loop.watch().busyTime()),
				Duration.ofNanos(held), stack, List.copyOf(calls));
	}

	private static boolean isPending(RunPhase phase) {
		return phase == RunPhase.QUEUED || phase == RunPhase.WAITING_FOR_PERMIT;
	}

}
