package io.palitra.stress.race;

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
 * An owner is interrupted while its work completes: the flag is set afterwards, whichever
 * came first.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE,
		desc = "The value came first, and the interrupt is left for the next wait")
@Outcome(id = "5, 1", expect = Expect.ACCEPTABLE, desc = "The interrupt came first")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class InterruptVersusComplete {

	private static final EventLoopThreadRunner RUNNER = Races.runner(WaitStrategy.PARK);

	private final CompletableFuture<String> work = new CompletableFuture<>();

	private volatile Thread owner = Thread.currentThread();

	private volatile boolean called;

	private volatile boolean interrupted;

	@Actor
	public void run(II_Result result) {
		this.owner = Thread.currentThread();
		result.r1 = Races.outcomeOf(() -> RUNNER.run(() -> {
			this.called = true;
			return this.work;
		}, Races.PATIENCE));
		while (!this.interrupted) {
			Thread.onSpinWait();
		}
		result.r2 = Thread.interrupted() ? 1 : 0;
	}

	@Actor
	public void interruptAndComplete() {
		while (!this.called) {
			Thread.onSpinWait();
		}
		this.owner.interrupt();
		this.work.complete("value");
		this.interrupted = true;
	}

}
