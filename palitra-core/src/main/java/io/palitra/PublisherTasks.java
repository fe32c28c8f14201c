package io.palitra;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;

import io.palitra.internal.stream.PublisherFuture;

/**
 * Publishers as tasks. A publisher of {@code org.reactivestreams} is taken through that
 * library's {@code FlowAdapters.toFlowPublisher}; Reactor's types through
 * {@code io.palitra.reactor.ReactorTasks}, which know their context.
 * <p>
 * A task subscribes each time it is called, on the thread that calls it, which is the
 * loop's when a runner does. Cancelling its stage cancels the subscription, also one that
 * arrives only after that. Elements that come all the same, and those collected until
 * then or until a failure, are late results: the runner discards them
 * ({@link EventLoopThreadRunner.Builder#onDiscard}).
 *
 * @see EventLoopThreadRunner#stream(Flow.Publisher) reading element by element
 */
public final class PublisherTasks {

	private PublisherTasks() {
	}

	/**
	 * Makes a task of a publisher that has one element at most. The task results in that,
	 * or in {@code null} if there is none. Should there be a second element, the
	 * subscription is cancelled, and what comes after the first is a late result.
	 * @param <T> the type of the element
	 * @param publisher what to subscribe to
	 * @return a task that may be called any number of times, from any thread
	 * @throws NullPointerException if {@code publisher} is {@code null}
	 */
	@SuppressWarnings("NullAway") // null where the publisher has no element
	public static <T> AsyncCallable<T> one(Flow.Publisher<T> publisher) {
		Objects.requireNonNull(publisher, "publisher");
		return () -> PublisherFuture.one(publisher);
	}

	/**
	 * Makes a task of a publisher's first element, {@code null} if there is none. The
	 * subscription is cancelled when it has come.
	 * @param <T> the type of the element
	 * @param publisher what to subscribe to
	 * @return a task that may be called any number of times, from any thread
	 * @throws NullPointerException if {@code publisher} is {@code null}
	 */
	@SuppressWarnings("NullAway") // null where the publisher has no element
	public static <T> AsyncCallable<T> first(Flow.Publisher<T> publisher) {
		Objects.requireNonNull(publisher, "publisher");
		return () -> PublisherFuture.first(publisher);
	}

	/**
	 * Makes a task of a publisher that collects all its elements, in their order. Each
	 * call results in a new list, which is the caller's to modify. There is no bound on
	 * it: the publisher has to be finite.
	 * @param <T> the type of the elements
	 * @param publisher what to subscribe to
	 * @return a task that may be called any number of times, from any thread
	 * @throws NullPointerException if {@code publisher} is {@code null}
	 */
	public static <T> AsyncCallable<List<T>> list(Flow.Publisher<T> publisher) {
		Objects.requireNonNull(publisher, "publisher");
		return () -> PublisherFuture.list(publisher);
	}

}
