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
 * A call is made while its runner is stopped and started.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Before the stop or after the start")
@Outcome(id = "4, 1", expect = Expect.ACCEPTABLE, desc = "In between")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class LifeRunVersusRestart {

	private final EventLoopThreadRunner runner = Races.runner(WaitStrategy.ADAPTIVE);

	@Actor
	public void run(II_Result result) {
		result.r1 = Races.outcomeOf(() -> this.runner.run(Races::value, Races.PATIENCE));
	}

	@Actor
	public void restart() {
		this.runner.stop();
		this.runner.start();
	}

	@Arbiter
	public void arbiter(II_Result result) {
		result.r2 = Races.outcomeOf(() -> this.runner.run(Races::value, Races.PATIENCE));
		this.runner.close();
	}

}
