package io.palitra.stress.race;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import io.palitra.EventLoopThreadRunner;
import io.palitra.WaitStrategy;

/**
 * A call is submitted, and a task handed to the loop, while the runner closes: neither
 * future stays open.
 */
@JCStressTest
@Outcome(id = { "1, 1", "1, 2", "1, 4", "4, 1", "4, 2", "4, 4" }, expect = Expect.ACCEPTABLE,
		desc = "Run, cancelled or refused")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class LifeSubmitVersusClose {

	private final EventLoopThreadRunner runner = Races.runner(WaitStrategy.ADAPTIVE);

	@Actor
	public void submit(II_Result result) {
		result.r1 = Races.outcomeOf(() -> Races.valueOf(this.runner.submit(Races::value)));
		result.r2 = Races.outcomeOf(() -> Races.valueOf(this.runner.getLoop().submit(() -> "value")));
	}

	@Actor
	public void close() {
		this.runner.close();
	}

}
