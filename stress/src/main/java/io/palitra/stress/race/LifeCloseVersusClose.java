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
 * Two threads close the same runner: neither returns before it is closed.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "It is closed")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class LifeCloseVersusClose {

	private final EventLoopThreadRunner runner = Races.runner(WaitStrategy.ADAPTIVE);

	@Actor
	public void first(II_Result result) {
		this.runner.close();
		result.r1 = (this.runner.snapshot().state() == RunnerState.CLOSED) ? 1 : 0;
	}

	@Actor
	public void second(II_Result result) {
		this.runner.close();
		result.r2 = (this.runner.snapshot().state() == RunnerState.CLOSED) ? 1 : 0;
	}

}
