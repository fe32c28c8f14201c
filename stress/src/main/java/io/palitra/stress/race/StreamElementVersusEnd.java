package io.palitra.stress.race;

import java.util.concurrent.Flow;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

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
 * A publisher completes on the loop while it sends an element elsewhere, which it must
 * not: the reader leaves, and the element is read or discarded, once.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Read or discarded")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
@SuppressWarnings("this-escape")
public class StreamElementVersusEnd {

	private static final EventLoopThreadRunner RUNNER = Races.builder()
		.waitStrategy(WaitStrategy.PARK)
		.timeout(Races.PATIENCE)
		.onDiscard((element) -> ((StreamElementVersusEnd) element).seen.increment())
		.build();

	private final LongAdder seen = new LongAdder();

	private volatile Flow.Subscriber<? super StreamElementVersusEnd> subscriber;

	@Actor
	public void read(II_Result result) {
		Flow.Publisher<StreamElementVersusEnd> publisher = (subscriber) -> {
			subscriber.onSubscribe(Races.subscription());
			this.subscriber = subscriber;
			subscriber.onComplete();
		};
		// Not closed: the end alone has to see to the element.
		Stream<StreamElementVersusEnd> stream = RUNNER.stream(publisher);
		stream.forEach((element) -> element.seen.increment());
		result.r1 = 1;
	}

	@Actor
	public void send() {
		while (this.subscriber == null) {
			Thread.onSpinWait();
		}
		this.subscriber.onNext(this);
	}

	@Arbiter
	public void arbiter(II_Result result) {
		Races.settle(RUNNER);
		result.r2 = this.seen.intValue();
	}

}
