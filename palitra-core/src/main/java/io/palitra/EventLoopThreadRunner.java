package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadFactory;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.Settings;
import io.palitra.internal.call.AwaitCall;
import io.palitra.internal.call.Call;
import io.palitra.internal.call.CallPlace;
import io.palitra.internal.call.Calls;
import io.palitra.internal.call.Failed;
import io.palitra.internal.call.Gather;
import io.palitra.internal.call.OwnedCall;
import io.palitra.internal.call.SubmittedCall;
import io.palitra.internal.facade.Adapters;
import io.palitra.internal.facade.Facade;
import io.palitra.internal.lifecycle.Lifecycle;
import io.palitra.internal.lifecycle.RunnerLoop;
import io.palitra.internal.loop.Log;
import io.palitra.internal.loop.Loop;
import io.palitra.internal.loop.Names;
import io.palitra.internal.loop.Nanos;
import io.palitra.internal.loop.Stages;
import io.palitra.internal.loop.Threads;
import io.palitra.internal.netty.NettyEventLoops;
import io.palitra.internal.stream.PublisherSpliterator;
import io.palitra.spi.AsyncAdapter;
import io.palitra.spi.BlockingDetector;
import io.palitra.spi.ContextCarrier;
import io.palitra.spi.RunListener;
import io.palitra.spi.RunResult;

/**
 * Runs asynchronous work for synchronous callers: owns one event loop on one background
 * thread, to which any number of threads hand tasks and wait for their results.
 *
 * <pre>{@code
 * try (EventLoopThreadRunner runner = EventLoopThreadRunner.create()) {
 *     HttpResponse<String> response = runner.run(() -> client.sendAsync(request, BodyHandlers.ofString()));
 * }
 * }</pre>
 *
 * The task is called on the loop's thread and returns a stage at once; the caller sleeps
 * until the stage completes, its time is up, it is interrupted, or the runner is closed.
 * Whichever comes first is the call's one outcome, and in the last three cases the stage
 * is cancelled.
 * <p>
 * All methods may be called from any thread, platform or virtual. Those that wait are
 * refused with {@link BlockingNotAllowedException} on the thread of a runner's loop,
 * before anything starts. A runner is meant to be kept and shared: it holds a daemon
 * thread until it is closed.
 */
public final class EventLoopThreadRunner implements AutoCloseable {

	private static final String WAYS_OUT = "Either chain on the stage instead of waiting for it (thenCompose, or submit "
			+ "and thenApply), or make the call on a thread that may block";

	private final Settings settings;

	private final Calls calls;

	private final Lifecycle lifecycle;

	private final RunnerLoop eventLoop;

	private final Adapters adapters;

	private EventLoopThreadRunner(Settings settings) {
		this.settings = settings;
		this.calls = new Calls(settings);
		this.lifecycle = new Lifecycle(this.calls);
		this.eventLoop = new RunnerLoop(this.lifecycle, this.calls);
		this.adapters = new Adapters(settings.adapters());
	}

	/**
	 * Creates a runner with the default settings; its thread starts at once.
	 * @return a new runner
	 */
	public static EventLoopThreadRunner create() {
		return builder().build();
	}

	/**
	 * Returns a builder with the default settings.
	 * @return a new builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Runs a task and waits for its result, at most as long as the runner's timeout.
	 * @param <T> the type of the result
	 * @param task the work, called once or never, on the loop's thread unless told
	 * otherwise
	 * @return the result, which may be {@code null}
	 * @throws NullPointerException if {@code task} is {@code null} or returns
	 * {@code null}
	 * @throws CompletionException if the task fails with a checked exception, its cause;
	 * unchecked exceptions and errors are thrown as they are
	 * @throws java.util.concurrent.CancellationException if the stage is cancelled by
	 * others
	 * @throws RunTimeoutException if the time is up; the work has been cancelled
	 * @throws RunInterruptedException if the current thread is interrupted, while it
	 * waits or before; the work has been cancelled or was not started, the interrupt flag
	 * is set
	 * @throws RunnerClosedException if the runner is stopped or closed, or is before the
	 * result is there
	 * @throws RunnerOverloadedException if the runner is full and refuses more, or the
	 * executor that the task is to start on does not take it
	 * @throws BlockingNotAllowedException on a thread that must not block, such as that
	 * of a runner's loop
	 */
	public <T extends @Nullable Object> T run(AsyncCallable<T> task) {
		return run(task, RunOptions.defaults());
	}

	/**
	 * Runs a task and waits for its result, at most as long as given.
	 * @param <T> the type of the result
	 * @param task the work
	 * @param timeout the limit, positive; instead of the runner's timeout
	 * @return the result
	 * @throws NullPointerException if an argument is {@code null}
	 * @throws IllegalArgumentException if {@code timeout} is zero or negative
	 * @see #run(AsyncCallable) the other exceptions
	 */
	public <T extends @Nullable Object> T run(AsyncCallable<T> task, Duration timeout) {
		return run(task, RunOptions.defaults().timeout(timeout));
	}

	/**
	 * Runs a task with options and waits for its result.
	 * @param <T> the type of the result
	 * @param task the work
	 * @param options what this call wants otherwise than the runner's settings
	 * @return the result
	 * @throws NullPointerException if an argument is {@code null}
	 * @see #run(AsyncCallable) the other exceptions
	 */
	public <T extends @Nullable Object> T run(AsyncCallable<T> task, RunOptions options) {
		OwnedCall<T> call = call("run", task, options);
		return value(call, call.make());
	}

	/**
	 * Runs a task that gets a scope, and waits for its result, at most as long as the
	 * runner's timeout.
	 * @param <T> the type of the result
	 * @param task the work, called once or never, on the loop's thread unless told
	 * otherwise
	 * @return the result, which may be {@code null}
	 * @see #run(AsyncCallable) the exceptions
	 */
	public <T extends @Nullable Object> T runScoped(ScopedAsyncCallable<T> task) {
		return runScoped(task, RunOptions.defaults());
	}

	/**
	 * Runs a task that gets a scope, and waits for its result, at most as long as given.
	 * @param <T> the type of the result
	 * @param task the work
	 * @param timeout the limit, positive; instead of the runner's timeout
	 * @return the result
	 * @throws NullPointerException if an argument is {@code null}
	 * @throws IllegalArgumentException if {@code timeout} is zero or negative
	 * @see #run(AsyncCallable) the other exceptions
	 */
	public <T extends @Nullable Object> T runScoped(ScopedAsyncCallable<T> task, Duration timeout) {
		return runScoped(task, RunOptions.defaults().timeout(timeout));
	}

	/**
	 * Runs a task that gets a scope, with options, and waits for its result.
	 * @param <T> the type of the result
	 * @param task the work
	 * @param options what this call wants otherwise than the runner's settings
	 * @return the result
	 * @throws NullPointerException if an argument is {@code null}
	 * @see #run(AsyncCallable) the other exceptions
	 */
	public <T extends @Nullable Object> T runScoped(ScopedAsyncCallable<T> task, RunOptions options) {
		refuseNull("runScoped", "task", task);
		refuseNull("runScoped", "options", options);
		OwnedCall<T> call = OwnedCall.scoped(this.calls, task, options);
		refuseToBlock("runScoped", call);
		return value(call, call.make());
	}

	/**
	 * Runs a task that may fail with a checked exception, and throws that as it is.
	 * @param <T> the type of the result
	 * @param <X> the type of the exception
	 * @param task the work
	 * @param declared the class of the exception; other checked ones are wrapped as by
	 * {@code run}
	 * @return the result
	 * @throws X if the task fails with it, the same instance
	 * @throws NullPointerException if an argument is {@code null}
	 * @see #run(AsyncCallable) the other exceptions
	 */
	public <T extends @Nullable Object, X extends Exception> T runChecked(AsyncCallable<T> task, Class<X> declared)
			throws X {
		return runChecked(task, declared, RunOptions.defaults());
	}

	/**
	 * Runs a task that may fail with a checked exception, with options, and throws that
	 * as it is.
	 * @param <T> the type of the result
	 * @param <X> the type of the exception
	 * @param task the work
	 * @param declared the class of the exception; other checked ones are wrapped as by
	 * {@code run}
	 * @param options what this call wants otherwise than the runner's settings
	 * @return the result
	 * @throws X if the task fails with it, the same instance
	 * @throws NullPointerException if an argument is {@code null}
	 * @see #run(AsyncCallable) the other exceptions
	 */
	public <T extends @Nullable Object, X extends Exception> T runChecked(AsyncCallable<T> task, Class<X> declared,
			RunOptions options) throws X {
		refuseNull("runChecked", "declared", declared);
		OwnedCall<T> call = call("runChecked", task, options);
		return value(call, call.make(), declared);
	}

	/**
	 * Runs a task and waits for its result; an interrupt is thrown as the checked
	 * exception, for callers that declare it.
	 * @param <T> the type of the result
	 * @param task the work
	 * @return the result
	 * @throws InterruptedException if the current thread is interrupted, while it waits
	 * or before; the work has been cancelled or was not started, the interrupt flag is
	 * cleared
	 * @see #run(AsyncCallable) the other exceptions
	 */
	public <T extends @Nullable Object> T runInterruptibly(AsyncCallable<T> task) throws InterruptedException {
		return runInterruptibly(task, RunOptions.defaults());
	}

	/**
	 * Runs a task with options and waits for its result; an interrupt is thrown as the
	 * checked exception, for callers that declare it.
	 * @param <T> the type of the result
	 * @param task the work
	 * @param options what this call wants otherwise than the runner's settings
	 * @return the result
	 * @throws InterruptedException if the current thread is interrupted, while it waits
	 * or before; the work has been cancelled or was not started, the interrupt flag is
	 * cleared
	 * @see #run(AsyncCallable) the other exceptions
	 */
	public <T extends @Nullable Object> T runInterruptibly(AsyncCallable<T> task, RunOptions options)
			throws InterruptedException {
		OwnedCall<T> call = call("runInterruptibly", task, options);
		Object outcome = call.make();
		if (outcome instanceof Failed failed && failed.result() == RunResult.INTERRUPTED) {
			Thread.interrupted();
			throw new InterruptedException(call.toException(failed, "").getMessage());
		}
		return value(call, outcome);
	}

	/**
	 * Waits for a stage that has been started elsewhere, at most as long as the runner's
	 * timeout. Only waits: when the time is up or the thread is interrupted, the stage
	 * goes on, for others may need it. A stage that is done is answered on any thread, a
	 * loop's and an interrupted one included.
	 * @param <T> the type of the result
	 * @param alreadyStarted the stage
	 * @return the result
	 * @throws NullPointerException if {@code alreadyStarted} is {@code null}
	 * @see #run(AsyncCallable) the other exceptions
	 */
	public <T extends @Nullable Object> T await(CompletionStage<T> alreadyStarted) {
		return await(alreadyStarted, RunOptions.defaults());
	}

	/**
	 * Waits for a stage that has been started elsewhere, at most as long as given. Only
	 * waits: the stage is never cancelled.
	 * @param <T> the type of the result
	 * @param alreadyStarted the stage
	 * @param timeout the limit, positive; instead of the runner's timeout
	 * @return the result
	 * @throws NullPointerException if an argument is {@code null}
	 * @throws IllegalArgumentException if {@code timeout} is zero or negative
	 * @see #await(CompletionStage)
	 */
	public <T extends @Nullable Object> T await(CompletionStage<T> alreadyStarted, Duration timeout) {
		return await(alreadyStarted, RunOptions.defaults().timeout(timeout));
	}

	private <T extends @Nullable Object> T await(CompletionStage<T> alreadyStarted, RunOptions options) {
		refuseNull("await", "alreadyStarted", alreadyStarted);
		boolean done = Stages.isDone(alreadyStarted);
		AwaitCall<T> call = new AwaitCall<>(this.calls, alreadyStarted, options);
		if (!done) {
			refuseToBlock("await", call);
		}
		return value(call, done ? call.read() : call.make());
	}

	/**
	 * Runs tasks concurrently and waits for all results. The first failure cancels the
	 * others and is thrown.
	 * @param <T> the type of the results
	 * @param tasks the tasks, started together in this order
	 * @return the results in the order of the tasks, unmodifiable, with {@code null}
	 * where a task's result is
	 * @throws NullPointerException if {@code tasks} or one of them is {@code null}
	 * @see #run(AsyncCallable) the other exceptions
	 */
	@SafeVarargs
	@SuppressWarnings("varargs")
	public final <T extends @Nullable Object> List<T> gather(AsyncCallable<? extends T>... tasks) {
		refuseNull("gather", "tasks", tasks);
		return gather(Arrays.asList(tasks));
	}

	/**
	 * Runs tasks concurrently and waits for all results. The first failure cancels the
	 * others and is thrown.
	 * @param <T> the type of the results
	 * @param tasks the tasks, started together in this order
	 * @return the results in the order of the tasks, unmodifiable, with {@code null}
	 * where a task's result is
	 * @throws NullPointerException if {@code tasks} or one of them is {@code null}
	 * @see #run(AsyncCallable) the other exceptions
	 */
	public <T extends @Nullable Object> List<T> gather(Collection<? extends AsyncCallable<? extends T>> tasks) {
		return gather(tasks, RunOptions.defaults());
	}

	/**
	 * Runs tasks concurrently, with options for all of them together, and waits for all
	 * results. The first failure cancels the others and is thrown.
	 * @param <T> the type of the results
	 * @param tasks the tasks, started in this order, together or as
	 * {@link RunOptions#maxConcurrency(int)} says
	 * @param options what this call wants otherwise than the runner's settings
	 * @return the results in the order of the tasks, unmodifiable, with {@code null}
	 * where a task's result is
	 * @throws NullPointerException if an argument or one of the tasks is {@code null}
	 * @see #run(AsyncCallable) the other exceptions
	 */
	public <T extends @Nullable Object> List<T> gather(Collection<? extends AsyncCallable<? extends T>> tasks,
			RunOptions options) {
		return gather(tasks, options, null);
	}

	/**
	 * Runs tasks concurrently that may fail with a checked exception, and throws that as
	 * it is. The first failure cancels the others.
	 * @param <T> the type of the results
	 * @param <X> the type of the exception
	 * @param tasks the tasks, started together in this order
	 * @param declared the class of the exception; other checked ones are wrapped as by
	 * {@code run}
	 * @return the results in the order of the tasks, unmodifiable, with {@code null}
	 * where a task's result is
	 * @throws X if a task fails with it, the same instance
	 * @throws NullPointerException if an argument or one of the tasks is {@code null}
	 * @see #run(AsyncCallable) the other exceptions
	 */
	public <T extends @Nullable Object, X extends Exception> List<T> gatherChecked(
			Collection<? extends AsyncCallable<? extends T>> tasks, Class<X> declared) throws X {
		return gatherChecked(tasks, declared, RunOptions.defaults());
	}

	/**
	 * Runs tasks concurrently that may fail with a checked exception, with options for
	 * all of them together, and throws that as it is. The first failure cancels the
	 * others.
	 * @param <T> the type of the results
	 * @param <X> the type of the exception
	 * @param tasks the tasks, started in this order
	 * @param declared the class of the exception; other checked ones are wrapped as by
	 * {@code run}
	 * @param options what this call wants otherwise than the runner's settings
	 * @return the results in the order of the tasks, unmodifiable, with {@code null}
	 * where a task's result is
	 * @throws X if a task fails with it, the same instance
	 * @throws NullPointerException if an argument or one of the tasks is {@code null}
	 * @see #run(AsyncCallable) the other exceptions
	 */
	public <T extends @Nullable Object, X extends Exception> List<T> gatherChecked(
			Collection<? extends AsyncCallable<? extends T>> tasks, Class<X> declared, RunOptions options) throws X {
		refuseNull("gatherChecked", "declared", declared);
		return gather(tasks, options, declared);
	}

	private <T extends @Nullable Object, X extends Exception> List<T> gather(
			Collection<? extends AsyncCallable<? extends T>> tasks, RunOptions options, @Nullable Class<X> declared)
			throws X {
		Gathering<T> gathering = gathering("gather", tasks, options, true);
		Object outcome = gathering.call().make();
		if (outcome instanceof Failed failed) {
			String missing = gathering.gather().missing(gathering.call().getTaskName());
			gathering.gather().discard();
			throw failure(gathering.call(), failed, declared, missing);
		}
		return gathering.gather().values();
	}

	/**
	 * Runs two tasks concurrently and combines their results. The first failure cancels
	 * the other and is thrown.
	 * @param <A> the type of the first result
	 * @param <B> the type of the second result
	 * @param <R> the type of the combined result
	 * @param a the first task
	 * @param b the second task
	 * @param fn combines the results, on the current thread
	 * @return what the function returns
	 * @throws NullPointerException if an argument is {@code null}
	 * @see #run(AsyncCallable) the other exceptions
	 */
	public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object> R combine(
			AsyncCallable<A> a, AsyncCallable<B> b, BiFunction<? super A, ? super B, ? extends R> fn) {
		return combine(a, b, fn, RunOptions.defaults());
	}

	/**
	 * Runs two tasks concurrently, with options for both together, and combines their
	 * results. The first failure cancels the other and is thrown.
	 * @param <A> the type of the first result
	 * @param <B> the type of the second result
	 * @param <R> the type of the combined result
	 * @param a the first task
	 * @param b the second task
	 * @param fn combines the results, on the current thread
	 * @param options what this call wants otherwise than the runner's settings
	 * @return what the function returns
	 * @throws NullPointerException if an argument is {@code null}
	 * @see #run(AsyncCallable) the other exceptions
	 */
	@SuppressWarnings("unchecked")
	public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object> R combine(
			AsyncCallable<A> a, AsyncCallable<B> b, BiFunction<? super A, ? super B, ? extends R> fn,
			RunOptions options) {
		List<?> results = all(fn, options, a, b);
		return fn.apply((A) results.get(0), (B) results.get(1));
	}

	/**
	 * Runs three tasks concurrently and combines their results. The first failure cancels
	 * the others and is thrown.
	 * @param <A> the type of the first result
	 * @param <B> the type of the second result
	 * @param <C> the type of the third result
	 * @param <R> the type of the combined result
	 * @param a the first task
	 * @param b the second task
	 * @param c the third task
	 * @param fn combines the results, on the current thread
	 * @return what the function returns
	 * @throws NullPointerException if an argument is {@code null}
	 * @see #run(AsyncCallable) the other exceptions
	 */
	public <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object, R extends @Nullable Object> R combine(
			AsyncCallable<A> a, AsyncCallable<B> b, AsyncCallable<C> c,
			Combiner.Three<? super A, ? super B, ? super C, ? extends R> fn) {
		return combine(a, b, c, fn, RunOptions.defaults());
	}

	/**
	 * Runs three tasks concurrently, with options for all together, and combines their
	 * results. The first failure cancels the others and is thrown.
	 * @param <A> the type of the first result
	 * @param <B> the type of the second result
	 * @param <C> the type of the third result
	 * @param <R> the type of the combined result
	 * @param a the first task
	 * @param b the second task
	 * @param c the third task
	 * @param fn combines the results, on the current thread
	 * @param options what this call wants otherwise than the runner's settings
	 * @return what the function returns
	 * @throws NullPointerException if an argument is {@code null}
	 * @see #run(AsyncCallable) the other exceptions
	 */
	@SuppressWarnings("unchecked")
	public <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object, R extends @Nullable Object> R combine(
			AsyncCallable<A> a, AsyncCallable<B> b, AsyncCallable<C> c,
			Combiner.Three<? super A, ? super B, ? super C, ? extends R> fn, RunOptions options) {
		List<?> results = all(fn, options, a, b, c);
		return fn.combine((A) results.get(0), (B) results.get(1), (C) results.get(2));
	}

	/**
	 * Runs four tasks concurrently and combines their results. The first failure cancels
	 * the others and is thrown.
	 * @param <A> the type of the first result
	 * @param <B> the type of the second result
	 * @param <C> the type of the third result
	 * @param <D> the type of the fourth result
	 * @param <R> the type of the combined result
	 * @param a the first task
	 * @param b the second task
	 * @param c the third task
	 * @param d the fourth task
	 * @param fn combines the results, on the current thread
	 * @return what the function returns
	 * @throws NullPointerException if an argument is {@code null}
	 * @see #run(AsyncCallable) the other exceptions
	 */
	public <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object, D extends @Nullable Object, R extends @Nullable Object> R combine(
			AsyncCallable<A> a, AsyncCallable<B> b, AsyncCallable<C> c, AsyncCallable<D> d,
			Combiner.Four<? super A, ? super B, ? super C, ? super D, ? extends R> fn) {
		return combine(a, b, c, d, fn, RunOptions.defaults());
	}

	/**
	 * Runs four tasks concurrently, with options for all together, and combines their
	 * results. The first failure cancels the others and is thrown.
	 * @param <A> the type of the first result
	 * @param <B> the type of the second result
	 * @param <C> the type of the third result
	 * @param <D> the type of the fourth result
	 * @param <R> the type of the combined result
	 * @param a the first task
	 * @param b the second task
	 * @param c the third task
	 * @param d the fourth task
	 * @param fn combines the results, on the current thread
	 * @param options what this call wants otherwise than the runner's settings
	 * @return what the function returns
	 * @throws NullPointerException if an argument is {@code null}
	 * @see #run(AsyncCallable) the other exceptions
	 */
	@SuppressWarnings("unchecked")
	public <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object, D extends @Nullable Object, R extends @Nullable Object> R combine(
			AsyncCallable<A> a, AsyncCallable<B> b, AsyncCallable<C> c, AsyncCallable<D> d,
			Combiner.Four<? super A, ? super B, ? super C, ? super D, ? extends R> fn, RunOptions options) {
		List<?> results = all(fn, options, a, b, c, d);
		return fn.combine((A) results.get(0), (B) results.get(1), (C) results.get(2), (D) results.get(3));
	}

	private List<?> all(Object fn, RunOptions options, AsyncCallable<?>... tasks) {
		refuseNull("combine", "fn", fn);
		refuseNull("combine", "options", options);
		refuseNullIn("combine", Arrays.asList(tasks));
		return this.<Object>gather(Arrays.asList(tasks), options);
	}

	/**
	 * Runs tasks concurrently and waits until all have ended, well or not.
	 * @param <T> the type of the values
	 * @param tasks the tasks, started together in this order
	 * @return how each task ended, in the order of the tasks, unmodifiable
	 * @throws NullPointerException if {@code tasks} or one of them is {@code null}
	 * @see #run(AsyncCallable) the other exceptions, but for those of the tasks
	 */
	@SafeVarargs
	@SuppressWarnings("varargs")
	public final <T extends @Nullable Object> List<Outcome<T>> gatherOutcomes(AsyncCallable<? extends T>... tasks) {
		refuseNull("gatherOutcomes", "tasks", tasks);
		return gatherOutcomes(Arrays.asList(tasks));
	}

	/**
	 * Runs tasks concurrently and waits until all have ended, well or not.
	 * @param <T> the type of the values
	 * @param tasks the tasks, started together in this order
	 * @return how each task ended, in the order of the tasks, unmodifiable
	 * @throws NullPointerException if {@code tasks} or one of them is {@code null}
	 * @see #run(AsyncCallable) the other exceptions, but for those of the tasks
	 */
	public <T extends @Nullable Object> List<Outcome<T>> gatherOutcomes(
			Collection<? extends AsyncCallable<? extends T>> tasks) {
		return gatherOutcomes(tasks, RunOptions.defaults());
	}

	/**
	 * Runs tasks concurrently, with options for all of them together, and waits until all
	 * have ended, well or not.
	 * @param <T> the type of the values
	 * @param tasks the tasks, started in this order, together or as
	 * {@link RunOptions#maxConcurrency(int)} says
	 * @param options what this call wants otherwise than the runner's settings
	 * @return how each task ended, in the order of the tasks, unmodifiable
	 * @throws NullPointerException if an argument or one of the tasks is {@code null}
	 * @see #run(AsyncCallable) the other exceptions, but for those of the tasks
	 */
	public <T extends @Nullable Object> List<Outcome<T>> gatherOutcomes(
			Collection<? extends AsyncCallable<? extends T>> tasks, RunOptions options) {
		Gathering<T> gathering = gathering("gatherOutcomes", tasks, options, false);
		Object outcome = gathering.call().make();
		Gather<T> gather = gathering.gather();
		if (!(outcome instanceof Failed failed)) {
			return gather.outcomes(null);
		}
		if (failed.result() == RunResult.TIMEOUT) {
			return gather
				.outcomes(gathering.call().toException(failed, gather.missing(gathering.call().getTaskName())));
		}
		gather.discard();
		throw this.<RuntimeException>failure(gathering.call(), failed, null, "");
	}

	private <T extends @Nullable Object> Gathering<T> gathering(String operation,
			Collection<? extends AsyncCallable<? extends T>> tasks, RunOptions options, boolean failFast) {
		refuseNull(operation, "tasks", tasks);
		refuseNull(operation, "options", options);
		List<AsyncCallable<? extends T>> copy = new ArrayList<>(tasks);
		refuseNullIn(operation, copy);
		Gather<T> gather = new Gather<>(copy, failFast, options.maxConcurrency().orElse(Integer.MAX_VALUE));
		OwnedCall<Gather<T>> call = OwnedCall.scoped(this.calls, gather, options);
		refuseToBlock(operation, call);
		return new Gathering<>(gather, call);
	}

	/**
	 * Hands a task over without waiting, at most for as long as the runner's timeout. The
	 * future completes on the thread that brings the outcome, with the task's own
	 * exception if it fails; cancelling the future cancels the work. Waiting for the
	 * future on a loop thread is refused with {@link BlockingNotAllowedException}.
	 * @param <T> the type of the result
	 * @param task the work, called once or never, on the loop's thread unless told
	 * otherwise
	 * @return a future for the result
	 * @throws NullPointerException if {@code task} is {@code null}
	 * @throws RunnerClosedException if the runner is stopped or closed
	 * @throws RunnerOverloadedException if the runner is full and refuses more
	 */
	public <T extends @Nullable Object> CompletableFuture<T> submit(AsyncCallable<T> task) {
		return submit(task, RunOptions.defaults());
	}

	/**
	 * Hands a task over with options, without waiting.
	 * @param <T> the type of the result
	 * @param task the work, called once or never, on the loop's thread unless told
	 * otherwise
	 * @param options what this call wants otherwise than the runner's settings
	 * @return a future for the result
	 * @throws NullPointerException if an argument is {@code null}
	 * @throws RunnerClosedException if the runner is stopped or closed
	 * @throws RunnerOverloadedException if the runner is full and refuses more
	 * @see #submit(AsyncCallable)
	 */
	public <T extends @Nullable Object> CompletableFuture<T> submit(AsyncCallable<T> task, RunOptions options) {
		refuseNull("submit", "task", task);
		refuseNull("submit", "options", options);
		return SubmittedCall.submit(this.calls, task, named(task, options), this.eventLoop);
	}

	/**
	 * Nobody will wait where the call was made, so a task is named after the class that
	 * wrote it. Where that is one of palitra's, the place is looked up now.
	 */
	private static RunOptions named(AsyncCallable<?> task, RunOptions options) {
		if (options.name().isPresent() || !CallPlace.isOwn(task.getClass().getName())) {
			return options;
		}
		String place = CallPlace.ofCurrentThread();
		return (place != null) ? options.name(place) : options;
	}

	/**
	 * Reads a publisher as a stream that blocks for each element, at most as long as the
	 * runner's timeout.
	 * @param <T> the type of the elements
	 * @param publisher the publisher
	 * @return a sequential stream, to be closed like any other that holds a resource
	 * @see #stream(Flow.Publisher, RunOptions)
	 */
	public <T> Stream<T> stream(Flow.Publisher<T> publisher) {
		return stream(publisher, RunOptions.defaults());
	}

	/**
	 * Reads a publisher as a stream that blocks for each element (rule C21). The
	 * publisher is subscribed to on the loop's thread, in the context of this call, when
	 * the stream is first read; no more than 32 elements are requested ahead. Closing the
	 * stream cancels the subscription, so use it in a {@code try} statement wherever it
	 * may not be read to its end.
	 * <p>
	 * The stream may be made on any thread. Reading it is waiting: it throws what
	 * {@link #await(CompletionStage)} throws, and whatever it throws, the subscription is
	 * cancelled. A failure of the publisher is thrown after the elements before it.
	 * @param <T> the type of the elements
	 * @param publisher the publisher
	 * @param options what each wait for an element wants otherwise than the runner's
	 * settings
	 * @return a sequential stream
	 * @throws NullPointerException if an argument is {@code null}
	 */
	public <T> Stream<T> stream(Flow.Publisher<T> publisher, RunOptions options) {
		refuseNull("stream", "publisher", publisher);
		refuseNull("stream", "options", options);
		Executor loop = this.calls.inContext(this.eventLoop);
		return new PublisherSpliterator<>(publisher, (subscribe, signal) -> await(signal, options, subscribe, loop),
				(signal) -> await(signal, options), this.calls::discard)
			.stream();
	}

	/**
	 * Starts something on the loop and waits for the stage that tells of it. The call is
	 * made first, for it ends with the loop that is the runner's then: if the runner is
	 * stopped and started meanwhile, the call must not wait on the new loop for what was
	 * lost with the old one.
	 */
	private <T extends @Nullable Object> void await(CompletionStage<T> signal, RunOptions options, Runnable start,
			Executor loop) {
		OwnedCall<T> call = new AwaitCall<>(this.calls, signal, options);
		refuseToBlock("stream", call);
		if (!Thread.currentThread().isInterrupted()) {
			loop.execute(start);
		}
		value(call, call.make());
	}

	/**
	 * Returns a synchronous face of an asynchronous object: calling a method of the face
	 * runs the target's method of the same name and parameters on the loop's thread and
	 * waits for the stage that it returns, or that an
	 * {@link Builder#asyncAdapter(AsyncAdapter) adapter} makes of what it returns. A
	 * target's method that returns neither is called in place, and so is a face's default
	 * method for which the target has no match. Checked exceptions that the face's method
	 * declares are thrown as they are; all else is as in {@link #run(AsyncCallable)},
	 * with the face's and the method's name as the name of the task.
	 * @param <F> the type of the face
	 * @param facade the interface to implement
	 * @param asyncTarget the object that does the work
	 * @return the face, as thread-safe as the target
	 * @throws NullPointerException if an argument is {@code null}
	 * @throws IllegalArgumentException if {@code facade} is no interface, or has methods
	 * that do not fit the target; the message lists each of them
	 */
	public <F> F blocking(Class<F> facade, Object asyncTarget) {
		return Facade.of(this, facade, asyncTarget, this.adapters);
	}

	/**
	 * Makes a task of a call that returns an asynchronous object of another library, such
	 * as a future of Guava's, by the {@link Builder#asyncAdapter(AsyncAdapter) adapter}
	 * that knows its type; a {@code CompletionStage} is taken as it is.
	 *
	 * <pre>{@code
	 * String greeting = runner.run(runner.adapt(() -> stub.greet(request)));
	 * }</pre>
	 *
	 * The type of the result is what the caller takes it for, as in a cast: nothing
	 * checks it before the result is used.
	 * @param <T> the type of the result
	 * @param source makes the call, each time the task is called. What it returns must
	 * not be {@code null}, and one that no adapter knows fails the task with an
	 * {@link IllegalArgumentException}
	 * @return a task for this runner, to be given to {@code run}, {@code gather} and the
	 * like
	 * @throws NullPointerException if {@code source} is {@code null}
	 */
	@SuppressWarnings("unchecked")
	public <T extends @Nullable Object> AsyncCallable<T> adapt(Callable<?> source) {
		Objects.requireNonNull(source, "source");
		return () -> (CompletionStage<T>) this.adapters.toStage(source.call(), getName());
	}

	private <T extends @Nullable Object> OwnedCall<T> call(String operation, AsyncCallable<T> task,
			RunOptions options) {
		refuseNull(operation, "task", task);
		refuseNull(operation, "options", options);
		OwnedCall<T> call = OwnedCall.of(this.calls, task, options);
		refuseToBlock(operation, call);
		return call;
	}

	private static void refuseNull(String operation, String parameter, @Nullable Object argument) {
		if (argument == null) {
			throw new NullPointerException(operation + ": " + parameter + " is null");
		}
	}

	private static void refuseNullIn(String operation, List<?> tasks) {
		int missing = tasks.indexOf(null);
		if (missing >= 0) {
			throw new NullPointerException(operation + ": tasks[" + missing + "] is null");
		}
	}

	private void refuseToBlock(String operation, Call<?> call) {
		String reason = whyNotToBlock();
		if (reason != null) {
			throw new BlockingNotAllowedException("Task \"" + call.getTaskName() + "\" cannot be run: " + operation
					+ " on runner \"" + getName() + "\" " + reason);
		}
	}

	/**
	 * Tells why the current thread must not block, {@code null} if it may (rule C6).
	 */
	private @Nullable String whyNotToBlock() {
		Thread thread = Thread.currentThread();
		Loop own = this.calls.life().loop();
		if (this.settings.nestedRuns() == NestedRuns.PUMP && own.inLoop()) {
			return (own.nesting() < Loop.MAX_NESTING) ? null
					: "is nested " + Loop.MAX_NESTING + " deep on thread \"" + Names.of(thread)
							+ "\", as deep as nested runs may be. Chain on the stage instead of waiting for it";
		}
		String owner = Loop.currentRunner();
		if (owner != null) {
			return "would block thread \"" + Names.of(thread) + "\", the event loop of runner \"" + owner + "\". "
					+ WAYS_OUT;
		}
		for (BlockingDetector detector : this.settings.detectors()) {
			if (mustNotBlock(detector, thread)) {
				return "would block thread \"" + Names.of(thread) + "\", which must not block according to "
						+ detector.getClass().getName() + ". " + WAYS_OUT;
			}
		}
		return null;
	}

	private static boolean mustNotBlock(BlockingDetector detector, Thread thread) {
		try {
			return detector.mustNotBlock(thread);
		}
		catch (Throwable ex) {
			Log.warn("Blocking detector " + detector.getClass().getName() + " failed", ex);
			return false;
		}
	}

	private <T extends @Nullable Object> T value(Call<T> call, @Nullable Object outcome) {
		return this.<T, RuntimeException>value(call, outcome, null);
	}

	// Whether null is a T, only the caller knows.
	@SuppressWarnings({ "unchecked", "NullAway" })
	private <T extends @Nullable Object, X extends Exception> T value(Call<T> call, @Nullable Object outcome,
			@Nullable Class<X> declared) throws X {
		if (!(outcome instanceof Failed failed)) {
			return (T) outcome;
		}
		throw failure(call, failed, declared, "");
	}

	/**
	 * Throws what a call failed with, as it is if it may be.
	 * @param declared the checked exception that may be thrown, {@code null} for none
	 * @param missing what the text of a timeout says of parts that are missing
	 * @return never
	 */
	private <X extends Exception> RuntimeException failure(Call<?> call, Failed failed, @Nullable Class<X> declared,
			String missing) throws X {
		Throwable failure = call.toException(failed, missing);
		if (failed.ofTask()) {
			RunCallSite.mark(failure, call.getTaskName(), getName());
			if (declared != null && declared.isInstance(failure)) {
				throw declared.cast(failure);
			}
		}
		if (failure instanceof RuntimeException unchecked) {
			throw unchecked;
		}
		if (failure instanceof Error error) {
			throw error;
		}
		throw new CompletionException(failure);
	}

	/**
	 * Returns the event loop, for tasks and timers that are to run on its thread. It
	 * stays the same when the runner is stopped and started.
	 * @return the event loop
	 */
	public EventLoop getLoop() {
		return this.eventLoop;
	}

	/**
	 * Returns the runner's name.
	 * @return the name
	 */
	public String getName() {
		return this.settings.runner();
	}

	/**
	 * Tells whether the current thread is where {@link #stop()} and the forms of
	 * {@code close} only initiate the end and return (rule C10): it is an event loop, or
	 * inside a call of this runner, a listener or a handler, which the end may have to
	 * wait for.
	 * @return whether it is so
	 */
	public boolean isInCall() {
		return !this.lifecycle.mayWaitHere();
	}

	/**
	 * Tells whether the loop's thread runs and the runner takes calls.
	 * @return whether a call made now would be run
	 */
	public boolean isAlive() {
		return this.lifecycle.isAlive();
	}

	/**
	 * Tells what the runner does at the moment, with every call in flight. Takes a time
	 * that grows with their number, and no lock.
	 * @return a snapshot
	 * @see #snapshot(int)
	 */
	public RunnerSnapshot snapshot() {
		return snapshot(Integer.MAX_VALUE);
	}

	/**
	 * Tells what the runner does at the moment, with some of the calls in flight. Takes
	 * no lock, and without calls a time that does not grow with their number; then the
	 * loop's stack is left out, too.
	 * @param mostCalls how many calls to tell of at most, the oldest first; zero for none
	 * @return a snapshot
	 * @throws IllegalArgumentException if {@code mostCalls} is negative
	 */
	public RunnerSnapshot snapshot(int mostCalls) {
		return this.calls.snapshot(Checks.notNegative("mostCalls", mostCalls));
	}

	/**
	 * Has something done when the runner is closed, such as the closing of a client that
	 * all its calls share: once the calls have ended, on the loop's thread, the last
	 * registered first, each after the one before has ended, and within the grace of the
	 * close or, where the calls have used that up, within 100 ms. One that fails or takes
	 * too long is logged and does not keep the others from being started, unless it goes
	 * on holding the loop; a loop that is not held has 2 s to start each. A
	 * {@link #stop()} does not run them.
	 * @param <T> the type of the result, which nobody sees
	 * @param cleanup the work to do
	 * @throws NullPointerException if {@code cleanup} is {@code null}
	 * @throws RunnerClosedException if the runner has been closed
	 */
	public <T extends @Nullable Object> void onClose(AsyncCallable<T> cleanup) {
		refuseNull("onClose", "cleanup", cleanup);
		this.lifecycle.onClose(cleanup);
	}

	/**
	 * Starts a runner that has been stopped, or whose thread has died, with a new thread.
	 * Does nothing if it runs.
	 * @throws RunnerClosedException if the runner has been closed
	 * @throws BlockingNotAllowedException on the thread of a runner's loop, if the runner
	 * does not run
	 * @throws IllegalStateException if called by work that a stop of this runner cancels,
	 * from inside that stop
	 */
	public void start() {
		this.lifecycle.start();
	}

	/**
	 * Stops the runner until the next {@link #start()}: takes no new calls, gives those
	 * in flight the shutdown grace, cancels what is left and ends the thread. On the
	 * thread of a runner's loop it only initiates that.
	 */
	public void stop() {
		this.lifecycle.stop();
	}

	/**
	 * Closes the runner for good, with the shutdown grace of its settings.
	 * @see #close(Duration)
	 */
	@Override
	public void close() {
		this.lifecycle.close(this.lifecycle.shutdownGrace());
	}

	/**
	 * Closes the runner for good (rule C10). New calls are refused at once. Calls in
	 * flight may end within the grace; then their owners are released with
	 * {@link RunnerClosedException}, by the closing thread, whatever the loop does, and
	 * their work is cancelled. Then the {@link #onClose(AsyncCallable) clean-ups} run and
	 * the thread ends; one that hangs in a task is left to end with it. Cancelling runs
	 * the work's own code on the closing thread: it can hold up the close, but no owner.
	 * <p>
	 * A second close does nothing but wait for the first, and shortens its grace if its
	 * own is over earlier. An interrupt of the closing thread ends the grace; the flag is
	 * kept. On the thread of a runner's loop the method only initiates the close.
	 * @param grace the time for calls in flight; zero for none
	 * @throws NullPointerException if {@code grace} is {@code null}
	 * @throws IllegalArgumentException if {@code grace} is negative
	 */
	public void close(Duration grace) {
		this.lifecycle.close(Nanos.of(Checks.notNegative("grace", grace)));
	}

	@Override
	public String toString() {
		return "EventLoopThreadRunner[name=" + getName() + ", state=" + this.calls.life().state() + "]";
	}

	/**
	 * A gather and the call that it is made in.
	 */
	private record Gathering<T extends @Nullable Object>(Gather<T> gather, OwnedCall<Gather<T>> call) {
	}

	/**
	 * Settings for a runner. Not thread-safe. A setter checks what it is given, so that
	 * {@link #build()} fails only when no thread can be had.
	 */
	public static final class Builder {

		private String name = "default";

		private String threadNamePrefix = "palitra-";

		private @Nullable ThreadFactory threadFactory;

		private @Nullable Executor startOn;

		private @Nullable Duration timeout;

		private int maxInFlight = Integer.MAX_VALUE;

		private OverloadPolicy overloadPolicy = OverloadPolicy.WAIT;

		private NestedRuns nestedRuns = NestedRuns.REJECT;

		private WaitStrategy waitStrategy = WaitStrategy.ADAPTIVE;

		private Duration slowTaskThreshold = Duration.ofNanos(Loop.HELD);

		private Duration hangThreshold = Duration.ofSeconds(10);

		private Duration shutdownGrace = Duration.ofSeconds(20);

		private final List<ContextCarrier> contextCarriers = new ArrayList<>();

		private final List<BlockingDetector> blockingDetectors = new ArrayList<>(List.of(new NettyEventLoops()));

		private final List<AsyncAdapter> asyncAdapters = new ArrayList<>();

		private final List<Consumer<Object>> discardHandlers = new ArrayList<>();

		private final List<RunListener> listeners = new ArrayList<>();

		private Builder() {
		}

		/**
		 * Names the runner in exceptions, logs, meters and the thread's name.
		 * @param name the name, {@code default} by default: not blank, no control
		 * characters, at most 200 characters
		 * @return this builder
		 * @throws NullPointerException if {@code name} is {@code null}
		 * @throws IllegalArgumentException if {@code name} is not as described
		 */
		public Builder name(String name) {
			this.name = Checks.name("name", name);
			return this;
		}

		/**
		 * Sets what comes before the runner's name in the name of the loop's thread.
		 * @param threadNamePrefix the prefix, {@code palitra-} by default: no control
		 * characters, at most 200 characters
		 * @return this builder
		 * @throws NullPointerException if {@code threadNamePrefix} is {@code null}
		 * @throws IllegalArgumentException if {@code threadNamePrefix} is not as
		 * described
		 */
		public Builder threadNamePrefix(String threadNamePrefix) {
			this.threadNamePrefix = Checks.text("threadNamePrefix", threadNamePrefix);
			return this;
		}

		/**
		 * Makes the loop's thread in another way than as a daemon platform thread with
		 * the prefix and the runner's name; the thread is then used as it comes, name
		 * included.
		 * @param threadFactory makes the thread, for each start of the runner
		 * @return this builder
		 * @throws NullPointerException if {@code threadFactory} is {@code null}
		 */
		public Builder threadFactory(ThreadFactory threadFactory) {
			this.threadFactory = Objects.requireNonNull(threadFactory, "threadFactory");
			return this;
		}

		/**
		 * Sets where tasks are called that do not say otherwise. By default that is the
		 * loop: one thread, in order, whose callers leave on time whatever a task does.
		 * {@link StartOn#caller()} calls them in place: no thread is crossed, and a task
		 * that blocks before it returns its stage cannot be left on time.
		 * {@link StartOn#virtualThreads()} calls each on a thread of its own: one that
		 * blocks holds up nobody else, and is interrupted when its work is cancelled.
		 * @param startOn calls the tasks, on a thread of its own or in place; not shut
		 * down with the runner
		 * @return this builder
		 * @throws NullPointerException if {@code startOn} is {@code null}
		 * @see RunOptions#startOn(Executor)
		 */
		public Builder startOn(Executor startOn) {
			this.startOn = Objects.requireNonNull(startOn, "startOn");
			return this;
		}

		/**
		 * Limits the time of each call that does not say otherwise, from the call to its
		 * result.
		 * @param timeout the limit, positive, with the precision of a nanosecond; none by
		 * default
		 * @return this builder
		 * @throws NullPointerException if {@code timeout} is {@code null}
		 * @throws IllegalArgumentException if {@code timeout} is zero or negative
		 */
		public Builder timeout(Duration timeout) {
			this.timeout = Checks.positive("timeout", timeout);
			return this;
		}

		/**
		 * Limits how much work is in flight at once. A call that was given up counts
		 * until its work has ended; one {@code gather} counts once (rule C15).
		 * @param maxInFlight the limit, at least 1; none by default
		 * @return this builder
		 * @throws IllegalArgumentException if {@code maxInFlight} is less than 1
		 */
		public Builder maxInFlight(int maxInFlight) {
			this.maxInFlight = Checks.atLeastOne("maxInFlight", maxInFlight, "for no limit");
			return this;
		}

		/**
		 * Sets what becomes of a call beyond {@link #maxInFlight(int)}.
		 * @param overloadPolicy the policy, {@link OverloadPolicy#WAIT} by default
		 * @return this builder
		 * @throws NullPointerException if {@code overloadPolicy} is {@code null}
		 */
		public Builder overloadPolicy(OverloadPolicy overloadPolicy) {
			this.overloadPolicy = Objects.requireNonNull(overloadPolicy, "overloadPolicy");
			return this;
		}

		/**
		 * Sets what becomes of a call made on the thread of the runner's own loop.
		 * @param nestedRuns the policy, {@link NestedRuns#REJECT} by default
		 * @return this builder
		 * @throws NullPointerException if {@code nestedRuns} is {@code null}
		 */
		public Builder nestedRuns(NestedRuns nestedRuns) {
			this.nestedRuns = Objects.requireNonNull(nestedRuns, "nestedRuns");
			return this;
		}

		/**
		 * Sets how the loop and the callers wait for each other.
		 * @param waitStrategy the strategy, {@link WaitStrategy#ADAPTIVE} by default
		 * @return this builder
		 * @throws NullPointerException if {@code waitStrategy} is {@code null}
		 */
		public Builder waitStrategy(WaitStrategy waitStrategy) {
			this.waitStrategy = Objects.requireNonNull(waitStrategy, "waitStrategy");
			return this;
		}

		/**
		 * Sets how long a callback may hold the loop before that is logged, with the
		 * loop's stack (rule C18).
		 * @param slowTaskThreshold the time, positive; 100 milliseconds by default
		 * @return this builder
		 * @throws NullPointerException if {@code slowTaskThreshold} is {@code null}
		 * @throws IllegalArgumentException if {@code slowTaskThreshold} is zero or
		 * negative
		 */
		public Builder slowTaskThreshold(Duration slowTaskThreshold) {
			this.slowTaskThreshold = Checks.positive("slowTaskThreshold", slowTaskThreshold);
			return this;
		}

		/**
		 * Sets how long a thread may wait for a call before that is logged, and logged
		 * again each time as much has passed (rule C18).
		 * @param hangThreshold the time, positive; 10 seconds by default
		 * @return this builder
		 * @throws NullPointerException if {@code hangThreshold} is {@code null}
		 * @throws IllegalArgumentException if {@code hangThreshold} is zero or negative
		 * @see RunOptions#longRunning()
		 */
		public Builder hangThreshold(Duration hangThreshold) {
			this.hangThreshold = Checks.positive("hangThreshold", hangThreshold);
			return this;
		}

		/**
		 * Sets how long calls in flight may go on when the runner is stopped or closed.
		 * @param shutdownGrace the time, 20 seconds by default; zero for none
		 * @return this builder
		 * @throws NullPointerException if {@code shutdownGrace} is {@code null}
		 * @throws IllegalArgumentException if {@code shutdownGrace} is negative
		 */
		public Builder shutdownGrace(Duration shutdownGrace) {
			this.shutdownGrace = Checks.notNegative("shutdownGrace", shutdownGrace);
			return this;
		}

		/**
		 * Adds what carries the context of callers' threads to the work done for them.
		 * May be called more than once; the carriers' scopes are opened in the order of
		 * addition.
		 * @param contextCarrier the carrier
		 * @return this builder
		 * @throws NullPointerException if {@code contextCarrier} is {@code null}
		 */
		public Builder contextCarrier(ContextCarrier contextCarrier) {
			this.contextCarriers.add(Objects.requireNonNull(contextCarrier, "contextCarrier"));
			return this;
		}

		/**
		 * Adds what knows further threads that must not block, besides the loops of
		 * runners and the event loops of Netty. May be called more than once.
		 * @param blockingDetector the detector
		 * @return this builder
		 * @throws NullPointerException if {@code blockingDetector} is {@code null}
		 */
		public Builder blockingDetector(BlockingDetector blockingDetector) {
			this.blockingDetectors.add(Objects.requireNonNull(blockingDetector, "blockingDetector"));
			return this;
		}

		/**
		 * Adds what makes stages of further asynchronous types, so that
		 * {@link EventLoopThreadRunner#blocking(Class, Object)} and the tasks that
		 * {@link EventLoopThreadRunner#adapt(Callable)} makes can wait for them as for a
		 * {@code CompletionStage}. May be called more than once; the first that adapts a
		 * type does.
		 * @param asyncAdapter the adapter
		 * @return this builder
		 * @throws NullPointerException if {@code asyncAdapter} is {@code null}
		 */
		public Builder asyncAdapter(AsyncAdapter asyncAdapter) {
			this.asyncAdapters.add(Objects.requireNonNull(asyncAdapter, "asyncAdapter"));
			return this;
		}

		/**
		 * Adds what gets the results that come when nobody waits for them any more, to
		 * close what must be closed (rule C11). Called on the thread that brings the
		 * result, never with {@code null}; what it throws is logged. May be called more
		 * than once.
		 * @param handler gets each such result
		 * @return this builder
		 * @throws NullPointerException if {@code handler} is {@code null}
		 */
		public Builder onDiscard(Consumer<Object> handler) {
			this.discardHandlers.add(Objects.requireNonNull(handler, "handler"));
			return this;
		}

		/**
		 * Adds a listener that is told of every call. May be called more than once; the
		 * listeners are told in the order of addition.
		 * @param listener the listener
		 * @return this builder
		 * @throws NullPointerException if {@code listener} is {@code null}
		 */
		public Builder listener(RunListener listener) {
			this.listeners.add(Objects.requireNonNull(listener, "listener"));
			return this;
		}

		/**
		 * Creates a runner with these settings; its thread starts at once.
		 * @return a new runner
		 * @throws IllegalStateException if the thread factory returns {@code null}; what
		 * it throws is thrown as it is
		 */
		public EventLoopThreadRunner build() {
			String threadName = this.threadNamePrefix + this.name;
			ThreadFactory factory = (this.threadFactory != null) ? this.threadFactory
					: (body) -> Threads.daemon(threadName, body);
			return new EventLoopThreadRunner(new Settings(this.name, factory, this.waitStrategy, this.nestedRuns,
					this.maxInFlight, this.overloadPolicy, this.startOn,
					(this.timeout != null) ? Nanos.of(this.timeout) : Nanos.FOREVER, Nanos.of(this.slowTaskThreshold),
					Nanos.of(this.hangThreshold), Nanos.of(this.shutdownGrace), List.copyOf(this.contextCarriers),
					List.copyOf(this.blockingDetectors), List.copyOf(this.asyncAdapters), List.copyOf(this.listeners),
					List.copyOf(this.discardHandlers)));
		}

	}

}
