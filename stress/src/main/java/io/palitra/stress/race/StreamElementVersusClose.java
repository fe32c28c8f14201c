package io.palitra.stress.race;

import java.util.concurrent.CancellationException;
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
 * A stream is closed while it is read and an element comes on the loop: the reader
 * leaves, and the element is read or discarded, once.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Read or discarded")
@Outcome(expect = Expect.FORBIDDEN, desc = "Lost, doubled or left hanging")
@State
@SuppressWarnings("this-escape")
public class StreamElementVersusClose {

	private static final EventLoopThreadRunner RUNNER = Races.builder()
		.waitStrategy(WaitStrategy.PARK)
		.timeout(Races.PATIENCE)
		.onDiscard((element) -> ((StreamElementVersusClose) element).seen.increment())
		.build();

	private final LongAdder seen = new LongAdder();

	private final Stream<StreamElementVersusClose> stream = RUNNER.<StreamElementVersusClose>stream(this::subscribe);

	private volatile boolean subscribed;

	private void subscribe(Flow.Subscriber<? super StreamElementVersusClose> subscriber) {
		subscriber.onSubscribe(Races.subscription());
		this.subscribed = true;
		subscriber.onNext(this);
	}

	@Actor
	public void read(II_Result result) {
		try {
			this.stream.forEach((element) -> element.seen.increment());
		}
		catch (CancellationException ex) {
			result.r1 = 1;
		}
	}

	@Actor
	public void close() {
		while (!this.subscribed) {
			Thread.onSpinWait();
		}
		this.stream.close();
	}

	@Arbiter
	public void arbiter(II_Result result) {
		Races.settle(RUNNER);
		result.r2 = this.seen.intValue();
	}

}
