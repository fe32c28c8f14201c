package io.palitra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.call.Call;
import io.palitra.internal.call.Calls;
import io.palitra.internal.call.Failed;
import io.palitra.internal.call.Gather;
import io.palitra.internal.call.Gathered;
import io.palitra.internal.call.Settings;
import io.palitra.internal.facade.Facade;
import io.palitra.internal.lifecycle.Lifecycle;
import io.palitra.internal.lifecycle.RunnerLoop;
import io.palitra.internal.loop.Log;
import io.palitra.internal.loop.Loop;
import io.palitra.internal.loop.LoopFuture;
import io.palitra.internal.loop.Names;
import io.palitra.internal.loop.Nanos;
import io.palitra.internal.loop.Stages;
import io.palitra.internal.stream.PublisherIterator;
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

	private static final RunOptions AWAIT = RunOptions.defaults().name("await");

	private final String name;

	private final NestedRuns nestedRuns;

	private final List<BlockingDetector> blockingDetectors;

	private final List<AsyncAdapter> asyncAdapters;

	private final Calls calls;

	private final Lifecycle lifecycle;

	private final RunnerLoop eventLoop;

	private EventLoopThreadRunner(Builder builder) {
		this.name = builder.name;
		this.nestedRuns = builder.nestedRuns;
		this.blockingDetectors = List.copyOf(builder.blockingDetectors);
		this.asyncAdapters = List.copyOf(builder.asyncAdapters);
		this.calls = new Calls(new Settings(builder.name, builder.maxInFlight, builder.overloadPolicy,
				(builder.timeout != null) ? Nanos.of(builder.timeout) : Nanos.FOREVER, Nanos.of(builder.hangThreshold),
				List.copyOf(builder.contextCarriers), List.copyOf(builder.listeners),
				List.copyOf(builder.discardHandlers)));
		ThreadFactory threadFactory = (builder.threadFactory != null) ? builder.threadFactory
				: daemonThreads(builder.threadNamePrefix + builder.name);
		this.lifecycle = new Lifecycle(this.calls, threadFactory, builder.waitStrategy == WaitStrategy.ADAPTIVE,
				Nanos.of(builder.slowTaskThreshold), Nanos.of(builder.shutdownGrace));
		this.eventLoop = new RunnerLoop(this.lifecycle, this.calls);
	}

	private static ThreadFactory daemonThreads(String name) {
		ClassLoader contextClassLoader = Thread.currentThread().getContextClassLoader();
		return (live) -> {
			// Inherits neither thread-locals nor priority of whoever happens to start it
			// (rule C8).
			Thread thread = new Thread(null, live, name, 0, false);
			thread.setDaemon(true);
			thread.setPriority(Thread.NORM_PRIORITY);
			thread.setContextClassLoader(contextClassLoader);
			return thread;
		};
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
	 * @param task the work, called once on the loop's thread, or never
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
	 * @throws BlockingNotAllowedException on the thread of a runner's loop
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
		Call<T> call = call(task, options);
		return value(call, call.make());
	}

	/**
	 * Runs a task that gets a scope, and waits for its result, at most as long as the
	 * runner's timeout.
	 * @param <T> the type of the result
	 * @param task the work, called once on the loop's thread, or never
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
		return runScoped("runScoped", task, options);
	}

	private <T extends @Nullable Object> T runScoped(String operation, ScopedAsyncCallable<T> task,
			RunOptions options) {
		Objects.requireNonNull(task, "task");
		Objects.requireNonNull(options, "options");
		Call<T> call = Call.scoped(this.calls, this.lifecycle.loop(), task, options);
		refuseToBlock(operation, call);
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
		Objects.requireNonNull(declared, "declared");
		Call<T> call = call(task, options);
		Object outcome = call.make();
		if (outcome instanceof Failed failed && failed.ofTask() && declared.isInstance(failed.failure())) {
			RunCallSite.mark(failed.failure(), call.getTaskName(), this.name);
			throw declared.cast(failed.failure());
		}
		return value(call, outcome);
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
		Call<T> call = call(task, options);
		Object outcome = call.make();
		if (outcome instanceof Failed failed && failed.result() == RunResult.INTERRUPTED) {
			Thread.interrupted();
			throw new InterruptedException(call.toException(failed).getMessage());
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
		return await(alreadyStarted, AWAIT);
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
		return await(alreadyStarted, AWAIT.timeout(timeout));
	}

	private <T extends @Nullable Object> T await(CompletionStage<T> alreadyStarted, RunOptions options) {
		Objects.requireNonNull(alreadyStarted, "alreadyStarted");
		boolean done = Stages.isDone(alreadyStarted);
		Call<T> call = Call.waiting(this.calls, this.lifecycle.loop(), options);
		if (!done) {
			refuseToBlock("await", call);
		}
		return value(call, done ? call.read(alreadyStarted) : call.await(alreadyStarted));
	}

	/**
	 * Runs tasks concurrently and waits for all results. The first failure cancels the
	 * others and is thrown.
	 * @param <T> the type of the results
	 * @param tasks the tasks, started together on the loop in this order
	 * @return the results in the order of the tasks, unmodifiable, with {@code null}
	 * where a task's result is
	 * @throws NullPointerException if {@code tasks} or one of them is {@code null}
	 * @see #run(AsyncCallable) the other exceptions
	 */
	@SafeVarargs
	@SuppressWarnings("varargs")
	public final <T extends @Nullable Object> List<T> gather(AsyncCallable<? extends T>... tasks) {
		return gather(Arrays.asList(Objects.requireNonNull(tasks, "tasks")));
	}

	/**
	 * Runs tasks concurrently and waits for all results. The first failure cancels the
	 * others and is thrown.
	 * @param <T> the type of the results
	 * @param tasks the tasks, started together on the loop in this order
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
	 * @param tasks the tasks, started on the loop in this order, together or as
	 * {@link RunOptions#maxConcurrency(int)} says
	 * @param options what this call wants otherwise than the runner's settings
	 * @return the results in the order of the tasks, unmodifiable, with {@code null}
	 * where a task's result is
	 * @throws NullPointerException if an argument or one of the tasks is {@code null}
	 * @see #run(AsyncCallable) the other exceptions
	 */
	public <T extends @Nullable Object> List<T> gather(Collection<? extends AsyncCallable<? extends T>> tasks,
			RunOptions options) {
		return this.<T>gather("gather", tasks, options, true).values();
	}

	/**
	 * Runs tasks concurrently and waits until all have ended, well or not.
	 * @param <T> the type of the values
	 * @param tasks the tasks, started together on the loop in this order
	 * @return how each task ended, in the order of the tasks, unmodifiable
	 * @throws NullPointerException if {@code tasks} or one of them is {@code null}
	 * @see #run(AsyncCallable) the other exceptions, but for those of the tasks
	 */
	@SafeVarargs
	@SuppressWarnings("varargs")
	public final <T extends @Nullable Object> List<Outcome<T>> gatherOutcomes(AsyncCallable<? extends T>... tasks) {
		return gatherOutcomes(Arrays.asList(Objects.requireNonNull(tasks, "tasks")));
	}

	/**
	 * Runs tasks concurrently and waits until all have ended, well or not.
	 * @param <T> the type of the values
	 * @param tasks the tasks, started together on the loop in this order
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
	 * @param tasks the tasks, started on the loop in this order, together or as
	 * {@link RunOptions#maxConcurrency(int)} says
	 * @param options what this call wants otherwise than the runner's settings
	 * @return how each task ended, in the order of the tasks, unmodifiable
	 * @throws NullPointerException if an argument or one of the tasks is {@code null}
	 * @see #run(AsyncCallable) the other exceptions, but for those of the tasks
	 */
	public <T extends @Nullable Object> List<Outcome<T>> gatherOutcomes(
			Collection<? extends AsyncCallable<? extends T>> tasks, RunOptions options) {
		return this.<T>gather("gatherOutcomes", tasks, options, false).outcomes();
	}

	private <T extends @Nullable Object> Gathered<T> gather(String operation,
			Collection<? extends AsyncCallable<? extends T>> tasks, RunOptions options, boolean failFast) {
		Objects.requireNonNull(tasks, "tasks");
		Objects.requireNonNull(options, "options");
		List<AsyncCallable<? extends T>> copy = new ArrayList<>(tasks);
		int missing = copy.indexOf(null);
		if (missing >= 0) {
			throw new NullPointerException("tasks[" + missing + "]");
		}
		RunOptions named = options.name().isPresent() ? options : options.name(operation);
		Gather<T> gather = new Gather<>(named.name().orElseThrow(), copy, failFast,
				options.maxConcurrency().orElse(Integer.MAX_VALUE));
		return runScoped(operation, gather, named);
	}

	/**
	 * Hands a task over without waiting, at most for as long as the runner's timeout. The
	 * future completes on the thread that brings the outcome, with the task's own
	 * exception if it fails; cancelling the future cancels the work. Waiting for the
	 * future on a loop thread is refused with {@link BlockingNotAllowedException}.
	 * @param <T> the type of the result
	 * @param task the work, called once on the loop's thread, or never
	 * @return a future for the result
	 * @throws NullPointerException if {@code task} is {@code null}
	 * @throws RunnerClosedException if the runner is stopped or closed
	 */
	public <T extends @Nullable Object> CompletableFuture<T> submit(AsyncCallable<T> task) {
		return submit(task, RunOptions.defaults());
	}

	/**
	 * Hands a task over with options, without waiting.
	 * @param <T> the type of the result
	 * @param task the work, called once on the loop's thread, or never
	 * @param options what this call wants otherwise than the runner's settings; there is
	 * no caller whom {@code cancelGrace} could make wait
	 * @return a future for the result
	 * @throws NullPointerException if an argument is {@code null}
	 * @throws RunnerClosedException if the runner is stopped or closed
	 * @see #submit(AsyncCallable)
	 */
	public <T extends @Nullable Object> CompletableFuture<T> submit(AsyncCallable<T> task, RunOptions options) {
		Objects.requireNonNull(task, "task");
		Objects.requireNonNull(options, "options");
		LoopFuture<T> future = new LoopFuture<>(this.eventLoop);
		Call.of(this.calls, this.lifecycle.loop(), task, options).submit(future);
		return future;
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
		Objects.requireNonNull(publisher, "publisher");
		Objects.requireNonNull(options, "options");
		RunOptions named = options.name().isPresent() ? options : options.name("stream");
		Executor loop = this.calls.inContext(this.eventLoop);
		return new PublisherIterator<>(publisher, (subscribe, signal) -> await(signal, named, subscribe, loop),
				(signal) -> await(signal, named), this.calls::discard)
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
		Call<T> call = Call.waiting(this.calls, this.lifecycle.loop(), options);
		refuseToBlock("stream", call);
		if (!Thread.currentThread().isInterrupted()) {
			loop.execute(start);
		}
		value(call, call.await(signal));
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
		return Facade.of(this, facade, asyncTarget, this.asyncAdapters);
	}

	private <T extends @Nullable Object> Call<T> call(AsyncCallable<T> task, RunOptions options) {
		Objects.requireNonNull(task, "task");
		Objects.requireNonNull(options, "options");
		Call<T> call = Call.of(this.calls, this.lifecycle.loop(), task, options);
		refuseToBlock("run", call);
		return call;
	}

	private void refuseToBlock(String operation, Call<?> call) {
		String reason = whyNotToBlock();
		if (reason != null) {
			throw new BlockingNotAllowedException("Task \"" + call.getTaskName() + "\" cannot be run: " + operation
					+ " on runner \"" + this.name + "\" " + reason);
		}
	}

	/**
	 * Tells why the current thread must not block, {@code null} if it may (rule C6).
	 */
	private @Nullable String whyNotToBlock() {
		Thread thread = Thread.currentThread();
		if (this.nestedRuns == NestedRuns.PUMP && this.lifecycle.loop().inLoop()) {
			return (this.lifecycle.loop().nesting() < Loop.MAX_NESTING) ? null
					: "is nested " + Loop.MAX_NESTING + " deep on thread \"" + Names.of(thread)
							+ "\", as deep as nested runs may be. Chain on the stage instead of waiting for it";
		}
		String owner = Loop.currentRunner();
		if (owner != null) {
			return "would block thread \"" + Names.of(thread) + "\", the event loop of runner \"" + owner + "\". "
					+ WAYS_OUT;
		}
		for (BlockingDetector detector : this.blockingDetectors) {
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

	// Whether null is a T, only the caller knows.
	@SuppressWarnings({ "unchecked", "NullAway" })
	private <T extends @Nullable Object> T value(Call<T> call, @Nullable Object outcome) {
		if (!(outcome instanceof Failed failed)) {
			return (T) outcome;
		}
		Throwable failure = call.toException(failed);
		if (failed.ofTask()) {
			RunCallSite.mark(failure, call.getTaskName(), this.name);
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
		return this.name;
	}

	/**
	 * Tells whether the loop's thread runs and the runner takes calls.
	 * @return whether a call made now would be run
	 */
	public boolean isAlive() {
		return this.lifecycle.isAlive();
	}

	/**
	 * Tells what the runner does at the moment. Takes a time that grows with the number
	 * of calls in flight, and no lock.
	 * @return a snapshot
	 */
	public RunnerSnapshot snapshot() {
		return this.calls.snapshot(this.lifecycle.loop());
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
		this.lifecycle.onClose(Objects.requireNonNull(cleanup, "cleanup"));
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
		return "EventLoopThreadRunner[name=" + this.name + ", state=" + this.calls.state() + "]";
	}

	/**
	 * Settings for a runner. Not thread-safe. A setter checks what it is given, so that
	 * {@link #build()} fails only when no thread can be had.
	 */
	public static final class Builder {

		private String name = "default";

		private String threadNamePrefix = "palitra-";

		private @Nullable ThreadFactory threadFactory;

		private @Nullable Duration timeout;

		private int maxInFlight = Integer.MAX_VALUE;

		private OverloadPolicy overloadPolicy = OverloadPolicy.WAIT;

		private NestedRuns nestedRuns = NestedRuns.REJECT;

		private WaitStrategy waitStrategy = WaitStrategy.ADAPTIVE;

		private Duration slowTaskThreshold = Duration.ofNanos(Loop.HELD);

		private Duration hangThreshold = Duration.ofSeconds(10);

		private Duration shutdownGrace = Duration.ofSeconds(20);

		private final List<ContextCarrier> contextCarriers = new ArrayList<>();

		private final List<BlockingDetector> blockingDetectors = new ArrayList<>();

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
		 * Adds what knows further threads that must not block. May be called more than
		 * once.
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
		 * {@link EventLoopThreadRunner#blocking(Class, Object)} can wait for them as it
		 * does for a {@code CompletionStage}. May be called more than once; the first
		 * that adapts a type does.
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
			return new EventLoopThreadRunner(this);
		}

	}

}
