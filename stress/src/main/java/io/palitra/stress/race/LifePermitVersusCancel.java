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
 * The only permit is given back by work that ends while its call is cancelled: once, and
 * not lost.
 */
@JCStressTest
@Outcome(id = { "1, 1", "2, 1" }, expect = Expect.ACCEPTABLE, desc = "The next call gets the permit")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class LifePermitVersusCancel {

	private final EventLoopThreadRunner runner = Races.builder().maxInFlight(1).build();

	private final CompletableFuture<String> work = new CompletableFuture<>();

	private final CompletableFuture<String> future = this.runner.submit(() -> this.work);

	@Actor
	public void complete() {
		this.work.complete("value");
	}

	@Actor
	public void cancel() {
		this.future.cancel(true);
	}

	@Arbiter
	public void arbiter(II_Result result) {
		result.r1 = Races.outcomeOf(this.future);
		result.r2 = Races.outcomeOf(() -> this.runner.run(Races::value, Races.PATIENCE));
		this.runner.close();
	}

}
