package io.palitra.stress.race;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import io.palitra.EventLoopThreadRunner;

/**
 * Two callers share one permit: whoever waits gets it from the other.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Both had it")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class PermitHandOver {

	private static final EventLoopThreadRunner RUNNER = Races.builder().maxInFlight(1).build();

	@Actor
	public void first(II_Result result) {
		result.r1 = Races.outcomeOf(() -> RUNNER.run(Races::value, Races.PATIENCE));
	}

	@Actor
	public void second(II_Result result) {
		result.r2 = Races.outcomeOf(() -> RUNNER.run(Races::value, Races.PATIENCE));
	}

}
