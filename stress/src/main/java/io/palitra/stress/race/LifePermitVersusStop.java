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
 * A call comes to permits that given up work holds while its runner is stopped: it does
 * not wait for a loop that has ended. The permit is there again when the work has ended,
 * which the runner has outlived.
 */
@JCStressTest
@Outcome(id = "4, 1", expect = Expect.ACCEPTABLE, desc = "Refused or released, and the permit comes back")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class LifePermitVersusStop {

	private final EventLoopThreadRunner runner = Races.builder().maxInFlight(1).build();

	private final CompletableFuture<String> work = Races.deaf();

	private final CompletableFuture<String> holder = this.runner.submit(() -> this.work);

	public LifePermitVersusStop() {
		Races.settle(this.runner);
		this.holder.cancel(true);
	}

	@Actor
	public void run(II_Result result) {
		result.r1 = Races.outcomeOf(() -> this.runner.run(Races::value, Races.PATIENCE));
	}

	@Actor
	public void stop() {
		this.runner.stop();
	}

	@Arbiter
	public void arbiter(II_Result result) {
		this.runner.start();
		this.work.complete("value");
		result.r2 = Races.outcomeOf(() -> this.runner.run(Races::value, Races.PATIENCE));
		this.runner.close();
	}

}
