package io.palitra.stress.race;

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
 * A runner is started while it is stopped: it is the one or the other afterwards, through
 * and through.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The start came last")
@Outcome(id = "0, 4", expect = Expect.ACCEPTABLE, desc = "The stop came last")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class LifeStartVersusStop {

	private final EventLoopThreadRunner runner = Races.runner(WaitStrategy.ADAPTIVE);

	@Actor
	public void stop() {
		this.runner.stop();
	}

	@Actor
	public void start() {
		this.runner.start();
	}

	@Arbiter
	public void arbiter(II_Result result) {
		result.r1 = this.runner.isAlive() ? 1 : 0;
		result.r2 = Races.outcomeOf(() -> this.runner.run(Races::value, Races.PATIENCE));
		this.runner.close();
	}

}
