package io.palitra.stress.race;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunScope;
import io.palitra.WaitStrategy;

/**
 * A hop is submitted while its call ends: it runs, or its submitter is told that it will
 * not.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The hop came in time")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "The call had ended")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class HopVersusEnd {

	private static final EventLoopThreadRunner RUNNER = Races.runner(WaitStrategy.PARK);

	private final CompletableFuture<String> work = new CompletableFuture<>();

	private volatile @Nullable RunScope scope;

	private volatile int ran;

	@Actor
	public void run() {
		RUNNER.runScoped((scope) -> {
			this.scope = scope;
			return this.work;
		}, Races.PATIENCE);
	}

	@Actor
	public void hop(II_Result result) {
		RunScope scope = this.scope;
		while (scope == null) {
			Thread.onSpinWait();
			scope = this.scope;
		}
		this.work.complete("value");
		try {
			scope.caller().execute(() -> this.ran++);
			result.r1 = 1;
		}
		catch (RejectedExecutionException ex) {
			result.r1 = 0;
		}
	}

	@Arbiter
	public void arbiter(II_Result result) {
		result.r2 = this.ran;
	}

}
