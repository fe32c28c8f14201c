package io.palitra.internal.call;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

import org.jspecify.annotations.Nullable;

import io.palitra.RunPhase;
import io.palitra.RunnerSnapshot;
import io.palitra.internal.loop.Loop;
import io.palitra.internal.loop.Nanos;

/**
 * Shows what a runner does at one moment. The numbers are counters; calls are gone
 * through only if some are asked for.
 */
final class Snapshots {

	private final Calls calls;

	/**
	 * How long the loops before the present one have been busy, in nanoseconds. Written
	 * by whoever starts a loop, which one thread does at a time.
	 */
	private volatile long busyBefore;

	/**
	 * How many callbacks have held them too long. Written likewise.
	 */
	private volatile long slowBefore;

	Snapshots(Calls calls) {
		this.calls = calls;
	}

	/**
	 * Another loop follows.
	 */
	void follow(Loop last) {
		this.busyBefore += last.watch().busyTime();
		this.slowBefore += last.watch().slow();
	}

	/**
	 * Takes a snapshot.
	 * @param most how many calls to look at, the oldest
	 */
	RunnerSnapshot take(int most) {
		Loop loop = this.calls.life().loop();
		Events events = this.calls.events();
		Register register = this.calls.register();
		long now = System.nanoTime();
		List<RunnerSnapshot.Call> seen = new ArrayList<>();
		if (most > 0) {
			for (Call<?> call : register.oldest(most, now)) {
				RunnerSnapshot.Call shown = show(call, now);
				if (shown != null) {
					seen.add(shown);
				}
			}
		}
		long held = loop.watch().heldFor();
		long queued = (loop.next() instanceof Call<?> call) ? call.queuedFor(now) : 0;
		long lag = Math.max(loop.overdue(), queued);
		List<StackTraceElement> stack = (most > 0 && held >= Loop.HELD) ? List.of(loop.thread().getStackTrace())
				: List.of();
		int active = Math.max(events.running.intValue(), 0) + (isStarting(loop) ? 1 : 0);
		return new RunnerSnapshot(this.calls.settings().runner(), this.calls.life().state(), loop.thread().getName(),
				StartPolicy.describe(this.calls.settings().startOn()), (int) Math.max(register.size() - active, 0),
				active, Math.max(events.waiting.intValue(), 0), register.abandoned(), limit(), permits(),
				register.entered(), events.rejected.sum(), events.discarded.sum(),
				this.slowBefore + loop.watch().slow(), loop.spin().isSpinning(), Duration.ofNanos(lag),
				Duration.ofNanos(this.busyBefore + loop.watch().busyTime()), Duration.ofNanos(held), stack,
				List.copyOf(seen));
	}

	/**
	 * Returns whether the loop is calling a task right now, which counts as active before
	 * there is a stage.
	 */
	private static boolean isStarting(Loop loop) {
		return loop.watch().current() instanceof Call<?> call && call.isBeingStarted();
	}

	private OptionalInt limit() {
		return this.calls.settings().isBounded() ? OptionalInt.of(this.calls.settings().maxInFlight())
				: OptionalInt.empty();
	}

	private OptionalInt permits() {
		return this.calls.settings().isBounded() ? OptionalInt.of(this.calls.permits().free()) : OptionalInt.empty();
	}

	private static RunnerSnapshot.@Nullable Call show(Call<?> call, long now) {
		RunPhase phase = call.phase();
		if (phase == null) {
			return null;
		}
		Thread owner = call.owner();
		long left = call.timeLeft();
		return new RunnerSnapshot.Call(call.getTaskName(), phase, StartPolicy.describe(call.startOn()),
				Duration.ofNanos(call.age(now)), (owner != null) ? owner.getName() : null,
				(left != Nanos.FOREVER) ? Duration.ofNanos(left) : null);
	}

}
