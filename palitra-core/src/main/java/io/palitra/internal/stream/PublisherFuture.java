package io.palitra.internal.stream;

import java.util.List;
import java.util.concurrent.Flow;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.Elements;
import io.palitra.internal.loop.Log;

/**
 * What a publisher sends, as a future. If anybody else ends it, it cancels the
 * subscription; what was collected until then is late, like all that still comes. The
 * same holds for what was collected before a failure.
 */
public final class PublisherFuture<T, R extends @Nullable Object> extends LateResultFuture<R>
		implements Flow.Subscriber<T> {

	private final Wanted wanted;

	private final Function<Elements<T>, R> result;

	private final Upstream upstream = new Upstream();

	/**
	 * What has been collected, guarded by {@link #upstream}. Whoever takes it decides
	 * what becomes of it.
	 */
	private @Nullable Elements<T> elements = new Elements<>();

	private PublisherFuture(Wanted wanted, Function<Elements<T>, R> result) {
		this.wanted = wanted;
		this.result = result;
		whenComplete((value, failure) -> {
			if (failure != null) {
				this.upstream.cancel();
				Elements<T> collected = take();
				if (collected != null) {
					late(collected);
				}
			}
		});
	}

	/**
	 * Subscribes for the one element, {@code null} if there is none.
	 */
	public static <T> PublisherFuture<T, @Nullable T> one(Flow.Publisher<T> publisher) {
		return single(Wanted.ONE, publisher);
	}

	/**
	 * Subscribes for the first element of several, {@code null} if there is none.
	 */
	public static <T> PublisherFuture<T, @Nullable T> first(Flow.Publisher<T> publisher) {
		return single(Wanted.FIRST, publisher);
	}

	private static <T> PublisherFuture<T, @Nullable T> single(Wanted wanted, Flow.Publisher<T> publisher) {
		return new PublisherFuture<T, @Nullable T>(wanted, (elements) -> elements.isEmpty() ? null : elements.get(0))
			.subscribeTo(publisher);
	}

	/**
	 * Subscribes for all elements.
	 */
	public static <T> PublisherFuture<T, List<T>> list(Flow.Publisher<T> publisher) {
		return new PublisherFuture<T, List<T>>(Wanted.ALL, (elements) -> elements).subscribeTo(publisher);
	}

	private PublisherFuture<T, R> subscribeTo(Flow.Publisher<T> publisher) {
		try {
			publisher.subscribe(this);
		}
		catch (Throwable ex) {
			fail(ex);
		}
		return this;
	}

	/**
	 * Takes what has been collected.
	 * @return {@code null} if it was taken before
	 */
	private @Nullable Elements<T> take() {
		synchronized (this.upstream) {
			Elements<T> collected = this.elements;
			this.elements = null;
			return collected;
		}
	}

	private boolean add(T item) {
		synchronized (this.upstream) {
			return this.elements != null && this.elements.add(item);
		}
	}

	@Override
	public void onSubscribe(Flow.Subscription subscription) {
		if (subscription == null) {
			throw refused("subscription");
		}
		if (this.upstream.begin(subscription)) {
			try {
				this.upstream.request((this.wanted == Wanted.FIRST) ? 1 : Long.MAX_VALUE);
			}
			catch (Throwable ex) {
				fail(ex);
			}
		}
	}

	@Override
	public void onNext(T item) {
		if (item == null) {
			throw refused("item");
		}
		boolean added = add(item);
		if (!added || this.wanted == Wanted.FIRST) {
			this.upstream.cancel();
		}
		if (!added) {
			late(item);
		}
		else if (this.wanted != Wanted.ALL) {
			succeed();
		}
	}

	@Override
	public void onError(Throwable throwable) {
		if (throwable == null) {
			throw refused("throwable");
		}
		this.upstream.end();
		end(throwable);
	}

	@Override
	public void onComplete() {
		this.upstream.end();
		succeed();
	}

	private void succeed() {
		Elements<T> collected = take();
		if (collected != null) {
			complete(this.result.apply(collected));
		}
	}

	/**
	 * Ends with a failure that the publisher has not signalled.
	 */
	private void fail(Throwable failure) {
		this.upstream.cancel();
		end(failure);
	}

	private void end(Throwable failure) {
		if (!completeExceptionally(failure)) {
			Log.debug("A publisher failed after its end", failure);
		}
	}

	/**
	 * Tells the publisher by an exception what it must not send, and whoever waits too:
	 * the publisher may die of it.
	 */
	private NullPointerException refused(String signal) {
		NullPointerException ex = new NullPointerException(signal);
		fail(ex);
		return ex;
	}

	/**
	 * Which elements complete the future.
	 */
	private enum Wanted {

		/**
		 * The only one. Its publisher is left to end by itself, for a cancellation would
		 * look to it as if nobody had wanted the element.
		 */
		ONE,

		/**
		 * The first of several, the others of which are not wanted.
		 */
		FIRST,

		ALL

	}

}
