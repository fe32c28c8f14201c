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
 * A clean-up is registered while the runner is closed: it runs if it was accepted.
 */
@JCStressTest
@Outcome(id = { "1, 1", "4, 0" }, expect = Expect.ACCEPTABLE, desc = "Accepted and run, or refused")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class LifeHookVersusClose {

	private final EventLoopThreadRunner runner = Races.runner(WaitStrategy.ADAPTIVE);

	private final AtomicInteger ran = new AtomicInteger();

	@Actor
	public void register(II_Result result) {
		result.r1 = Races.outcomeOf(() -> {
			this.runner.onClose(() -> {
				this.ran.incrementAndGet();
				return CompletableFuture.completedFuture("cleaned up");
			});
			return "value";
		});
	}

	@Actor
	public void close() {
		this.runner.close();
	}

	@Arbiter
	public void arbiter(II_Result result) {
		this.runner.close();
		result.r2 = this.ran.get();
	}

}
