package io.palitra.stress.race;

import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.WaitStrategy;

/**
 * Somebody begins to read from a publisher that says nothing while the runner is stopped:
 * the reader is released, and what was subscribed to is cancelled.
 */
@JCStressTest
@Outcome(id = "4, 0", expect = Expect.ACCEPTABLE, desc = "Released, and nothing is left subscribed to")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
public class LifeStreamVersusStop {

	private final EventLoopThreadRunner runner = Races.runner(WaitStrategy.ADAPTIVE);

	private final AtomicInteger open = new AtomicInteger();

	@Actor
	public void read(II_Result result) {
		result.r1 = Races.outcomeOf(() -> {
			try (Stream<String> stream = this.runner.<String>stream(this::subscribe,
					RunOptions.defaults().timeout(Races.PATIENCE))) {
				return stream.findFirst().orElse("nothing");
			}
		});
	}

	private void subscribe(Flow.Subscriber<? super String> subscriber) {
		this.open.incrementAndGet();
		subscriber.onSubscribe(new Flow.Subscription() {

			@Override
			public void request(long n) {
			}

			@Override
			public void cancel() {
				LifeStreamVersusStop.this.open.decrementAndGet();
			}

		});
	}

	@Actor
	public void stop() {
		this.runner.stop();
	}

	@Arbiter
	public void arbiter(II_Result result) {
		this.runner.close();
		result.r2 = this.open.get();
	}

}
