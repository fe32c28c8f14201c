package io.palitra.stress.soak;

import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * A publisher of the numbers from zero, which checks what is asked of it.
 */
final class Numbers implements Flow.Publisher<Integer> {

	private static final int MOST_AHEAD = 32;

	private final int count;

	private final @Nullable RuntimeException failure;

	private final AtomicInteger consumed = new AtomicInteger();

	private final AtomicReference<@Nullable String> fault = new AtomicReference<>();

	private volatile boolean subscribed;

	private volatile boolean ended;

	private volatile boolean cancelled;

	Numbers(int count, @Nullable RuntimeException failure) {
		this.count = count;
		this.failure = failure;
	}

	@Override
	public void subscribe(Flow.Subscriber<? super Integer> subscriber) {
		if (this.subscribed) {
			this.fault.set("was subscribed to twice");
		}
		this.subscribed = true;
		subscriber.onSubscribe(new Counting(subscriber));
	}

	void consumed() {
		this.consumed.incrementAndGet();
	}

	/**
	 * Returns whether nobody is subscribed any more.
	 */
	boolean isLeft() {
		return !this.subscribed || this.ended || this.cancelled;
	}

	@Nullable String fault() {
		return this.fault.get();
	}

	/**
	 * Emits on the thread that requests.
	 */
	private final class Counting implements Flow.Subscription {

		private final Flow.Subscriber<? super Integer> subscriber;

		private final AtomicInteger requested = new AtomicInteger();

		private int next;

		Counting(Flow.Subscriber<? super Integer> subscriber) {
			this.subscriber = subscriber;
		}

		@Override
		public void request(long more) {
			if (this.requested.getAndAdd((int) more) == 0) {
				emit();
			}
		}

		private void emit() {
			Numbers numbers = Numbers.this;
			int left = this.requested.get();
			while (left > 0) {
				for (int i = 0; i < left && !numbers.ended && !numbers.cancelled; i++) {
					if (this.next == numbers.count) {
						end();
						break;
					}
					if (this.next - numbers.consumed.get() > MOST_AHEAD) {
						numbers.fault.set("was asked for " + (this.next - numbers.consumed.get()) + " ahead");
					}
					this.subscriber.onNext(this.next++);
				}
				if (this.next == numbers.count && !numbers.ended && !numbers.cancelled) {
					end();
				}
				left = this.requested.addAndGet(-left);
			}
		}

		private void end() {
			Numbers.this.ended = true;
			if (Numbers.this.failure != null) {
				this.subscriber.onError(Numbers.this.failure);
			}
			else {
				this.subscriber.onComplete();
			}
		}

		@Override
		public void cancel() {
			Numbers.this.cancelled = true;
		}

	}

}
