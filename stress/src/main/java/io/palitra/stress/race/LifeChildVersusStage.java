package io.palitra.stress.race;

import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunInterruptedException;

/**
 * The stage of a call that was given up tells of its end, as it did before, while the
 * last child of the call ends: the permit of both comes back.
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "The permit is free")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost or doubled")
@State
public class LifeChildVersusStage {

	private final EventLoopThreadRunner runner = Races.builder().maxInFlight(1).build();

	private final CompletableFuture<String> child = Races.deaf();

	private final Repeating stage = new Repeating();

	public LifeChildVersusStage() {
		Thread owner = Thread.currentThread();
		try {
			this.runner.runScoped((scope) -> {
				scope.fork(() -> this.child);
				owner.interrupt();
				return this.stage;
			});
		}
		catch (RunInterruptedException ex) {
			Thread.interrupted();
		}
		Races.settle(this.runner);
		this.stage.tell();
	}

	@Actor
	public void child() {
		this.child.complete("value");
	}

	@Actor
	public void stage() {
		this.stage.tell();
	}

	@Arbiter
	public void arbiter(I_Result result) {
		result.r1 = this.runner.snapshot(0).permits().equals(OptionalInt.of(1)) ? 1 : 0;
		this.runner.close();
	}

	/**
	 * A stage that tells of its end as often as it is told to.
	 */
	private static final class Repeating extends CompletableFuture<String> {

		private volatile @Nullable BiConsumer<? super String, ? super Throwable> listener;

		@Override
		public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> listener) {
			this.listener = listener;
			return this;
		}

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			return false;
		}

		void tell() {
			BiConsumer<? super String, ? super Throwable> listener = this.listener;
			if (listener != null) {
				listener.accept("value", null);
			}
		}

	}

}
