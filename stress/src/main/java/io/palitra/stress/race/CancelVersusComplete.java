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
 * A submitted call is cancelled while its work completes, before, in or after its start.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The value came first")
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "Cancelled before the start, or the value came too late")
@Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "Cancelled, and so was the work")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class CancelVersusComplete {

	private static final EventLoopThreadRunner RUNNER = Races.runner(WaitStrategy.ADAPTIVE);

	private final CompletableFuture<String> work = new CompletableFuture<>();

	private final CompletableFuture<String> future = RUNNER.submit(() -> this.work);

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
		Races.settle(RUNNER);
		result.r1 = Races.outcomeOf(this.future);
		result.r2 = Races.outcomeOf(this.work);
	}

}
