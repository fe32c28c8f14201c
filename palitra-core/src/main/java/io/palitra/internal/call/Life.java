package io.palitra.internal.call;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.palitra.RunnerState;
import io.palitra.internal.loop.Loop;

/**
 * Where a runner is in its life, in one word.
 *
 * <pre>
 *             ┌──────────────── start ─────────────────┐
 *             ▼                                        │
 *  start ▶ RUNNING ── stop, close ──▶ STOPPING ──▶ STOPPED, or for good CLOSED
 *           │   ▲                                      ▲
 *  thread dies  start                                  │
 *           ▼   │                                      │
 *            DEAD ───────────── stop, close ───────────┘
 * </pre>
 *
 * A call is entered in the {@link Register} before it looks here; whoever ends the runner
 * writes here before he looks into the register. Both are volatile accesses, so either
 * the call sees the end or the end sees the call.
 */
public final class Life {

	private volatile Era era = new Era(RunnerState.STOPPED, null, null);

	public RunnerState state() {
		return this.era.state();
	}

	/**
	 * Returns the loop that serves the runner now, or did so last.
	 */
	public Loop loop() {
		return Objects.requireNonNull(this.era.loop());
	}

	/**
	 * Returns what the thread of the last loop died of.
	 */
	@Nullable Throwable death() {
		return this.era.death();
	}

	/**
	 * Returns whether calls are taken, and served by this very loop.
	 */
	boolean isServedBy(Loop loop) {
		Era now = this.era;
		return now.state() == RunnerState.RUNNING && now.loop() == loop;
	}

	/**
	 * A loop serves the runner from now on.
	 */
	public synchronized void begin(RunnerState state, Loop loop) {
		this.era = new Era(state, loop, null);
	}

	/**
	 * No more calls are taken, if any were.
	 */
	public synchronized void refuseNew() {
		if (state() == RunnerState.RUNNING) {
			this.era = new Era(RunnerState.STOPPING, loop(), null);
		}
	}

	/**
	 * The thread of a loop has died.
	 */
	synchronized void die(Loop loop, Throwable death) {
		if (this.era.loop() == loop) {
			this.era = new Era((state() == RunnerState.RUNNING) ? RunnerState.DEAD : state(), loop, death);
		}
	}

	/**
	 * The runner has ended, until it is started again or for good.
	 */
	public synchronized void end(RunnerState state) {
		this.era = new Era(state, loop(), null);
	}

	/**
	 * A part of a runner's life.
	 *
	 * @param state the state
	 * @param loop the loop that serves the runner, or did so last; {@code null} before
	 * the first
	 * @param death what its thread died of, if it did
	 */
	private record Era(RunnerState state, @Nullable Loop loop, @Nullable Throwable death) {
	}

}
