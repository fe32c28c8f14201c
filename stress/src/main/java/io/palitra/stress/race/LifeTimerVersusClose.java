package io.palitra.stress.race;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

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
 * A timer is registered while the loop is shut down: it runs, or whoever waits for it is
 * told that it will not, and it is returned at most once.
 */
@JCStressTest
@Outcome(id = { "1, 0", "2, 0", "2, 1", "4, 0" }, expect = Expect.ACCEPTABLE, desc = "Run, cancelled or refused")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class LifeTimerVersusClose {

	private final EventLoopThreadRunner runner = Races.runner(WaitStrategy.ADAPTIVE);

	private final AtomicInteger returned = new AtomicInteger();

	@Actor
	public void schedule(II_Result result) {
		result.r1 = Races
			.outcomeOf(() -> Races.valueOf(this.runner.getLoop().schedule(() -> "value", 20, TimeUnit.MICROSECONDS)));
	}

	@Actor
	public void close() {
		this.returned.set(this.runner.getLoop().shutdownNow().size());
	}

	@Arbiter
	public void arbiter(II_Result result) {
		result.r2 = this.returned.get();
	}

}
