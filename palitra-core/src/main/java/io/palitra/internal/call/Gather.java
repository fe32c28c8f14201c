package io.palitra.internal.call;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.Outcome;
import io.palitra.RunScope;
import io.palitra.ScopedAsyncCallable;
import io.palitra.internal.loop.Stages;

/**
 * Many tasks as the children of one run (rule C14): starts them together, and ends when
 * all have ended. In the fail-fast form it fails with the first of them; the end of the
 * run then cancels the others. The outcomes stay here until the owner takes them; once
 * the run has failed, whoever takes one out of its place discards it.
 */
public final class Gather<T extends @Nullable Object> implements ScopedAsyncCallable<Gather<T>>, Runnable {

	/**
	 * In place of an outcome that will not be waited for.
	 */
	private static final Object CLOSED = new Object();

	/**
	 * How many missing tasks a text names.
	 */
	private static final int MOST_NAMED = 5;

	/**
	 * How many tasks there are.
	 */
	private final int size;

	/**
	 * Let go with the outcomes: there are none once nobody takes any. Read by the thread
	 * that starts the children, and by whoever has put an outcome down.
	 */
	private volatile List<? extends AsyncCallable<? extends T>> tasks;

	private final boolean failFast;

	private final int maxConcurrency;

	/**
	 * What the run ends with. Another that is done, once it has failed: the failure is
	 * not kept by children that never end.
	 */
	private volatile CompletableFuture<Gather<T>> result = new CompletableFuture<>();

	/**
	 * The value of each child, or its {@link Failed}.
	 */
	private final AtomicReferenceArray<@Nullable Object> outcomes;

	/**
	 * How many children have not ended, and one more while children are being started.
	 * Who counts the last acquires what the others have released: all outcomes are there.
	 */
	private final AtomicInteger missing;

	/**
	 * How often children were to be started since a thread began to: it goes on for the
	 * others, so that one thread starts them, and a child that ends at once does not make
	 * the stack grow.
	 */
	private final AtomicInteger starts = new AtomicInteger();

	/**
	 * The next to start. Of the thread that starts them, passed on by {@link #starts}.
	 */
	private int next;

	/**
	 * Whether the thread that starts children counts as a part of the work. Passed on
	 * like the next.
	 */
	private boolean calling;

	private @Nullable Scope scope;

	/**
	 * Creates a task.
	 * @param tasks the children; not copied
	 * @param failFast whether the first failure ends it
	 * @param maxConcurrency how many children run at once
	 */
	public Gather(List<? extends AsyncCallable<? extends T>> tasks, boolean failFast, int maxConcurrency) {
		this.tasks = tasks;
		this.size = tasks.size();
		this.failFast = failFast;
		this.maxConcurrency = maxConcurrency;
		this.outcomes = new AtomicReferenceArray<>(this.size);
		this.missing = new AtomicInteger(this.size);
	}

	@Override
	public CompletionStage<Gather<T>> call(RunScope scope) {
		this.scope = (Scope) scope;
		scope().gathers(this);
		CompletableFuture<Gather<T>> result = this.result;
		run();
		return result;
	}

	private Scope scope() {
		return Objects.requireNonNull(this.scope);
	}

	/**
	 * Starts the children that may run now.
	 */
	@Override
	public void run() {
		if (this.starts.getAndIncrement() > 0) {
			return;
		}
		try {
			int seen = 1;
			while (seen > 0) {
				startAll();
				seen = this.starts.addAndGet(-seen);
			}
		}
		catch (Throwable ex) {
			// There is no memory for a child: nobody starts more.
			this.result.completeExceptionally(ex);
			discardIfClosed();
		}
	}

	/**
	 * Starts as many children as may run.
	 */
	private void startAll() {
		this.missing.incrementAndGet();
		int ended = 1;
		Failed failed = null;
		try {
			AsyncCallable<? extends T> task = task(this.next);
			while (task != null && failed == null && running(ended) < this.maxConcurrency) {
				Executor executor = scope().startOn(task);
				countCalling(executor == null);
				// Looked at after that: whoever ends the run sees it, or is seen.
				if (!isWanted()) {
					break;
				}
				Object outcome = null;
				if (executor == null) {
					outcome = call(this.next, task);
				}
				else {
					startBy(executor, this.next, task);
				}
				if (outcome != null) {
					ended++;
					failed = (this.failFast && outcome instanceof Failed of) ? of : null;
					// Released by the count, after which this looks whether somebody has
					// closed the places.
					this.outcomes.lazySet(this.next, (failed != null) ? CLOSED : outcome);
				}
				task = task(++this.next);
			}
		}
		finally {
			countCalling(false);
		}
		if (failed != null) {
			fail(failed);
		}
		workEnded(ended);
		discardIfClosed();
	}

	/**
	 * Returns how many children run: those that were begun and have not ended.
	 * @param atOnce how many that are not counted yet have had their outcome at once, and
	 * one more
	 */
	private int running(int atOnce) {
		return this.missing.get() - atOnce - (this.size - this.next);
	}

	/**
	 * Tasks are being called by the thread that starts children, which counts as a part
	 * of the work, once for all of them (rule C15); or it does something else, in which
	 * children may end, and the run with them.
	 */
	private void countCalling(boolean calling) {
		if (calling == this.calling) {
			return;
		}
		this.calling = calling;
		if (calling) {
			scope().runs();
		}
		else {
			scope().runsNoMore();
		}
	}

	private boolean isWanted() {
		return scope().isOpen() && !this.result.isDone();
	}

	/**
	 * Returns a task, {@code null} if there is none or all have been let go.
	 */
	private @Nullable AsyncCallable<? extends T> task(int index) {
		List<? extends AsyncCallable<? extends T>> tasks = this.tasks;
		return (index < tasks.size()) ? tasks.get(index) : null;
	}

	private void startBy(Executor executor, int index, AsyncCallable<? extends T> task) {
		Gathered child = new Gathered(index, task, State.QUEUED);
		scope().enter(child);
		child.startBy(executor);
	}

	/**
	 * Calls a task.
	 * @return its outcome, if it has one at once; if not, it has become a child
	 */
	private @Nullable Object call(int index, AsyncCallable<? extends T> task) {
		TaskCall call = new TaskCall(index, task);
		scope().context().run(call);
		return call.outcome;
	}

	private void follow(int index, CompletionStage<? extends T> stage) {
		Gathered child = new Gathered(index, null, State.STARTING);
		scope().enter(child);
		// The child counts from here on, and may end here.
		countCalling(false);
		child.follow(stage);
	}

	/**
	 * A child has an outcome.
	 */
	private void ended(int index, Object outcome) {
		if (outcome instanceof Failed failed && failed.failure() == null) {
			// It was given up with the run, and is missing.
			return;
		}
		if (this.failFast && outcome instanceof Failed failed) {
			this.outcomes.set(index, CLOSED);
			fail(failed);
		}
		else if (!this.outcomes.compareAndSet(index, null, outcome)) {
			discard(outcome);
		}
	}

	/**
	 * The run fails with a child.
	 */
	private void fail(Failed failed) {
		if (!this.result.completeExceptionally(failureOf(failed))) {
			discard(failed);
		}
		this.result = CompletableFuture.completedFuture(this);
	}

	/**
	 * Some works have ended, and the outcomes of those that are children are there.
	 */
	private void workEnded(int children) {
		if (this.missing.addAndGet(-children) == 0) {
			this.result.complete(this);
		}
	}

	/**
	 * Discards what was put down without a look whether the places had been closed.
	 */
	private void discardIfClosed() {
		if (this.tasks.isEmpty()) {
			discard();
		}
	}

	/**
	 * The work of a child has ended.
	 */
	private void workEnded() {
		workEnded(1);
		if (this.maxConcurrency < this.size && !this.result.isDone()) {
			startMore();
		}
	}

	private void startMore() {
		Scope scope = scope();
		if (scope.call().startOn() != null || scope.call().loop().inLoop()) {
			run();
		}
		else {
			scope.moveOn(this);
		}
	}

	private static Throwable failureOf(Failed failed) {
		Throwable failure = failed.failure();
		return (failure != null) ? failure : new CancellationException("The task was cancelled");
	}

	/**
	 * Returns the values, in the order of the tasks; of a run that has ended well.
	 */
	@SuppressWarnings("unchecked")
	public List<T> values() {
		@Nullable Object[] values = new @Nullable Object[this.size];
		for (int index = 0; index < values.length; index++) {
			values[index] = State.unmasked(this.outcomes.get(index));
		}
		return (List<T>) Collections.unmodifiableList(Arrays.asList(values));
	}

	/**
	 * Returns how the tasks have ended, in their order, and takes no more of them.
	 * @param late the failure of those that have not
	 */
	public List<Outcome<T>> outcomes(@Nullable Throwable late) {
		List<Outcome<T>> list = new ArrayList<>(this.size);
		for (int index = 0; index < this.size; index++) {
			list.add(outcome(this.outcomes.getAndSet(index, CLOSED), late));
		}
		if (late != null) {
			// Values that have come meanwhile to places that were taken already.
			discard();
		}
		this.tasks = List.of();
		return Collections.unmodifiableList(list);
	}

	// Whether null is a T, only the caller knows.
	@SuppressWarnings({ "unchecked", "NullAway" })
	private Outcome<T> outcome(@Nullable Object outcome, @Nullable Throwable late) {
		if (outcome == null || outcome == CLOSED) {
			return new Outcome.Failure<>(Objects.requireNonNull(late));
		}
		if (outcome instanceof Failed failed) {
			return new Outcome.Failure<>(failureOf(failed));
		}
		return new Outcome.Success<>((T) State.unmasked(outcome));
	}

	/**
	 * Returns the names of the tasks that have not ended, for the text of a timeout.
	 * @param name the name of the call
	 */
	public String missing(String name) {
		StringBuilder text = new StringBuilder();
		int missing = 0;
		for (int index = 0; index < this.size; index++) {
			if (this.outcomes.get(index) == null && ++missing <= MOST_NAMED) {
				text.append((missing == 1) ? "; not ended: " : ", ").append(nameOf(name, index));
			}
		}
		return (missing > MOST_NAMED) ? text + " and " + (missing - MOST_NAMED) + " more" : text.toString();
	}

	private static String nameOf(String name, int index) {
		return name + "[" + index + "]";
	}

	/**
	 * Nobody takes the outcomes, those still to come included: what the children have
	 * achieved all the same is nobody's.
	 */
	public void discard() {
		this.tasks = List.of();
		for (int index = 0; index < this.size; index++) {
			Object outcome = this.outcomes.getAndSet(index, CLOSED);
			if (outcome != null && outcome != CLOSED) {
				discard(outcome);
			}
		}
	}

	private void discard(Object outcome) {
		if (outcome instanceof Failed failed) {
			scope().events().discardFailure(this, failureOf(failed));
		}
		else {
			scope().events().discard(State.unmasked(outcome));
		}
	}

	@Override
	public String toString() {
		return scope().call().getTaskName();
	}

	/**
	 * One of the tasks.
	 */
	private final class Gathered extends Child<T> {

		private final int index;

		Gathered(int index, @Nullable AsyncCallable<? extends T> task, State.Open initial) {
			super(Gather.this.scope(), task, initial);
			this.index = index;
		}

		@Override
		String getTaskName() {
			return nameOf(scope().call().getTaskName(), this.index);
		}

		@Override
		void ended() {
			Object outcome = State.masked(outcome());
			boolean worksNoMore = leave();
			Gather.this.ended(this.index, outcome);
			if (worksNoMore) {
				Gather.this.workEnded();
			}
		}

		@Override
		void endedLate() {
			Gather.this.workEnded();
		}

	}

	/**
	 * Calls a task and keeps its outcome, or makes its stage a child.
	 */
	private final class TaskCall implements Runnable {

		private final int index;

		private final AsyncCallable<? extends T> task;

		private @Nullable Object outcome;

		TaskCall(int index, AsyncCallable<? extends T> task) {
			this.index = index;
			this.task = task;
		}

		@Override
		public void run() {
			CompletionStage<? extends T> stage;
			try {
				stage = this.task.call();
				if (stage == null) {
					throw new NullPointerException(
							Texts.returnedNull(nameOf(scope().call().getTaskName(), this.index)));
				}
				if (Stages.hasValue(stage)) {
					this.outcome = State.masked(stage.toCompletableFuture().join());
					return;
				}
			}
			catch (Throwable ex) {
				this.outcome = Work.outcome(null, ex);
				return;
			}
			follow(this.index, stage);
		}

	}

}
