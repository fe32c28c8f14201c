package io.palitra.stress.race;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.LongAdder;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import io.palitra.EventLoopThreadRunner;
import io.palitra.PublisherTasks;
import io.palitra.WaitStrategy;

/**
 * A call of a publisher's list is cancelled while the second of two elements comes and
 * the publisher ends: both are received or both are discarded.
 */
@JCStressTest
@Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "Received")
@Outcome(id = "0, 2", expect = Expect.ACCEPTABLE, desc = "Discarded")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost or doubled")
@State
@SuppressWarnings("this-escape")
public class PublisherElementVersusCancel {

	private static final EventLoopThreadRunner RUNNER = Races.builder()
		.waitStrategy(WaitStrategy.PARK)
		.onDiscard((element) -> ((PublisherElementVersusCancel) element).discarded.increment())
		.build();

	private final LongAdder discarded = new LongAdder();

	private final CompletableFuture<List<PublisherElementVersusCancel>> call = RUNNER
		.submit(PublisherTasks.<PublisherElementVersusCancel>list(this::subscribe));

	private volatile Flow.Subscriber<? super PublisherElementVersusCancel> subscriber;

	private void subscribe(Flow.Subscriber<? super PublisherElementVersusCancel> subscriber) {
		subscriber.onSubscribe(Races.subscription());
		subscriber.onNext(this);
		this.subscriber = subscriber;
	}

	@Actor
	public void send() {
		subscriber().onNext(this);
		subscriber().onComplete();
	}

	private Flow.Subscriber<? super PublisherElementVersusCancel> subscriber() {
		while (this.subscriber == null) {
			Thread.onSpinWait();
		}
		return this.subscriber;
	}

	@Actor
	public void cancel() {
		subscriber();
		this.call.cancel(true);
	}

	@Arbiter
	public void arbiter(II_Result result) {
		result.r1 = this.call.isCompletedExceptionally() ? 0 : this.call.join().size();
		Races.settle(RUNNER);
		result.r2 = this.discarded.intValue();
	}

}
