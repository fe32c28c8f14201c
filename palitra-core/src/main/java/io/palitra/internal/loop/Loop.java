package io.palitra.internal.loop;

import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import io.palitra.WaitStrategy;
import io.palitra.internal.Settings;

/**
 * The one thread that serves a {@link TaskQueue queue} and {@link Timers timers}, from
 * its start to its end; a runner that is restarted gets a new loop.
 *
 * <pre>
 * new ── start ──▶ open ── close, by anybody ──▶ closed ── the callback ends ──▶ terminated
 * </pre>
 *
 * An open loop takes tasks. A closed one takes none, and what it had not started has been
 * given back or told so by whoever closed it. A terminated one has no thread.
 */
public final class Loop implements Spin.Condition {

	/**
	 * From here on, in nanoseconds, a callback holds the loop up: 100 ms. What is logged
	 * of it can be set otherwise.
	 */
	public static final long HELD = 100_000_000;

	/**
	 * How deep a loop may be driven from inside its own tasks. Far from what a thread's
	 * stack takes, and from what anybody means to do.
	 */
	public static final int MAX_NESTING = 128;

	/**
	 * How many tasks run before timers get their turn, and the other way round (rule
	 * C13).
	 */
	private static final int TURN = 64;

	/**
	 * How long an idle loop sleeps before it looks whether its runner still exists: five
	 * seconds, in nanoseconds. Whoever it asks may put its calls in order then.
	 */
	private static final long ABANDONED_CHECK = 5_000_000_000L;

	private static final Map<Thread, Loop> loops = new ConcurrentHashMap<>();

	private final String runner;

	private final BooleanSupplier abandoned;

	private final BiConsumer<Loop, Throwable> onDeath;

	private final Thread thread;

	private final TaskQueue queue = new TaskQueue();

	private final Timers timers = new Timers();

	private final Spin spin;

	private final LoopWatch watch;

	private final CountDownLatch started = new CountDownLatch(1);

	private final CountDownLatch terminated = new CountDownLatch(1);

	/**
	 * The tasks that wait for those that run inside them, the outermost first. Written by
	 * the loop thread, read by whoever closes the loop while it hangs.
	 */
	private final Deque<LoopTask> outer = new ConcurrentLinkedDeque<>();

	/**
	 * Counts turns, for the timers'. The loop thread's own.
	 */
	private int steps;

	private Loop(Settings settings, BooleanSupplier abandoned, BiConsumer<Loop, Throwable> onDeath) {
		this.runner = settings.runner();
		this.abandoned = abandoned;
		this.onDeath = onDeath;
		this.spin = new Spin(this.runner, settings.waitStrategy() == WaitStrategy.ADAPTIVE);
		Thread thread = settings.threadFactory().newThread(this::live);
		if (thread == null) {
			throw new IllegalStateException(
					"threadFactory " + settings.threadFactory() + " of runner \"" + this.runner + "\" returned null");
		}
		this.thread = thread;
		this.watch = new LoopWatch(this, this.spin, settings.slowTaskThreshold());
	}

	/**
	 * Creates a loop and starts its thread.
	 * @param settings the runner's settings
	 * @param abandoned tells whether nobody can use the loop any more; must not keep its
	 * runner from being collected, as the thread holds it
	 * @param onDeath told, on the loop thread, what killed the thread if anything does
	 * @return the loop, whose thread runs
	 * @throws IllegalStateException if the factory makes no thread that runs the loop
	 */
	public static Loop start(Settings settings, BooleanSupplier abandoned, BiConsumer<Loop, Throwable> onDeath) {
		Loop loop = new Loop(settings, abandoned, onDeath);
		loop.thread.start();
		boolean interrupted = false;
		while (loop.started.getCount() > 0) {
			try {
				if (!loop.started.await(10, TimeUnit.MILLISECONDS) && !loop.thread.isAlive()
						&& loop.started.getCount() > 0) {
					throw new IllegalStateException("The thread that threadFactory " + settings.threadFactory()
							+ " of runner \"" + loop.runner + "\" made ended without running what it was given");
				}
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
		return loop;
	}

	/**
	 * Returns the name of the runner whose loop the current thread is.
	 */
	public static @Nullable String currentRunner() {
		Loop loop = loops.get(Thread.currentThread());
		return (loop != null) ? loop.runner : null;
	}

	public boolean inLoop() {
		return Thread.currentThread() == this.thread;
	}

	public Thread thread() {
		return this.thread;
	}

	public Spin spin() {
		return this.spin;
	}

	public LoopWatch watch() {
		return this.watch;
	}

	public boolean isClosed() {
		return this.queue.isClosed();
	}

	/**
	 * Returns a latch that opens when the last callback has ended.
	 */
	public CountDownLatch terminated() {
		return this.terminated;
	}

	/**
	 * Returns how deep the loop is being driven from inside its own tasks.
	 */
	public int nesting() {
		return this.outer.size();
	}

	/**
	 * Returns for how long the timer that is due first has waited for the loop, in
	 * nanoseconds, zero if none is due.
	 */
	public long overdue() {
		return isClosed() ? 0 : Math.max(this.timers.overdue(), 0);
	}

	/**
	 * Returns the task that runs next, if one waits for its turn.
	 */
	public @Nullable LoopTask next() {
		return this.queue.peek();
	}

	/**
	 * Hands a task over. Tasks run in the order in which each thread hands them over
	 * (rule C12).
	 * @return {@code false} if the loop is closed; the task is still the caller's then
	 */
	public boolean enqueue(LoopTask task) {
		return this.queue.add(task, this.thread);
	}

	/**
	 * Hands a command over.
	 * @return {@code false} if the loop is closed
	 */
	public boolean execute(Runnable command) {
		return enqueue(new Command(command, false));
	}

	/**
	 * Hands a command over that others depend on: one that the loop can no longer run is
	 * run all the same. Elsewhere, not in place: chains of such commands would make the
	 * stack grow.
	 */
	public void executeInAnyCase(Runnable command) {
		if (!enqueue(new Command(command, true))) {
			Clock.elsewhere(command);
		}
	}

	/**
	 * Closes the loop as soon as it has run everything that was handed over: nothing that
	 * it has taken is left.
	 */
	public void closeWhenIdle() {
		executeInAnyCase(() -> {
			if (!isClosed() && !this.queue.closeIfEmpty()) {
				closeWhenIdle();
			}
		});
	}

	/**
	 * Returns a future that completes on the loop after some nanoseconds; cancelling it
	 * gives its timer back.
	 */
	public CompletableFuture<Void> delay(long nanos) {
		CompletableFuture<Void> delayed = new CompletableFuture<>();
		TimerTask<?> timer = new TimerTask<>(this, () -> delayed.complete(null), nanos, 0);
		delayed.whenComplete((none, ex) -> timer.cancel(false));
		if (!schedule(timer)) {
			delayed.cancel(false);
		}
		return delayed;
	}

	/**
	 * Registers a timer.
	 * @return {@code false} if the loop is closed; the timer is still the caller's then
	 */
	public boolean schedule(TimerTask<?> timer) {
		this.timers.add(timer);
		// The closer closes the queue, then takes the timers: it has this one, or this
		// thread sees that the loop is closed.
		if (isClosed() && this.timers.remove(timer)) {
			return false;
		}
		this.queue.wake(this.thread);
		return true;
	}

	void unschedule(TimerTask<?> timer) {
		this.timers.remove(timer);
	}

	/**
	 * Ends the loop: nothing can be handed over any more, what has not started will not,
	 * and is told so by the current thread even if the loop hangs. The thread ends when
	 * its current callback does. Calls are ended before: one that the loop has started
	 * may be abandoned here, too.
	 * @return what was to be executed or scheduled and never started: commands first,
	 * each in their order
	 */
	public List<Runnable> close() {
		List<LoopTask> tasks = this.queue.close(this.thread);
		// Before what runs: a periodic one that runs just then may be there again.
		List<Runnable> timers = abandon(this.timers.drain());
		if (!inLoop()) {
			LoopTask running = this.watch.current();
			if (running != null) {
				tasks.add(0, running);
			}
			// The first of them has run longest.
			tasks.addAll(0, this.outer);
		}
		List<Runnable> unstarted = abandon(tasks);
		unstarted.addAll(timers);
		return unstarted;
	}

	private List<Runnable> abandon(List<? extends LoopTask> tasks) {
		List<Runnable> unstarted = new ArrayList<>();
		for (LoopTask task : tasks) {
			Runnable runnable = abandon(task);
			if (runnable != null) {
				unstarted.add(runnable);
			}
		}
		return unstarted;
	}

	private @Nullable Runnable abandon(LoopTask task) {
		try {
			return task.abandon();
		}
		catch (Throwable ex) {
			Log.warn("A task of runner \"" + this.runner + "\" failed when it was abandoned", ex);
			return null;
		}
	}

	/**
	 * Serves the queue and the timers from inside a task, on the loop thread, until the
	 * condition holds, the time is up or the loop is closed (rule C6).
	 * @param until the condition
	 * @param most for how many nanoseconds, {@link Nanos#FOREVER} for no limit
	 */
	public void pump(BooleanSupplier until, long most) {
		long since = System.nanoTime();
		LoopTask task = this.watch.current();
		if (task != null) {
			this.outer.addLast(task);
		}
		// The outer task waits, and does not hold the loop meanwhile.
		this.watch.idle();
		try {
			long left = most;
			while (left > 0 && !until.getAsBoolean() && step(left, until)) {
				left = Nanos.left(most, since);
			}
		}
		finally {
			this.watch.next();
			if (task != null) {
				this.outer.removeLast();
			}
		}
	}

	private void live() {
		loops.put(Thread.currentThread(), this);
		this.started.countDown();
		Throwable death = null;
		try {
			while (step(ABANDONED_CHECK, () -> false)) {
				continue;
			}
		}
		catch (Throwable ex) {
			death = ex;
			// A loop that was closed before is no longer its runner's.
			if (!isClosed()) {
				this.onDeath.accept(this, ex);
			}
		}
		finally {
			this.watch.idle();
			this.spin.ends();
			loops.remove(Thread.currentThread());
			if (!isClosed()) {
				close();
			}
			this.queue.forget();
			this.terminated.countDown();
		}
		if (death != null) {
			Log.error("The event loop of runner \"" + this.runner + "\" died", death);
		}
	}

	/**
	 * Runs one task, or due timers, or sleeps.
	 * @param most the longest sleep, in nanoseconds
	 * @param until what ends the sleep besides tasks and timers, and wakes the thread
	 * @return {@code false} if the loop is closed
	 */
	private boolean step(long most, BooleanSupplier until) {
		if (isClosed()) {
			return false;
		}
		boolean ranTimers = ++this.steps % TURN == 0 && runDueTimers();
		LoopTask task = this.queue.first();
		if (task == null) {
			// A timer may have brought what pump(..) waits for.
			if (!ranTimers && !runDueTimers()) {
				sleep(most, until);
			}
			return true;
		}
		LoopTask outer = this.watch.current();
		this.watch.current(task);
		this.queue.removeFirst(task);
		run(task, outer);
		return true;
	}

	private boolean runDueTimers() {
		for (int due = 0; due < TURN; due++) {
			Map.Entry<TimerTask<?>, Command> timer = isClosed() ? null : this.timers.due();
			if (timer == null) {
				return due > 0;
			}
			this.queue.forgetLast();
			LoopTask outer = this.watch.current();
			// Before it leaves the timers: a closer finds it there or here.
			this.watch.current(timer.getValue());
			if (!this.timers.remove(timer.getKey())) {
				// It was cancelled meanwhile.
				this.watch.current(outer);
				continue;
			}
			run(timer.getValue(), outer);
		}
		return true;
	}

	private void run(LoopTask task, @Nullable LoopTask outer) {
		this.watch.next();
		try {
			task.perform();
		}
		catch (Throwable ex) {
			// Its own affair: it must neither end the loop nor touch another task (rule
			// C9).
			Uncaught.report(ex);
		}
		finally {
			this.watch.current(outer);
			// A flag left behind by a task would make every later park return at once.
			Thread.interrupted();
		}
	}

	private void sleep(long most, BooleanSupplier until) {
		this.watch.idle();
		long seenAt = this.spin.spinForTask(this);
		if (holds()) {
			this.watch.seen(seenAt);
			// There is work: nothing is written that adders look at.
			return;
		}
		this.spin.parks();
		this.queue.sleeping();
		// All are looked at after the loop has said that it sleeps, see TaskQueue. From
		// here to the park there is no code of others, the logger's included: what they
		// wait for would take the wake-up.
		long overdue = this.timers.overdue();
		long nap = (overdue != Long.MIN_VALUE) ? Math.min(-overdue, most) : most;
		boolean slept = this.queue.isEmpty() && nap > 0 && !until.getAsBoolean();
		if (slept) {
			park(nap);
		}
		this.queue.awake();
		if (slept && this.queue.isEmpty() && overdue == Long.MIN_VALUE && this.outer.isEmpty()
				&& this.abandoned.getAsBoolean()) {
			close();
		}
	}

	private void park(long nanos) {
		LockSupport.parkNanos(this, nanos);
		// One from outside, meant for no task; it would make every park return at once.
		Thread.interrupted();
	}

	/**
	 * Tells the spinning loop thread that there is something to do; a timer that is due
	 * meanwhile can wait for the end of the spin.
	 */
	@Override
	public boolean holds() {
		return !this.queue.isEmpty();
	}

	@Override
	public String toString() {
		return "event loop of runner \"" + this.runner + "\"";
	}

}
