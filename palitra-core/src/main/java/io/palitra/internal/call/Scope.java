package io.palitra.internal.call;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.RunScope;
import io.palitra.internal.loop.AdoptedFuture;
import io.palitra.internal.loop.Log;
import io.palitra.internal.loop.Loop;
import io.palitra.internal.loop.Nanos;
import io.palitra.internal.loop.Stages;

/**
 * What belongs to one run besides its task: its context, its way to the owner, its
 * children, and what to do when it is cancelled.
 */
final class Scope implements RunScope {

	private final Call<?> call;

	private final Loop loop;

	private final Hops hops;

	/**
	 * Given by the loop thread to whatever the task starts, which may go on after the
	 * end.
	 */
	private volatile @Nullable Context context;

	/**
	 * Guards what follows. The two flags are volatile to be read without it.
	 */
	private final ReentrantLock lock = new ReentrantLock();

	/**
	 * What to do when the run is cancelled, in the order of registration.
	 */
	private final Collection<Runnable> cancelHooks = new ArrayList<>(0);

	private final Collection<Child<?>> children = new LinkedHashSet<>(0);

	private volatile boolean cancelled;

	private volatile boolean ended;

	/**
	 * Creates the scope of a call that the current thread makes.
	 */
	Scope(Call<?> call, Loop loop) {
		this.call = call;
		this.loop = loop;
		this.hops = new Hops(call, Thread.currentThread());
	}

	Hops hops() {
		return this.hops;
	}

	void begin(Context context) {
		this.context = context;
	}

	/**
	 * Returns whether the run goes on.
	 */
	boolean isOpen() {
		return !this.cancelled && !this.ended;
	}

	@Override
	public Executor loop() {
		return (command) -> {
			Objects.requireNonNull(command, "command");
			if (!this.loop.execute(() -> inContext(command))) {
				throw this.call.calls().closed("The loop does not take the command", null);
			}
		};
	}

	@Override
	public Executor caller() {
		return this.hops;
	}

	/**
	 * Runs a command on the loop, in place if this is the loop's thread or if the loop
	 * has ended.
	 */
	void home(Runnable command) {
		this.loop.home(() -> inContext(command));
	}

	void discard(@Nullable Object value) {
		this.call.calls().discard(value);
	}

	void discardFailure(Throwable failure) {
		this.call.calls().discardFailure(this.call, failure);
	}

	/**
	 * Runs a command in the run's context, in place.
	 */
	void inContext(Runnable command) {
		Context context = this.context;
		if (context != null) {
			context.run(command);
		}
		else {
			command.run();
		}
	}

	@Override
	public <U extends @Nullable Object> CompletableFuture<U> adopt(CompletionStage<U> stage) {
		Objects.requireNonNull(stage, "stage");
		CompletableFuture<U> adopted = AdoptedFuture.of(loop(), this::home, this::discard, stage);
		Runnable cancel = () -> adopted.cancel(true);
		onCancel(cancel);
		Stages.listen(stage, (value, failure) -> forget(cancel));
		return adopted;
	}

	@Override
	public <U extends @Nullable Object> CompletableFuture<U> fork(AsyncCallable<U> task) {
		Objects.requireNonNull(task, "child");
		Child<U> child = child();
		Runnable start = () -> inContext(() -> child.start(task, this.call.getTaskName() + "/fork"));
		if (this.loop.inLoop()) {
			this.loop.home(start);
		}
		else if (!this.loop.execute(start)) {
			// A task is called on the loop's thread or never (rule C1).
			child.cancel(true);
		}
		return AdoptedFuture.of(loop(), this::home, this::discard, child);
	}

	/**
	 * Creates a child, which is cancelled already if the run does not go on.
	 */
	<U extends @Nullable Object> Child<U> child() {
		Child<U> child = new Child<>(this);
		boolean alive;
		this.lock.lock();
		try {
			alive = isOpen() && this.children.add(child);
		}
		finally {
			this.lock.unlock();
		}
		if (alive) {
			child.whenComplete((value, failure) -> forget(child));
		}
		else {
			child.cancel(true);
		}
		return child;
	}

	@Override
	public CompletableFuture<Void> sleep(Duration duration) {
		Objects.requireNonNull(duration, "duration");
		if (duration.isNegative()) {
			throw new IllegalArgumentException("duration must not be negative but was " + duration);
		}
		long nanos = Nanos.of(duration);
		return fork(() -> this.loop.delay(nanos));
	}

	@Override
	public Optional<Duration> remaining() {
		long left = this.call.timeLeft();
		return (left != Nanos.FOREVER) ? Optional.of(Duration.ofNanos(Math.max(left, 0))) : Optional.empty();
	}

	@Override
	public boolean isCancelled() {
		return this.cancelled;
	}

	@Override
	public void onCancel(Runnable hook) {
		Objects.requireNonNull(hook, "hook");
		boolean late;
		this.lock.lock();
		try {
			late = this.cancelled;
			if (isOpen()) {
				this.cancelHooks.add(hook);
			}
		}
		finally {
			this.lock.unlock();
		}
		if (late) {
			cancel(hook);
		}
	}

	private void forget(Object hookOrChild) {
		this.lock.lock();
		try {
			this.cancelHooks.remove(hookOrChild);
			this.children.remove(hookOrChild);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * The run is cancelled: so are its children, and whoever wants to know is told.
	 */
	void cancel() {
		this.lock.lock();
		List<Runnable> hooks;
		try {
			this.cancelled = true;
			hooks = new ArrayList<>(this.cancelHooks);
			this.cancelHooks.clear();
		}
		finally {
			this.lock.unlock();
		}
		hooks.forEach(this::cancel);
		cancelChildren();
	}

	private void cancel(Runnable hook) {
		try {
			inContext(hook);
		}
		catch (Throwable ex) {
			Log.warn("A hook failed on the cancellation of the " + this.call, ex);
		}
	}

	/**
	 * The owner leaves: what it was to run it runs now, and children that nobody waits
	 * for are cancelled.
	 */
	void end() {
		this.hops.close();
		this.lock.lock();
		try {
			this.ended = true;
			this.cancelHooks.clear();
		}
		finally {
			this.lock.unlock();
		}
		cancelChildren();
	}

	private void cancelChildren() {
		List<Child<?>> left;
		this.lock.lock();
		try {
			left = new ArrayList<>(this.children);
		}
		finally {
			this.lock.unlock();
		}
		left.forEach((child) -> child.cancel(true));
	}

}
