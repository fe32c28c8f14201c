package io.palitra.stress.mode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.palitra.EventLoopThreadRunner;
import io.palitra.PublisherTasks;
import io.palitra.RunOptions;
import io.palitra.spi.RunResult;

/**
 * Publishers that break the rules of Reactive Streams, read by streams and by tasks, to
 * the end or not.
 */
final class PublisherLoad implements Load {

	@Override
	public void configure(EventLoopThreadRunner.Builder builder, SplittableRandom random) {
		if (random.nextBoolean()) {
			builder.maxInFlight(16 + random.nextInt(64));
		}
	}

	@Override
	public boolean isDisturbed(SplittableRandom random) {
		return random.nextInt(3) == 0;
	}

	@Override
	public void call(Bench bench, SplittableRandom random) {
		Breach breach = Breach.values()[random.nextInt(Breach.values().length)];
		int count = random.nextInt(80);
		boolean foreign = random.nextBoolean();
		boolean hurried = breach == Breach.SILENT || random.nextInt(6) == 0;
		Set<RunResult> allowed = EnumSet.of(RunResult.SUCCESS);
		if (breach != Breach.NONE) {
			allowed.add(RunResult.ERROR);
		}
		if (hurried) {
			allowed.add(RunResult.TIMEOUT);
		}
		RunOptions options = RunOptions.defaults()
			.timeout(hurried ? Duration.ofNanos(1 + random.nextInt(1_000_000)) : Bench.LONG);
		Rude publisher = new Rude(bench, breach, count, foreign);
		EventLoopThreadRunner runner = bench.runner();
		switch (random.nextInt(6)) {
			case 0 -> bench.make(() -> runner.run(PublisherTasks.list(publisher), options), allowed);
			case 1 -> bench.make(() -> runner.run(PublisherTasks.first(publisher), options), allowed);
			default -> {
				int wanted = random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt(40);
				List<Object> read = new ArrayList<>();
				bench.make(() -> {
					try (Stream<Object> stream = runner.stream(publisher, options)) {
						Iterator<Object> elements = stream.iterator();
						while (read.size() < wanted && elements.hasNext()) {
							read.add(elements.next());
						}
					}
					return null;
				}, allowed);
				bench.deliver(read);
			}
		}
	}

	/**
	 * What is done that must not be.
	 */
	private enum Breach {

		NONE, REQUEST_THROWS, CANCEL_THROWS, SUBSCRIBE_THROWS, TO_STRING_THROWS, OVERFLOW, NULL_ELEMENT, NULL_FAILURE,
		AFTER_THE_END, TWO_ENDS, SECOND_SUBSCRIPTION, TWO_THREADS, SILENT

	}

	/**
	 * A publisher that breaks one rule.
	 */
	private static final class Rude implements Flow.Publisher<Object> {

		private final Bench bench;

		private final Breach breach;

		private final int count;

		private final boolean foreign;

		Rude(Bench bench, Breach breach, int count, boolean foreign) {
			this.bench = bench;
			this.breach = breach;
			this.count = count;
			this.foreign = foreign;
		}

		@Override
		public void subscribe(Flow.Subscriber<? super Object> subscriber) {
			subscriber.onSubscribe(new Subscription(subscriber));
			if (this.breach == Breach.SECOND_SUBSCRIPTION) {
				subscriber.onSubscribe(new Subscription(subscriber));
			}
			if (this.breach == Breach.SUBSCRIBE_THROWS) {
				throw new IllegalStateException("subscribe");
			}
		}

		@Override
		public String toString() {
			if (this.breach == Breach.TO_STRING_THROWS || this.breach == Breach.OVERFLOW) {
				throw new IllegalStateException("toString");
			}
			return "rude";
		}

		/**
		 * A subscription to it.
		 */
		private final class Subscription implements Flow.Subscription {

			private final Flow.Subscriber<? super Object> subscriber;

			private final AtomicInteger sent = new AtomicInteger();

			private final AtomicInteger requests = new AtomicInteger();

			private volatile boolean over;

			Subscription(Flow.Subscriber<? super Object> subscriber) {
				this.subscriber = subscriber;
			}

			@Override
			public void request(long n) {
				int request = this.requests.incrementAndGet();
				if (Rude.this.breach == Breach.REQUEST_THROWS && request > 1) {
					throw new IllegalStateException("request");
				}
				if (Rude.this.breach == Breach.SILENT && request > 1) {
					return;
				}
				if (Rude.this.foreign) {
					Rude.this.bench.later(0, () -> send(n));
				}
				else {
					send(n);
				}
				if (Rude.this.breach == Breach.TWO_THREADS) {
					Rude.this.bench.later(0, () -> send(n / 2));
				}
			}

			@Override
			public void cancel() {
				this.over = true;
				if (Rude.this.breach == Breach.CANCEL_THROWS) {
					throw new IllegalStateException("cancel");
				}
			}

			private void send(long n) {
				try {
					sendAll((Rude.this.breach == Breach.OVERFLOW) ? Math.min(n, 1_000) + 40 : n);
				}
				catch (IllegalStateException | NullPointerException ex) {
					// What it is told, a publisher like this one does not mind.
					this.over = true;
				}
			}

			private void sendAll(long n) {
				for (long i = 0; i < n && !this.over; i++) {
					if (this.sent.getAndIncrement() >= Rude.this.count) {
						end();
						return;
					}
					if (Rude.this.breach == Breach.NULL_ELEMENT && this.sent.get() == 20) {
						this.subscriber.onNext(null);
					}
					this.subscriber.onNext(Rude.this.bench.produce());
				}
			}

			private void end() {
				this.over = true;
				if (Rude.this.breach == Breach.NULL_FAILURE) {
					this.subscriber.onError(null);
				}
				this.subscriber.onComplete();
				if (Rude.this.breach == Breach.AFTER_THE_END) {
					this.subscriber.onNext(Rude.this.bench.produce());
				}
				if (Rude.this.breach == Breach.TWO_ENDS) {
					this.subscriber.onError(new IllegalStateException("soak"));
					this.subscriber.onComplete();
				}
			}

		}

	}

}
