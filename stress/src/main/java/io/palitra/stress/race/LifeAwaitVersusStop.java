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
import io.palitra.WaitStrategy;

/**
 * Somebody begins to wait for a stage that is never done while the runner is stopped.
 */
@JCStressTest
@Outcome(id = "4, 1", expect = Expect.ACCEPTABLE, desc = "Refused or released")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class LifeAwaitVersusStop {

	private final EventLoopThreadRunner runner = Races.runner(WaitStrategy.ADAPTIVE);

	@Actor
	public void await(II_Result result) {
		result.r1 = Races.outcomeOf(() -> this.runner.await(new CompletableFuture<>(), Races.PATIENCE));
	}

	@Actor
	public void stop() {
		this.runner.stop();
	}

	@Arbiter
	public void arbiter(II_Result result) {
		this.runner.start();
		result.r2 = Races.outcomeOf(() -> this.runner.run(Races::value, Races.PATIENCE));
		this.runner.close();
	}

}
