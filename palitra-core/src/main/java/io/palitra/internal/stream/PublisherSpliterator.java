package io.palitra.internal.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Spliterator;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.loop.Log;

/**
 * Brings the elements of a publisher to the one thread that reads (rule C21). Expects
 * nothing of the publisher: whichever rule of Reactive Streams it breaks, each element is
 * read or discarded, and the reader gets the end or a failure.
 */
public final class PublisherSpliterator<T> implements Flow.Subscriber<T>, Spliterator<T> {

	/**
	 * How many elements are requested ahead.
	 */
	private static final int PREFETCH = 32;

	private final Flow.Publisher<T> publisher;

	private final BiConsumer<Runnable, CompletionStage<?>> firstWait;

	private final Consumer<CompletionStage<?>> wait;

	private final Consumer<Object> discard;

	private final Queue<T> buffer = new ArrayBlockingQueue<>(PREFETCH);

	private final Upstream upstream = new Upstream();

	/**
	 * Completes when there is something to see: an element, or the end. Replaced by the
	 * reader before it looks, so that what comes after it looked completes the new one.
	 */
	private volatile CompletableFuture<@Nullable Void> news = new CompletableFuture<>();

	/**
	 * How it all ended; the first to say so decides. The elements before the end are in
	 * the buffer before this completes.
	 */
	private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();

	/**
	 * Whether nobody reads any more. Written before the buffer is emptied for good, read
	 * after an element was put there: one of the two sees the other.
	 */
	private volatile boolean closed;

	/**
	 * The reader's own, like what follows.
	 */
	private boolean subscribed;

	private int unrequested;

	/**
	 * Creates a spliterator.
	 * @param publisher the publisher, subscribed to when first read
	 * @param firstWait has a command run by a loop, to subscribe, and waits for a stage
	 * like {@code wait}, no longer than that loop lives
	 * @param wait waits for a stage and throws its failure
	 * @param discard gets elements that nobody will read
	 */
	public PublisherSpliterator(Flow.Publisher<T> publisher, BiConsumer<Runnable, CompletionStage<?>> firstWait,
			Consumer<CompletionStage<?>> wait, Consumer<Object> discard) {
		this.publisher = publisher;
		this.firstWait = firstWait;
		this.wait = wait;
		this.discard = discard;
	}

	public Stream<T> stream() {
		return StreamSupport.stream(this, false).onClose(this::close);
	}

	@Override
	public boolean tryAdvance(Consumer<? super T> action) {
		T element = take();
		if (element != null) {
			action.accept(element);
		}
		return element != null;
	}

	/**
	 * Splits off what has arrived, and waits only if nothing has: a failure that comes
	 * while a larger part is filled would take its elements with it.
	 */
	@Override
	public @Nullable Spliterator<T> trySplit() {
		List<T> part = new ArrayList<>(PREFETCH);
		for (T element = take(); element != null; element = (part.size() < PREFETCH) ? poll() : null) {
			part.add(element);
		}
		return part.isEmpty() ? null : part.spliterator();
	}

	@Override
	public long estimateSize() {
		return Long.MAX_VALUE;
	}

	@Override
	public int characteristics() {
		return ORDERED | NONNULL;
	}

	/**
	 * Waits for the next element.
	 * @return the element, {@code null} at the end
	 */
	private @Nullable T take() {
		while (true) {
			CompletableFuture<@Nullable Void> news = new CompletableFuture<>();
			this.news = news;
			// Read before the buffer: after the end there are no further elements.
			boolean ended = this.end.isDone();
			T element = poll();
			if (element != null) {
				return element;
			}
			if (ended && !this.end.isCompletedExceptionally()) {
				this.closed = true;
				discardBuffer();
				return null;
			}
			waitFor(ended ? this.end : news);
		}
	}

	/**
	 * Takes an element that is there. Requests as many as have been taken, in halves, so
	 * that the publisher need not stop while the reader catches up.
	 */
	private @Nullable T poll() {
		T element = this.buffer.poll();
		if (element != null && ++this.unrequested == PREFETCH / 2) {
			this.unrequested = 0;
			request(PREFETCH / 2);
		}
		return element;
	}

	private void request(int count) {
		try {
			this.upstream.request(count);
		}
		catch (Throwable ex) {
			fail(ex);
		}
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
			close();
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
			fail(ex);
		}
	}

	private void close() {
		this.closed = true;
		this.upstream.cancel();
		end(new CancellationException("The stream has been closed"));
		discardBuffer();
	}

	private void discardBuffer() {
		for (T element = this.buffer.poll(); element != null; element = this.buffer.poll()) {
			this.discard.accept(element);
		}
	}

	@Override
	public void onSubscribe(Flow.Subscription subscription) {
		if (subscription == null) {
			throw refused("subscription");
		}
		if (this.upstream.begin(subscription)) {
			request(PREFETCH);
		}
	}

	@Override
	public void onNext(T item) {
		if (item == null) {
			throw refused("item");
		}
		if (this.end.isDone()) {
			this.discard.accept(item);
		}
		else if (!this.buffer.offer(item)) {
			this.discard.accept(item);
			fail(new IllegalStateException("Publisher of " + this.publisher.getClass() + " sent more than the "
					+ PREFETCH + " elements it was asked for"));
		}
		else if (this.closed) {
			discardBuffer();
		}
		else {
			this.news.complete(null);
		}
	}

	@Override
	public void onError(Throwable throwable) {
		if (throwable == null) {
			throw refused("throwable");
		}
		this.upstream.end();
		if (!end(throwable)) {
			Log.debug("A publisher of " + this.publisher.getClass() + " failed after its end", throwable);
		}
	}

	@Override
	public void onComplete() {
		this.upstream.end();
		this.end.complete(null);
		this.news.complete(null);
	}

	/**
	 * Tells the publisher by an exception what it must not send, and the reader too: the
	 * publisher may die of it.
	 */
	private NullPointerException refused(String signal) {
		NullPointerException ex = new NullPointerException(signal);
		fail(ex);
		return ex;
	}

	/**
	 * Ends with a failure that the publisher has not signalled.
	 */
	private void fail(Throwable failure) {
		this.upstream.cancel();
		if (!end(failure)) {
			Log.debug("A publisher of " + this.publisher.getClass() + " broke the rules after its end", failure);
		}
	}

	private boolean end(Throwable failure) {
		boolean first = this.end.completeExceptionally(failure);
		this.news.complete(null);
		return first;
	}

}
