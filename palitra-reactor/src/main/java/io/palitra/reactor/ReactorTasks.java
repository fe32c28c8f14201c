package io.palitra.reactor;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import reactor.adapter.JdkFlowAdapter;
import reactor.core.Exceptions;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

import io.palitra.AsyncCallable;
import io.palitra.EventLoopThreadRunner;

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
 * after that. What arrives all the same is dropped as Reactor drops things, through
 * {@code Hooks.onNextDropped} and {@code Hooks.onErrorDropped}.
 */
public final class ReactorTasks {

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
		return () -> {
			CompletableFuture<T> future = new CompletableFuture<>();
			FutureSubscriber<T> subscriber = mono.contextCapture().subscribeWith(new FutureSubscriber<>(future));
			future.whenComplete((value, ex) -> {
				if (ex != null) {
					subscriber.cancel();
				}
			});
			return future;
		};
	}

	/**
	 * Makes a {@link Flux} a task that collects all its values, in their order. An empty
	 * {@code Flux} results in an empty list. Each call results in a new list, which is
	 * the caller's to modify. There is no bound on it: the {@code Flux} has to be finite.
	 * A failure is that of {@link #mono(Mono)}.
	 * @param <T> the type of the values
	 * @param flux what to subscribe to
	 * @return a task that may be called any number of times, from any thread
	 * @throws NullPointerException if {@code flux} is {@code null}
	 */
	public static <T> AsyncCallable<List<T>> list(Flux<T> flux) {
		Objects.requireNonNull(flux, "flux");
		return mono(flux.collectList());
	}

	/**
	 * Reads a {@link Flux} as a stream that blocks for each element, at most as long as
	 * the runner's timeout. The {@code Flux} is subscribed to on the loop's thread when
	 * the stream is first read, in the context of this call; no more than 32 elements are
	 * requested ahead. Closing the stream cancels the subscription, so use it in a
	 * {@code try} statement wherever it may not be read to its end. A failure of the
	 * {@code Flux} is thrown after the elements before it, as by
	 * {@link EventLoopThreadRunner#run(AsyncCallable)}.
	 * @param <T> the type of the elements
	 * @param runner waits for the elements
	 * @param flux what to read
	 * @return a sequential stream; reading it is refused where blocking is
	 * @throws NullPointerException if an argument is {@code null}
	 * @see EventLoopThreadRunner#stream(java.util.concurrent.Flow.Publisher)
	 */
	public static <T> Stream<T> stream(EventLoopThreadRunner runner, Flux<T> flux) {
		Objects.requireNonNull(runner, "runner");
		Objects.requireNonNull(flux, "flux");
		return runner
			.stream(JdkFlowAdapter.publisherToFlowPublisher(flux.onErrorMap(Exceptions::unwrap).contextCapture()));
	}

	/**
	 * Differs from {@link Mono#toFuture()} in that a cancellation also reaches a
	 * subscription that arrives after it.
	 */
	private static final class FutureSubscriber<T> extends BaseSubscriber<T> {

		private final CompletableFuture<T> future;

		FutureSubscriber(CompletableFuture<T> future) {
			this.future = future;
		}

		@Override
		protected void hookOnNext(T value) {
			if (!this.future.complete(value)) {
				Operators.onNextDropped(value, currentContext());
			}
		}

		@Override
		protected void hookOnComplete() {
			this.future.complete(null);
		}

		@Override
		protected void hookOnError(Throwable failure) {
			this.future.completeExceptionally(Exceptions.unwrap(failure));
		}

	}

}
