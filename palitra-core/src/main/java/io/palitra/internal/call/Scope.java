package io.palitra.internal.call;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.RunScope;
import io.palitra.internal.loop.Headroom;
import io.palitra.internal.loop.Log;
import io.palitra.internal.loop.Loop;
import io.palitra.internal.loop.Nanos;
import io.palitra.internal.loop.Spin;

/**
 * What belongs to one run besides its task: its context, its way to the owner, its
 * children, and what to do when it is cancelled.
 * <p>
 * Who enters a child or a hook does so before he looks at the flags; who ends the run
 * sets a flag before he looks at these. All are volatile accesses: none is missed, and
 * whoever takes one out has it.
 */
final class Scope implements RunScope, Spin.Condition {

	private final OwnedCall<?> call;

	private final Hops hops;

	private final Set<Child<?>> children = ConcurrentHashMap.newKeySet();

	/**
	 * What to do when the run is cancelled, in the order of registration.
	 */
	private final Queue<Runnable> cancelHooks = new ConcurrentLinkedQueue<>();

	/**
	 * Written before the call is handed over, and read by whatever the task starts, which
	 * may go on after the end.
	 */
	private volatile @Nullable Context context;

	/**
	 * How many children there are, and one more while tasks are called that become
	 * children only if they do not end at once.
	 */
	private final AtomicInteger running = new AtomicInteger();

	/**
	 * What to do when the last child has ended.
	 */
	private final AtomicReference<@Nullable Runnable> afterChildren = new AtomicReference<>();

	/**
	 * Futures whose values none of the next ones has taken.
	 */
	private final Queue<ScopedFuture<?>> untaken = new ConcurrentLinkedQueue<>();

	/**
	 * What the run gathers.
	 */
	private volatile @Nullable Gather<?> gather;

	private volatile boolean cancelled;

	private volatile boolean ended;

	/**
	 * Creates the scope of a call that the current thread makes.
	 */
	Scope(OwnedCall<?> call) {
		this.call = call;
		this.hops = new Hops(call, Thread.currentThread());
	}

	Hops hops() {
		return this.hops;
	}

	Events events() {
		return this.call.calls.events();
	}

	OwnedCall<?> call() {
		return this.call;
	}

	void setContext(Context context) {
		this.context = context;
	}

	Context context() {
		return Objects.requireNonNull(this.context);
	}

	/**
	 * Returns whether the run goes on.
	 */
	boolean isOpen() {
		return !this.cancelled && !this.ended;
	}

	/**
	 * Tells the spinning owner that there is an outcome, or a command for it.
	 */
	@Override
	public boolean holds() {
		return !this.call.isOpen() || this.hops.isWaiting();
	}

	@Override
	public Executor loop() {
		return (command) -> {
			Objects.requireNonNull(command, "command");
			if (!loopOfCall().execute(() -> context().run(command))) {
				throw this.call.calls.closed("The loop does not take the command", null);
			}
		};
	}

	/**
	 * Runs a command on the loop and in the run's context, or elsewhere if the loop has
	 * ended: others depend on it.
	 */
	void moveOn(Runnable command) {
		loopOfCall().executeInAnyCase(new InContext(this, command));
	}

	private Loop loopOfCall() {
		return this.call.loop();
	}

	@Override
	public Executor caller() {
		return this.hops;
	}

	@Override
	public <U extends @Nullable Object> CompletableFuture<U> fork(AsyncCallable<U> task) {
		Objects.requireNonNull(task, "child");
		return start(task, this.call.startOn(task));
	}

	/**
	 * Returns what calls a task that is gathered, {@code null} for the loop. In place
	 * means on the owner's thread, whoever starts it.
	 */
	@Nullable Executor startOn(AsyncCallable<?> task) {
		Executor executor = this.call.startOn(task);
		return (executor == StartPolicy.CALLER) ? this.hops : executor;
	}

	private <U extends @Nullable Object> CompletableFuture<U> start(AsyncCallable<U> task,
			@Nullable Executor executor) {
		Headroom.requireForRareCode();
		ScopedFuture<U> future = new ScopedFuture<>(this);
		Child<U> child = future.link(task);
		if (executor != null) {
			child.startBy(executor);
		}
		else if (loopOfCall().inLoop()) {
			child.perform();
		}
		else if (!loopOfCall().enqueue(child)) {
			// A task is called on the loop's thread or never (rule C1).
			child.cancel();
		}
		return future;
	}

	@Override
	public CompletableFuture<Void> sleep(Duration duration) {
		Objects.requireNonNull(duration, "duration");
		if (duration.isNegative()) {
			throw new IllegalArgumentException("duration must not be negative but was " + duration);
		}
		long nanos = Nanos.of(duration);
		return start(() -> loopOfCall().delay(nanos), null);
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
		this.cancelHooks.add(hook);
		if (this.cancelled) {
			runCancelHooks();
		}
		else if (this.ended) {
			this.cancelHooks.clear();
		}
	}

	/**
	 * Enters a child, before anything else becomes of it, and cancels it at once if the
	 * run is over.
	 */
	void enter(Child<?> child) {
		this.running.incrementAndGet();
		this.children.add(child);
		if (!isOpen()) {
			child.cancel();
		}
	}

	void leave(Child<?> child) {
		if (this.children.remove(child)) {
			runsNoMore();
		}
	}

	/**
	 * Tasks are being called that become children only if they do not end at once.
	 */
	void runs() {
		this.running.incrementAndGet();
	}

	void runsNoMore() {
		if (this.running.decrementAndGet() == 0) {
			Runnable then = this.afterChildren.getAndSet(null);
			if (then != null) {
				then.run();
			}
			if (this.ended) {
				this.call.letGo(this);
			}
		}
	}

	/**
	 * Returns whether one of some threads calls a child's task, and is neither a loop nor
	 * the owner.
	 */
	boolean isCalledBy(Predicate<@Nullable Thread> some) {
		return this.children.stream().anyMatch((child) -> child.isCalledBy(some));
	}

	boolean hasChildren() {
		return this.running.get() > 0;
	}

	/**
	 * Returns whether children still run; then has something done when they have ended.
	 * It is set before the children are looked at, and looked for after the last has been
	 * taken out, so whoever comes second sees the other; whoever takes it out has it.
	 */
	boolean waitsForChildren(Runnable then) {
		this.afterChildren.set(then);
		return hasChildren() || !this.afterChildren.compareAndSet(then, null);
	}

	/**
	 * The run is cancelled: so are its children, and whoever wants to know is told.
	 */
	void cancel() {
		this.cancelled = true;
		runCancelHooks();
		discardUntaken();
		cancelChildren();
	}

	/**
	 * No lambda, as in {@link InContext}.
	 */
	private void cancelChildren() {
		for (Child<?> child : this.children) {
			child.cancel();
		}
	}

	/**
	 * Cancels whatever may be left of the run, by whoever mends it.
	 */
	void cancelAgain() {
		cancel();
		this.children.forEach(Child::cancelAgain);
	}

	private void runCancelHooks() {
		for (Runnable hook = this.cancelHooks.poll(); hook != null; hook = this.cancelHooks.poll()) {
			try {
				context().run(hook);
			}
			catch (Throwable ex) {
				Log.warn("A hook failed on the cancellation of the " + this.call, ex);
			}
		}
	}

	/**
	 * The owner leaves: children that nobody waits for are cancelled, and none is called
	 * by what the owner was to run, which it runs now.
	 * @param cancel whether the run is cancelled; the closer may not have come to it yet,
	 * and would find nothing after the end
	 */
	void end(boolean cancel) {
		if (cancel) {
			cancel();
		}
		this.ended = true;
		this.cancelHooks.clear();
		cancelChildren();
		this.hops.close();
		discardUntaken();
	}

	/**
	 * Has the value of a future discarded at the end of the run if nobody has taken it
	 * until then (rule C11).
	 */
	void discardAtEnd(ScopedFuture<?> future) {
		this.untaken.add(future);
		if (!isOpen()) {
			discardUntaken();
		}
	}

	void gathers(Gather<?> gather) {
		this.gather = gather;
	}

	/**
	 * Has what was gathered discarded, for an owner that cannot take it.
	 */
	void discardGathered() {
		Gather<?> gather = this.gather;
		if (gather != null) {
			gather.discard();
		}
	}

	private void discardUntaken() {
		for (ScopedFuture<?> next = this.untaken.poll(); next != null; next = this.untaken.poll()) {
			next.discardUntaken();
		}
	}

	/**
	 * Runs a command in the context of a run. No lambda: to link one takes more of the
	 * stack than there may be where it is needed.
	 */
	record InContext(Scope scope, Runnable command) implements Runnable {

		@Override
		public void run() {
			this.scope.context().run(this.command);
		}

	}

}
