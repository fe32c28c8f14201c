package io.palitra.internal.call;

import java.lang.invoke.MethodHandles;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

import io.palitra.RunnerClosedException;
import io.palitra.RunnerSnapshot;
import io.palitra.internal.Settings;
import io.palitra.internal.call.State.Open;
import io.palitra.internal.loop.Clock;
import io.palitra.internal.loop.Headroom;
import io.palitra.internal.loop.Log;
import io.palitra.internal.loop.Loop;
import io.palitra.spi.RunResult;

/**
 * The way in for the calls of one runner, and the end of them all.
 */
public final class Calls {

	private final Settings settings;

	private final Life life = new Life();

	private final Register register = new Register();

	private final Events events;

	/**
	 * Of use only if the runner is bounded.
	 */
	private final Permits permits;

	/**
	 * There from the beginning: where it is needed may be no memory for it.
	 */
	private final Runnable permitRelease;

	private final Snapshots snapshots = new Snapshots(this);

	/**
	 * The context that the last call came with, for calls with the same. Weak, for it
	 * knows a class loader that is not to be kept (rule C17).
	 */
	private volatile WeakReference<@Nullable Context> lastContext = new WeakReference<>(null);

	/**
	 * Whether there are calls whose thread was torn out of them. Cleared before they are
	 * looked for.
	 */
	volatile boolean torn;

	public Calls(Settings settings) {
		Headroom.initialize(MethodHandles.lookup(), Log.class, Clock.class, CallPlace.class, OwnedCall.class,
				StartPolicy.class, State.class, StageListener.End.class, Work.Cancel.class, Scope.InContext.class,
				ScopedFuture.Await.class, ValueEnd.class, Chain.Tell.class);
		this.settings = settings;
		this.events = new Events(settings);
		this.permits = new Permits(settings.maxInFlight(), settings.overloadPolicy());
		this.permitRelease = this.permits::release;
	}

	public Settings settings() {
		return this.settings;
	}

	public Life life() {
		return this.life;
	}

	public Register register() {
		return this.register;
	}

	Events events() {
		return this.events;
	}

	Permits permits() {
		return this.permits;
	}

	/**
	 * Returns where a call begins.
	 */
	Open firstState() {
		return this.settings.isBounded() ? State.WAITING : State.QUEUED;
	}

	/**
	 * Returns whether a call that the current thread makes does not wait for a permit:
	 * the owner of another call of this runner makes it in what it runs for that, or it
	 * is made on the runner's loop. The owner would wait for ever if it had the last.
	 */
	private boolean isNested() {
		return this.life.loop().inLoop() || OwnedCall.isInside(this);
	}

	/**
	 * Lets a call in that is entered in the register.
	 * @return the call's outcome if the runner does not take it
	 */
	@Nullable RunResult submit(Call<?> call) {
		if (this.torn) {
			Clock.elsewhere(this::mend);
		}
		this.events.submitted(call);
		if (call.needsPermit() || call.isQueued()) {
			// One that only waits calls nothing, and may stay with its stage for long.
			call.setContext(capture());
		}
		RunResult refused = this.life.isServedBy(call.loop()) ? handOver(call) : RunResult.CLOSED;
		if (refused == null) {
			return null;
		}
		this.events.rejected.increment();
		return call.giveUpAndCancel(refused, null, null) ? refused : RunResult.CLOSED;
	}

	/**
	 * Ends the calls whose thread an {@code Error} has torn out of them.
	 */
	public void mend() {
		if (this.torn) {
			this.torn = false;
			this.register.forEach(Call::mend);
		}
	}

	private @Nullable RunResult handOver(Call<?> call) {
		if (call.needsPermit()) {
			if (!isNested()) {
				return this.permits.admit(call) ? null : RunResult.REJECTED;
			}
			if (!this.permits.admitAtOnce(call)) {
				// It was given up meanwhile.
				return null;
			}
		}
		return call.handOver() ? null : RunResult.CLOSED;
	}

	/**
	 * Returns whether the end of the runner may wait for what the current thread does: it
	 * is inside a call, or discards what has come of one.
	 */
	public boolean isInCall() {
		return this.register.isBusy(Thread.currentThread()) || this.events.isDiscarding(Thread.currentThread());
	}

	/**
	 * Captures the context of the current thread.
	 */
	private Context capture() {
		Context last = this.lastContext.get();
		Context context = Context.capture(this.settings.carriers(), last);
		if (context != last && this.settings.carriers().isEmpty()) {
			this.lastContext = new WeakReference<>(context);
		}
		return context;
	}

	/**
	 * Returns an executor that runs commands as another does, but in the context of the
	 * current thread.
	 */
	public Executor inContext(Executor executor) {
		Context context = capture();
		return (command) -> executor.execute(() -> context.run(command));
	}

	Runnable permitRelease() {
		return this.permitRelease;
	}

	/**
	 * A value has come that nobody waits for any more (rule C11).
	 */
	public void discard(@Nullable Object value) {
		this.events.discard(value);
	}

	/**
	 * Returns what to throw when the runner does not take something, or has not ended it.
	 * @param what what became of it, as the beginning of a sentence
	 * @param death what the loop's thread died of, if it did
	 */
	public RunnerClosedException closed(String what, @Nullable Throwable death) {
		return Texts.closed(what, this.settings, this.life.state(), (death != null) ? death : this.life.death());
	}

	/**
	 * Another loop serves the calls.
	 */
	public void follow(Loop last) {
		this.snapshots.follow(last);
	}

	/**
	 * A loop's thread has died: nobody will serve its calls.
	 */
	public void die(Loop loop, Throwable death) {
		this.life.die(loop, death);
		// One of its owners, woken by this, may have given the runner another loop.
		endAll(loop, death);
	}

	/**
	 * Ends every call of a loop, after the runner has stopped taking them. First all
	 * owners are woken, then the futures of those who do not wait are completed, then the
	 * works are cancelled: nobody has to wait for another's code.
	 * @param loop the loop that serves them
	 * @param death what its thread died of, if it did
	 */
	public void endAll(Loop loop, @Nullable Throwable death) {
		Queue<GivenUp> all = new ArrayDeque<>();
		this.register.forEach((call) -> {
			Open was = (call.loop() == loop) ? call.giveUp(RunResult.CLOSED, death, null) : null;
			if (was != null) {
				if (call instanceof OwnedCall<?>) {
					call.ended();
				}
				all.add(new GivenUp(call, was));
			}
		});
		all.forEach((each) -> {
			if (each.call instanceof SubmittedCall<?>) {
				each.call.ended();
			}
		});
		// One by one, as the stages keep what they are cancelled with.
		for (GivenUp each = all.poll(); each != null; each = all.poll()) {
			each.call.cancelWork(each.was);
		}
	}

	/**
	 * Tells what the runner does.
	 * @param most how many calls to look at, the oldest
	 */
	public RunnerSnapshot snapshot(int most) {
		if (this.torn) {
			Clock.elsewhere(this::mend);
		}
		return this.snapshots.take(most);
	}

	/**
	 * A call that has its outcome, and where it was before.
	 */
	private record GivenUp(Call<?> call, Open was) {
	}

}
