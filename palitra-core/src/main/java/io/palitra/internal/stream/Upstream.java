package io.palitra.internal.stream;

import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.loop.Log;

/**
 * A subscriber's one subscription: cancelled at most once, also if it arrives only after
 * that, and left alone after the publisher's end (Reactive Streams 2.4, 2.5).
 */
final class Upstream {

	/**
	 * In place of the subscription: there is none any more, and will be none.
	 */
	private static final Flow.Subscription NONE = new Flow.Subscription() {

		@Override
		public void request(long n) {
		}

		@Override
		public void cancel() {
		}

	};

	private final AtomicReference<Flow.@Nullable Subscription> subscription = new AtomicReference<>();

	/**
	 * Takes the subscription, or cancels it if it is not wanted any more or is a second
	 * one.
	 * @return whether it was taken
	 */
	boolean begin(Flow.Subscription subscription) {
		boolean taken = this.subscription.compareAndSet(null, subscription);
		if (!taken) {
			cancel(subscription);
		}
		return taken;
	}

	/**
	 * Requests elements while there is a subscription; throws what that throws.
	 */
	void request(long count) {
		Flow.Subscription current = this.subscription.get();
		if (current != null) {
			current.request(count);
		}
	}

	/**
	 * The publisher has ended the subscription.
	 */
	void end() {
		this.subscription.set(NONE);
	}

	void cancel() {
		Flow.Subscription current = this.subscription.getAndSet(NONE);
		if (current != null) {
			cancel(current);
		}
	}

	private static void cancel(Flow.Subscription subscription) {
		try {
			subscription.cancel();
		}
		catch (Throwable ex) {
			// Whoever cancels has a reason of his own, which this must not hide.
			Log.warn("A subscription of " + subscription.getClass() + " failed when it was cancelled", ex);
		}
	}

}
