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
 * A call comes to a permit that work holds while its runner is stopped and started and
 * the work ends: it gets the permit or is refused, and the permit is not lost.
 */
@JCStressTest
@Outcome(id = { "1, 1", "4, 1" }, expect = Expect.ACCEPTABLE, desc = "Served or refused, and the permit comes back")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class LifePermitVersusRestart {

	private final EventLoopThreadRunner runner = Races.builder().maxInFlight(1).build();

	private final CompletableFuture<String> work = Races.deaf();

	private final CompletableFuture<String> holder = this.runner.submit(() -> this.work);

	public LifePermitVersusRestart() {
		Races.settle(this.runner);
		this.holder.cancel(true);
	}

	@Actor
	public void run(II_Result result) {
		result.r1 = Races.outcomeOf(() -> this.runner.run(Races::value, Races.PATIENCE));
	}

	@Actor
	public void restart() {
		this.runner.stop();
		this.runner.start();
	}

	@Actor
	public void complete() {
		this.work.complete("value");
	}

	@Arbiter
	public void arbiter(II_Result result) {
		result.r2 = Races.outcomeOf(() -> this.runner.run(Races::value, Races.PATIENCE));
		this.runner.close();
	}

}
