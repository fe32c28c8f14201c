package io.palitra.stress.race;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;

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
 * A child of a gathering has its value at once, while another fails: the value is
 * discarded, by the loop or by the thread of the failure, and not by both.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Failed, and the value was discarded")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class GatherValueVersusFailure {

	private static final EventLoopThreadRunner RUNNER = Races.builder()
		.waitStrategy(WaitStrategy.PARK)
		.onDiscard((value) -> ((GatherValueVersusFailure) value).discarded.increment())
		.build();

	private final CompletableFuture<Object> failing = new CompletableFuture<>();

	private final LongAdder discarded = new LongAdder();

	private volatile boolean called;

	@Actor
	public void gather(II_Result result) {
		try {
			RUNNER.gather(() -> this.failing, this::value);
		}
		catch (IllegalStateException ex) {
			result.r1 = 1;
		}
	}

	private CompletableFuture<Object> value() {
		this.called = true;
		return CompletableFuture.completedFuture(this);
	}

	@Actor
	public void fail() {
		while (!this.called) {
			Thread.onSpinWait();
		}
		this.failing.completeExceptionally(new IllegalStateException("failed"));
	}

	@Arbiter
	public void arbiter(II_Result result) {
		Races.settle(RUNNER);
		result.r2 = this.discarded.intValue();
	}

}
