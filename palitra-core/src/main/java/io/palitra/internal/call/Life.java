package io.palitra.internal.call;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

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

	private final AtomicReference<Era> era = new AtomicReference<>(new Era(RunnerState.STOPPED, null, null));

	public RunnerState state() {
		return era().state();
	}

	/**
	 * Returns the loop that serves the runner now, or did so last.
	 */
	public Loop loop() {
		return Objects.requireNonNull(era().loop());
	}

	/**
	 * Returns what the thread of the last loop died of.
	 */
	@Nullable Throwable death() {
		return era().death();
	}

	private Era era() {
		return Objects.requireNonNull(this.era.get());
	}

	/**
	 * Returns whether calls are taken, and served by this very loop.
	 */
	boolean isServedBy(Loop loop) {
		Era now = era();
		return now.state() == RunnerState.RUNNING && now.loop() == loop;
	}

	/**
	 * A loop serves the runner from now on.
	 */
	public void begin(RunnerState state, Loop loop) {
		this.era.set(new Era(state, loop, null));
	}

	/**
	 * No more calls are taken, if any were.
	 * @return the state before
	 */
	public RunnerState refuseNew() {
		return Objects.requireNonNull(this.era.getAndUpdate((before) -> (before.state() == RunnerState.RUNNING)
				? new Era(RunnerState.STOPPING, before.loop(), null) : before))
			.state();
	}

	/**
	 * The thread of a loop has died.
	 */
	void die(Loop loop, Throwable death) {
		this.era.updateAndGet((before) -> {
			if (before.loop() != loop) {
				return before;
			}
			boolean served = before.state() == RunnerState.RUNNING;
			return new Era(served ? RunnerState.DEAD : before.state(), loop, death);
		});
	}

	/**
	 * The runner has ended, until it is started again or for good.
	 */
	public void end(RunnerState state) {
		this.era.updateAndGet((before) -> new Era(state, before.loop(), null));
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
