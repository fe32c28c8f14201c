package io.palitra.reactor;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.stream.Stream;

import org.reactivestreams.Publisher;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.palitra.AsyncCallable;
import io.palitra.EventLoop;
import io.palitra.EventLoopThreadRunner;
import io.palitra.PublisherTasks;
import io.palitra.RunOptions;

/**
 * Reactor's types as tasks. Reads best with static imports:
 * {@code runner.gather(mono(a), mono(b))}.
 * <p>
 * A task subscribes each time it is called, on the thread that calls it, which is the
 * loop's when a runner does; the source decides where it works and completes. So a task
 * may be kept and shared by any number of callers, as often as its source may be
 * subscribed to.
 * <p>
 * Thread-locals are captured into the Reactor {@code Context} when the task is called,
 * not when it is created, so that a shared task never takes the context of one caller to
 * another. This is Reactor's own {@code contextCapture()}: it sees what is set on the
 * calling thread for the accessors of {@code io.micrometer:context-propagation}, and
 * without that library nothing is captured.
 * <p>
 * Cancelling the stage cancels the subscription, also one that the source hands out only
 * after that. What arrives all the same, and what {@link #list(Publisher)} has collected
 * until then or until a failure, are late results: the runner discards them one by one
 * ({@link EventLoopThreadRunner.Builder#onDiscard}).
 * <p>
 * Once this class is in use, Reactor knows the loops of runners as threads that must not
 * block: {@code block()} and its like are refused there.
 */
public final class ReactorTasks {

	static {
		Schedulers.registerNonBlockingThreadPredicate(
				(thread) -> thread == Thread.currentThread() && EventLoop.isCurrentThread());
	}

	private ReactorTasks() {
	}

	/**
	 * Makes a {@link Mono} a task. It results in the value, or in {@code null} if the
	 * {@code Mono} is empty, and fails with the very exception of the {@code Mono}; the
	 * wrapping that {@link Exceptions#propagate(Throwable)} gives to a checked one is
	 * removed.
	 * @param <T> the type of the value
	 * @param mono what to subscribe to
	 * @return a task that may be called any number of times, from any thread
	 * @throws NullPointerException if {@code mono} is {@code null}
	 */
	public static <T> AsyncCallable<T> mono(Mono<T> mono) {
		Objects.requireNonNull(mono, "mono");
		return () -> PublisherTasks.one(flow(mono)).call();
	}

	/**
	 * Makes the first value of a {@link Flux} or another publisher a task. It results in
	 * {@code null} if there is none; the subscription is cancelled when the first value
	 * has come. A failure is that of {@link #mono(Mono)}.
	 * @param <T> the type of the value
	 * @param publisher what to subscribe to
	 * @return a task that may be called any number of times, from any thread
	 * @throws NullPointerException if {@code publisher} is {@code null}
	 */
	public static <T> AsyncCallable<T> first(Publisher<T> publisher) {
		Objects.requireNonNull(publisher, "publisher");
		return () -> PublisherTasks.first(flow(publisher)).call();
	}

	/**
	 * Makes a {@link Flux} or another publisher a task that collects all its values, in
	 * their order. An empty one results in an empty list. Each call results in a new
	 * list, which is the caller's to modify. There is no bound on it: the publisher has
	 * to be finite. A failure is that of {@link #mono(Mono)}.
	 * @param <T> the type of the values
	 * @param publisher what to subscribe to
	 * @return a task that may be called any number of times, from any thread
	 * @throws NullPointerException if {@code publisher} is {@code null}
	 */
	public static <T> AsyncCallable<List<T>> list(Publisher<T> publisher) {
		Objects.requireNonNull(publisher, "publisher");
		return () -> PublisherTasks.list(flow(publisher)).call();
	}

	/**
	 * Reads a {@link Flux} or another publisher as a stream that blocks for each element,
	 * at most as long as the runner's timeout.
	 * @param <T> the type of the elements
	 * @param runner waits for the elements
	 * @param publisher what to read
	 * @return a sequential stream; reading it is refused where blocking is
	 * @throws NullPointerException if an argument is {@code null}
	 * @see #stream(EventLoopThreadRunner, Publisher, RunOptions)
	 */
	public static <T> Stream<T> stream(EventLoopThreadRunner runner, Publisher<T> publisher) {
		return stream(runner, publisher, RunOptions.defaults());
	}

	/**
	 * Reads a {@link Flux} or another publisher as a stream that blocks for each element.
	 * It is subscribed to on the loop's thread when the stream is first read, in the
	 * context of this call; no more than 32 elements are requested ahead. Closing the
	 * stream cancels the subscription, so use it in a {@code try} statement wherever it
	 * may not be read to its end. A failure of the publisher is thrown after the elements
	 * before it, as by {@link EventLoopThreadRunner#run(AsyncCallable)}.
	 * @param <T> the type of the elements
	 * @param runner waits for the elements
	 * @param publisher what to read
	 * @param options what each wait for an element wants otherwise than the runner's
	 * settings
	 * @return a sequential stream; reading it is refused where blocking is
	 * @throws NullPointerException if an argument is {@code null}
	 * @see EventLoopThreadRunner#stream(Flow.Publisher, RunOptions)
	 */
	public static <T> Stream<T> stream(EventLoopThreadRunner runner, Publisher<T> publisher, RunOptions options) {
		Objects.requireNonNull(runner, "runner");
		Objects.requireNonNull(publisher, "publisher");
		return runner.stream(flow(publisher), options);
	}

	private static <T> Flow.Publisher<T> flow(Publisher<T> publisher) {
		Publisher<T> captured = (publisher instanceof Mono<T> mono)
				? mono.onErrorMap(Exceptions::unwrap).contextCapture()
				: Flux.from(publisher).onErrorMap(Exceptions::unwrap).contextCapture();
		return JdkFlowAdapter.publisherToFlowPublisher(captured);
	}

}
