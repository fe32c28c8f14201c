package io.palitra.stress.race;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import io.palitra.EventLoopThreadRunner;
import io.palitra.WaitStrategy;

/**
 * The time of a call is up while its work completes; what the work is told must fit what
 * the owner got.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The value came in time")
@Outcome(id = "3, 1", expect = Expect.ACCEPTABLE, desc = "The value came too late, or the task was never called")
@Outcome(id = "3, 0", expect = Expect.ACCEPTABLE, desc = "The work was cancelled")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class TimeoutVersusComplete {

	private static final EventLoopThreadRunner RUNNER = Races.runner(WaitStrategy.PARK);

	private static final Duration SHORT = Duration.ofNanos(60_000);

	private final CompletableFuture<String> work = new CompletableFuture<>();

	private volatile boolean called;

	@Actor
	public void run(II_Result result) {
		result.r1 = Races.outcomeOf(() -> RUNNER.run(() -> {
			this.called = true;
			return this.work;
		}, SHORT));
	}

	@Actor
	public void complete(II_Result result) {
		long since = System.nanoTime();
		while (!this.called && System.nanoTime() - since < SHORT.toNanos()) {
			Thread.onSpinWait();
		}
		result.r2 = this.work.complete("value") ? 1 : 0;
	}

}
