package io.palitra;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.stream.CallbackFuture;

/**
 * Clients that take a callback, a listener or an observer, as tasks. With a static import
 * of {@link #callback(Start) callback}:
 *
 * <pre>{@code
 * Response response = runner.run(callback((answer) -> {
 *     Call call = client.newCall(request);
 *     call.enqueue(new Callback() {
 *         public void onResponse(Call call, Response response) {
 *             answer.complete(response);
 *         }
 *         public void onFailure(Call call, IOException failure) {
 *             answer.completeExceptionally(failure);
 *         }
 *     });
 *     return call::cancel;
 * }));
 * }</pre>
 */
public final class CallbackTasks {

	private CallbackTasks() {
	}

	/**
	 * Makes a task of a call that answers by a callback. Where the client tells of a
	 * cancellation, its own or the one that it was asked for, pass that on with
	 * {@code answer.cancel(false)}. An answer that comes after the caller has given up,
	 * and a second one, are late results: the runner discards them
	 * ({@link EventLoopThreadRunner.Builder#onDiscard}).
	 * @param <T> the type of the answer
	 * @param start starts the call each time the task is called, on the thread that calls
	 * it, which is the loop's when a runner does
	 * @return a task that may be called as often as {@code start}, from any thread
	 * @throws NullPointerException if {@code start} is {@code null}
	 */
	public static <T extends @Nullable Object> AsyncCallable<T> callback(Start<T> start) {
		Objects.requireNonNull(start, "start");
		return () -> {
			CallbackFuture<T> answer = new CallbackFuture<>();
			try {
				answer.onCancel(
						Objects.requireNonNull(start.start(answer), "start returned null instead of what cancels"));
				return answer;
			}
			catch (Throwable ex) {
				return answer.fail(ex);
			}
		};
	}

	/**
	 * Starts a call that answers by a callback.
	 *
	 * @param <T> the type of the answer
	 */
	@FunctionalInterface
	public interface Start<T extends @Nullable Object> {

		/**
		 * Starts the call and returns at once; must not block.
		 * @param answer to be completed by the callback, with the result or the failure,
		 * on any thread
		 * @return cancels the call; run once if the answer is cancelled, by whomever, and
		 * not after another answer. {@code () -> {}} if the client cannot
		 * @throws Exception when the call cannot be started
		 */
		Runnable start(CompletableFuture<T> answer) throws Exception;

	}

}
