package io.palitra.internal.stream;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;

/**
 * Brings the elements of a publisher to the one thread that iterates (rule C21).
 */
public final class PublisherIterator<T> implements Flow.Subscriber<T>, Iterator<T> {

	/**
	 * How many elements are requested ahead.
	 */
	private static final int PREFETCH = 32;

	/**
	 * In place of the subscription: there will be none any more.
	 */
	private static final Flow.Subscription CANCELLED = new Flow.Subscription() {

		@Override
		public void request(long n) {
		}

		@Override
		public void cancel() {
		}

	};

	private final Flow.Publisher<T> publisher;

	private final BiConsumer<Runnable, CompletionStage<?>> firstWait;

	private final Consumer<CompletionStage<?>> wait;

	private final Consumer<Object> discard;

	private final Queue<T> buffer = new ArrayBlockingQueue<>(PREFETCH);

	private final AtomicReference<Flow.@Nullable Subscription> subscription = new AtomicReference<>();

	/**
	 * Completes when there is something to see: an element, or the end. Replaced by the
	 * reader before it looks, so that what comes after it looked completes the new one.
	 */
	private volatile CompletableFuture<@Nullable Void> news = new CompletableFuture<>();

	/**
	 * How the publisher ended. Its elements are in the buffer before this is written.
	 */
	private volatile @Nullable CompletableFuture<@Nullable Void> end;

	/**
	 * Whether nobody reads any more.
	 */
	private volatile boolean closed;

	/**
	 * The reader's own, like all that follows.
	 */
	private @Nullable T next;

	private boolean subscribed;

	private int unrequested;

	/**
	 * Creates an iterator.
	 * @param publisher the publisher, subscribed to when first read
	 * @param firstWait has a command run by a loop, to subscribe, and waits for a stage
	 * like {@code wait}, no longer than that loop lives
	 * @param wait waits for a stage and throws its failure
	 * @param discard gets elements that nobody will read
	 */
	public PublisherIterator(Flow.Publisher<T> publisher, BiConsumer<Runnable, CompletionStage<?>> firstWait,
			Consumer<CompletionStage<?>> wait, Consumer<Object> discard) {
		this.publisher = publisher;
		this.firstWait = firstWait;
		this.wait = wait;
		this.discard = discard;
	}

	public Stream<T> stream() {
		Spliterator<T> elements = Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED | Spliterator.NONNULL);
		return StreamSupport.stream(elements, false).onClose(this::cancel);
	}

	@Override
	public boolean hasNext() {
		while (this.next == null) {
			CompletableFuture<@Nullable Void> news = new CompletableFuture<>();
			this.news = news;
			// Read before the buffer: after the end there are no further elements.
			CompletableFuture<@Nullable Void> end = this.end;
			this.next = this.buffer.poll();
			if (this.next == null) {
				if (end != null && !end.isCompletedExceptionally()) {
					return false;
				}
				waitFor((end != null) ? end : news);
			}
		}
		return true;
	}

	@Override
	public T next() {
		if (!hasNext()) {
			throw new NoSuchElementException();
		}
		T element = Objects.requireNonNull(this.next);
		this.next = null;
		// In halves, so that the publisher need not stop while the reader catches up.
		if (++this.unrequested == PREFETCH / 2) {
			this.unrequested = 0;
			Flow.Subscription current = this.subscription.get();
			if (current != null) {
				current.request(PREFETCH / 2);
			}
		}
		return element;
	}

	private void waitFor(CompletionStage<?> stage) {
		try {
			if (this.subscribed) {
				this.wait.accept(stage);
			}
			else {
				this.subscribed = true;
				this.firstWait.accept(this::subscribe, stage);
			}
		}
		catch (Throwable ex) {
			cancel();
			throw ex;
		}
	}

	private void subscribe() {
		if (this.closed) {
			return;
		}
		try {
			this.publisher.subscribe(this);
		}
		catch (Throwable ex) {
			onError(ex);
		}
	}

	private void cancel() {
		this.closed = true;
		cancelSubscription();
		end(CompletableFuture.failedFuture(new CancellationException("The stream has been closed")));
		discardBuffer();
	}

	private void cancelSubscription() {
		Flow.Subscription current = this.subscription.getAndSet(CANCELLED);
		if (current != null) {
			current.cancel();
		}
	}

	private void discardBuffer() {
		for (T element = this.buffer.poll(); element != null; element = this.buffer.poll()) {
			this.discard.accept(element);
		}
	}

	@Override
	public void onSubscribe(Flow.Subscription subscription) {
		Objects.requireNonNull(subscription, "subscription");
		if (this.subscription.compareAndSet(null, subscription)) {
			subscription.request(PREFETCH);
		}
		else {
			subscription.cancel();
		}
	}

	@Override
	public void onNext(T item) {
		Objects.requireNonNull(item, "item");
		if (this.end != null) {
			this.discard.accept(item);
		}
		else if (!this.buffer.offer(item)) {
			this.discard.accept(item);
			cancelSubscription();
			onError(new IllegalStateException(
					"Publisher " + this.publisher + " sent more than the " + PREFETCH + " elements it was asked for"));
		}
		else if (this.closed) {
			// cancel() may have emptied the buffer before.
			discardBuffer();
		}
		else {
			this.news.complete(null);
		}
	}

	@Override
	public void onError(Throwable throwable) {
		end(CompletableFuture.failedFuture(Objects.requireNonNull(throwable, "throwable")));
	}

	@Override
	public void onComplete() {
		end(CompletableFuture.completedFuture(null));
	}

	private void end(CompletableFuture<@Nullable Void> how) {
		if (this.end == null) {
			this.end = how;
		}
		this.news.complete(null);
	}

}
