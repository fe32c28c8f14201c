package io.palitra.stress.race;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunnerState;
import io.palitra.WaitStrategy;

/**
 * A call is made while its runner closes.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The call came first")
@Outcome(id = "4, 1", expect = Expect.ACCEPTABLE, desc = "The close came first")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class LifeRunVersusClose {

	private final EventLoopThreadRunner runner = Races.runner(WaitStrategy.ADAPTIVE);

	@Actor
	public void run(II_Result result) {
		result.r1 = Races.outcomeOf(() -> this.runner.run(Races::value, Races.PATIENCE));
	}

	@Actor
	public void close(II_Result result) {
		this.runner.close();
		result.r2 = (this.runner.snapshot().state() == RunnerState.CLOSED) ? 1 : 0;
	}

}
