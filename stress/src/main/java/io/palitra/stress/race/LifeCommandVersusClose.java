package io.palitra.stress.race;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
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
 * Commands are handed over while the loop is shut down: each is run, returned or refused,
 * and one of these only. The loop may be taking them from its queue meanwhile.
 */
@JCStressTest
@Outcome(id = "3, 0", expect = Expect.ACCEPTABLE, desc = "Run, returned or refused")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost or doubled")
@State
public class LifeCommandVersusClose {

	private final EventLoopThreadRunner runner = Races.runner(WaitStrategy.ADAPTIVE);

	private final AtomicInteger seen = new AtomicInteger();

	private final ExecutorService loop = this.runner.getLoop();

	@Actor
	public void execute() {
		for (int command = 0; command < 3; command++) {
			try {
				this.loop.execute(this.seen::incrementAndGet);
			}
			catch (RejectedExecutionException ex) {
				this.seen.incrementAndGet();
			}
		}
	}

	@Actor
	public void close() {
		this.seen.addAndGet(this.loop.shutdownNow().size());
	}

	@Arbiter
	public void arbiter(II_Result result) {
		result.r2 = Races.ends(this.loop) ? 0 : 1;
		result.r1 = this.seen.get();
	}

}
