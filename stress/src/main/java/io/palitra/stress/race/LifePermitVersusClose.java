package io.palitra.stress.race;

import java.util.concurrent.CompletableFuture;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import io.palitra.EventLoopThreadRunner;

/**
 * A call comes to permits that given up work holds while its runner is closed: it does
 * not wait for a loop that has ended.
 */
@JCStressTest
@Outcome(id = "4, 0", expect = Expect.ACCEPTABLE, desc = "Refused or released")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class LifePermitVersusClose {

	private final EventLoopThreadRunner runner = Races.builder().maxInFlight(1).build();

	private final CompletableFuture<String> work = Races.deaf();

	private final CompletableFuture<String> holder = this.runner.submit(() -> this.work);

	public LifePermitVersusClose() {
		Races.settle(this.runner);
		this.holder.cancel(true);
	}

	@Actor
	public void run(II_Result result) {
		result.r1 = Races.outcomeOf(() -> this.runner.run(Races::value, Races.PATIENCE));
	}

	@Actor
	public void close() {
		this.runner.close();
	}

	@Arbiter
	public void arbiter(II_Result result) {
		result.r2 = this.runner.snapshot().pending();
	}

}
