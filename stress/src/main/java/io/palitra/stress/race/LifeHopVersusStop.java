package io.palitra.stress.race;

import java.util.concurrent.CompletableFuture;
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
 * A call hops to its caller while the runner is stopped: a command that was accepted is
 * run, and the caller is released.
 */
@JCStressTest
@Outcome(id = { "1, 1", "4, 0", "4, 1" }, expect = Expect.ACCEPTABLE, desc = "The hop ran if the call has its value")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class LifeHopVersusStop {

	private final EventLoopThreadRunner runner = Races.runner(WaitStrategy.ADAPTIVE);

	private final AtomicInteger ran = new AtomicInteger();

	@Actor
	public void run(II_Result result) {
		result.r1 = Races.outcomeOf(() -> this.runner.runScoped((scope) -> CompletableFuture.supplyAsync(() -> {
			this.ran.incrementAndGet();
			return "value";
		}, scope.caller()), Races.PATIENCE));
	}

	@Actor
	public void stop() {
		this.runner.stop();
	}

	@Arbiter
	public void arbiter(II_Result result) {
		this.runner.close();
		result.r2 = this.ran.get();
	}

}
