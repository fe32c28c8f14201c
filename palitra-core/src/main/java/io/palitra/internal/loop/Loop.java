package io.palitra.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * A queue, timers and the one thread that serves both, from the thread's start to its
 * end; a runner that is restarted gets a new loop.
 * <p>
 * The queue is a stack of tasks linked through themselves. Any thread pushes with one
 * compare-and-set on {@link #head}; the loop thread takes the whole stack with another
 * and reverses it, so that tasks run in the order in which each thread pushed them (rule
 * C12). The head has two marks besides tasks: {@link #SLEEPING}, set by the loop thread
 * before it parks, so that whoever replaces it knows that it must unpark; and
 * {@link #CLOSED}, which never goes away and makes every later push fail. That one word
 * thus decides both "who wakes the loop" and "is this task in or out": none can be pushed
 * and forgotten.
 */
public final class Loop implements Spin.Condition {

	/**
	 * A callback that takes longer than this, in nanoseconds, holds the loop up: 100 ms.
	 */
	public static final long HELD = 100_000_000;

	/**
	 * How often a loop may be driven from inside its own tasks. Far from what a thread's
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
	 * seconds, in nanoseconds. It is all that an idle loop does.
	 */
	private static final long ABANDONED_CHECK = 5_000_000_000L;

	/**
	 * How often to look at the tasks of a loop that moves on meanwhile.
	 */
	private static final int MOST_GLIMPSES = 8;

	private static final LoopTask SLEEPING = new Mark();

	private static final LoopTask CLOSED = new Mark();

	private static final Map<Thread, Loop> loops = new ConcurrentHashMap<>();

	private static final VarHandle HEAD;

	private static final VarHandle BATCH;

	private static final VarHandle CURRENT;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			HEAD = lookup.findVarHandle(Loop.class, "head", LoopTask.class);
			BATCH = lookup.findVarHandle(Loop.class, "batch", LoopTask.class);
			CURRENT = lookup.findVarHandle(Loop.class, "current", LoopTask.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final String runner;

	private final BooleanSupplier abandoned;

	private final BiConsumer<Loop, Throwable> onDeath;

	private final LoopWatch watch;

	private final Spin spin;

	private final Thread thread;

	private final CountDownLatch lives = new CountDownLatch(1);

	/**
	 * The timers, the next one first. Any thread adds and removes, so that a cancelled
	 * timer is gone at once even while the loop is held.
	 */
	private final ConcurrentSkipListMap<TimerTask<?>, LoopTask> timers = new ConcurrentSkipListMap<>();

	private volatile @Nullable LoopTask head;

	/**
	 * The tasks taken from the queue and not started yet. Written by the loop thread
	 * only, with release; whoever ends the loop while it hangs reads it with acquire.
	 */
	private @Nullable LoopTask batch;

	/**
	 * The task that runs now. Written and read like {@link #batch}, and before it when a
	 * task leaves the one for the other: who reads them in the other order misses none.
	 */
	private @Nullable LoopTask current;

	/**
	 * The tasks that drive the loop from inside and wait for it, see {@link #pump}.
	 */
	private volatile @Nullable Frame frames;

	/**
	 * Whether calls are no longer started, only ended.
	 */
	private volatile boolean retired;

	/**
	 * How many tasks have run. The loop thread's own, like all that follows.
	 */
	private int ran;

	private int nesting;

	private Trampoline inPlace = new Trampoline();

	private Loop(String runner, ThreadFactory threadFactory, boolean adaptive, long slowThreshold,
			BooleanSupplier abandoned, BiConsumer<Loop, Throwable> onDeath) {
		this.runner = runner;
		this.abandoned = abandoned;
		this.onDeath = onDeath;
		this.spin = new Spin(runner, adaptive);
		Thread thread = threadFactory.newThread(this::live);
		if (thread == null) {
			throw new IllegalStateException(
					"threadFactory " + threadFactory + " of runner \"" + runner + "\" returned null");
		}
		this.thread = thread;
		this.watch = new LoopWatch(this, this.spin, slowThreshold);
	}

	/**
	 * Creates a loop and starts its thread.
	 * @param runner the name of the runner it belongs to
	 * @param threadFactory makes the thread
	 * @param adaptive whether threads may spin before they park
	 * @param slowThreshold how many nanoseconds a callback may take without being
	 * reported
	 * @param abandoned tells whether nobody can use the loop any more; must not keep its
	 * runner from being collected, as the thread holds it
	 * @param onDeath told, on the loop thread, what killed the thread if anything does
	 * @return the loop, whose thread runs
	 * @throws IllegalStateException if the factory makes no thread that runs the loop
	 */
	public static Loop start(String runner, ThreadFactory threadFactory, boolean adaptive, long slowThreshold,
			BooleanSupplier abandoned, BiConsumer<Loop, Throwable> onDeath) {
		Loop loop = new Loop(runner, threadFactory, adaptive, slowThreshold, abandoned, onDeath);
		loop.thread.start();
		boolean interrupted = false;
		while (loop.lives.getCount() > 0) {
			try {
				if (!loop.lives.await(10, TimeUnit.MILLISECONDS) && !loop.thread.isAlive()
						&& loop.lives.getCount() > 0) {
					throw new IllegalStateException("The thread that threadFactory " + threadFactory + " of runner \""
							+ runner + "\" made ended without running what it was given");
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

	public boolean isClosed() {
		return this.head == CLOSED;
	}

	/**
	 * Returns how often the loop is being driven from inside its own tasks; for the loop
	 * thread.
	 */
	public int nesting() {
		return this.nesting;
	}

	public Spin spin() {
		return this.spin;
	}

	public LoopWatch watch() {
		return this.watch;
	}

	/**
	 * Returns for how long the timer that is due first has waited for the loop, in
	 * nanoseconds, zero or less if none is due.
	 */
	public long overdue() {
		var first = isClosed() ? null : this.timers.firstEntry();
		return (first != null) ? -first.getKey().dueIn(System.nanoTime()) : 0;
	}

	/**
	 * Hands a task over.
	 * @return {@code false} if the loop has ended; the task is still the caller's then
	 */
	public boolean enqueue(LoopTask task) {
		LoopTask seen;
		do {
			seen = this.head;
			if (seen == CLOSED) {
				return false;
			}
			task.next = (seen != SLEEPING) ? seen : null;
		}
		while (!HEAD.compareAndSet(this, seen, task));
		if (seen == SLEEPING) {
			LockSupport.unpark(this.thread);
		}
		return true;
	}

	/**
	 * Hands a command over.
	 * @return {@code false} if the loop has ended
	 */
	public boolean execute(Runnable command) {
		return enqueue(new RunnableTask(command, false));
	}

	/**
	 * Runs a command in place if this is the loop's thread, and hands it over otherwise.
	 * One that the loop can no longer run is run by whoever finds that out, so that it
	 * runs in any case.
	 */
	public void home(Runnable command) {
		if (inLoop()) {
			this.inPlace.run(command);
			return;
		}
		RunnableTask task = new RunnableTask(command, true);
		if (!enqueue(task)) {
			task.abandon();
		}
	}

	/**
	 * Returns a latch that opens when everything handed over before has been run, or when
	 * the loop has ended.
	 */
	public CountDownLatch drained() {
		CountDownLatch drained = new CountDownLatch(1);
		RunnableTask mark = new RunnableTask(drained::countDown, true);
		if (!enqueue(mark)) {
			mark.abandon();
		}
		return drained;
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
	 * @return {@code false} if the loop has ended; the timer is still the caller's then
	 */
	public boolean schedule(TimerTask<?> timer) {
		this.timers.put(timer, timer.node);
		// The map's volatile write comes before this read of the head, and the loop
		// thread writes SLEEPING before it reads the map: one of the two sees the other,
		// so the loop never sleeps past a timer that it has not counted.
		LoopTask seen = this.head;
		if (seen == CLOSED) {
			// Whoever closed the loop may have collected the timer already.
			return this.timers.remove(timer) == null;
		}
		if (seen == SLEEPING && HEAD.compareAndSet(this, SLEEPING, null)) {
			LockSupport.unpark(this.thread);
		}
		return true;
	}

	void unschedule(TimerTask<?> timer) {
		this.timers.remove(timer);
	}

	/**
	 * Starts no more calls; tasks and timers go on. Volatile: who retires the loop and
	 * then looks at its {@link #tasks() tasks} either sees a call there, or the loop sees
	 * this when it comes to the call.
	 */
	public void retire() {
		this.retired = true;
	}

	public boolean isRetired() {
		return this.retired;
	}

	/**
	 * Returns what the loop has to do or does, timers excepted. Exact while the loop
	 * hangs, otherwise a glimpse.
	 */
	public Collection<LoopTask> tasks() {
		Collection<LoopTask> tasks = new LinkedHashSet<>();
		LoopTask last = this.head;
		if (last != SLEEPING && last != CLOSED) {
			addAll(tasks, last);
		}
		addBatchAndCurrent(tasks);
		return tasks;
	}

	/**
	 * Ends the loop: nothing can be handed over any more, what has not started will not,
	 * and is told so by the current thread even if the loop thread hangs. The thread ends
	 * when its current callback does.
	 * @return what was to be executed or scheduled and never started, oldest first
	 */
	public List<Runnable> close() {
		LoopTask last = (LoopTask) HEAD.getAndSet(this, CLOSED);
		if (last == SLEEPING) {
			LockSupport.unpark(this.thread);
		}
		Collection<LoopTask> left = new LinkedHashSet<>();
		addBatchAndCurrent(left);
		if (last != null && last != SLEEPING && last != CLOSED) {
			addAll(left, reverse(last));
		}
		List<Runnable> unstarted = new ArrayList<>();
		for (LoopTask task : left) {
			Runnable runnable = abandon(task);
			if (runnable != null) {
				unstarted.add(runnable);
			}
		}
		for (var timer = this.timers.pollFirstEntry(); timer != null; timer = this.timers.pollFirstEntry()) {
			unstarted.add(timer.getKey());
			abandon(timer.getValue());
		}
		return unstarted;
	}

	private void addBatchAndCurrent(Collection<LoopTask> tasks) {
		LoopTask first;
		int glimpses = 0;
		do {
			first = (LoopTask) BATCH.getAcquire(this);
			addAll(tasks, first);
			// The loop thread moves the batch on before it unlinks what it has passed: if
			// the walk has met such a task, the batch is another now. A loop that hangs
			// stays where it is, one that is closed soon finds out, and of one that goes
			// on a glimpse must do.
			VarHandle.acquireFence();
			glimpses++;
		}
		while (BATCH.getAcquire(this) != first && (isClosed() || glimpses < MOST_GLIMPSES));
		LoopTask running = (LoopTask) CURRENT.getAcquire(this);
		if (running != null) {
			tasks.add(running);
		}
		for (Frame frame = this.frames; frame != null; frame = frame.below()) {
			tasks.add(frame.task());
		}
	}

	private static void addAll(Collection<LoopTask> tasks, @Nullable LoopTask first) {
		for (LoopTask task = first; task != null; task = task.next) {
			tasks.add(task);
		}
	}

	/**
	 * Serves the queue and the timers from inside a task, on the loop thread, until the
	 * condition holds, the time is up or the loop is closed (rule C6).
	 * @param until the condition
	 * @param timeLeft returns how many nanoseconds are left
	 */
	public void pump(BooleanSupplier until, LongSupplier timeLeft) {
		LoopTask outer = this.current;
		Frame below = this.frames;
		Trampoline outerInPlace = this.inPlace;
		if (outer != null) {
			this.frames = new Frame(outer, below);
		}
		this.nesting++;
		// What waits on the outer one waits for this task, which waits here.
		this.inPlace = new Trampoline();
		// The outer task waits, and does not hold the loop meanwhile.
		this.watch.idle();
		try {
			while (!until.getAsBoolean() && step(timeLeft.getAsLong())) {
				continue;
			}
		}
		finally {
			this.nesting--;
			this.inPlace = outerInPlace;
			CURRENT.setRelease(this, outer);
			this.frames = below;
			this.watch.next();
		}
	}

	private void live() {
		loops.put(Thread.currentThread(), this);
		this.lives.countDown();
		Throwable death = null;
		try {
			while (step(ABANDONED_CHECK)) {
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
			close();
		}
		if (death != null) {
			Log.error("The event loop of runner \"" + this.runner + "\" died", death);
		}
	}

	/**
	 * Runs one task, or due timers, or sleeps.
	 * @param most the longest sleep, in nanoseconds
	 * @return {@code false} if the loop is closed
	 */
	private boolean step(long most) {
		boolean ranTimers = (this.batch == null || this.ran % TURN == 0) && runDueTimers();
		LoopTask task = (this.batch != null) ? this.batch : take();
		if (isClosed()) {
			for (LoopTask left = this.batch; left != null; left = left.next) {
				abandon(left);
			}
			BATCH.setRelease(this, null);
			return false;
		}
		if (task == null) {
			// A timer may have brought what pump(..) waits for.
			if (!ranTimers) {
				sleep(most);
			}
			return true;
		}
		CURRENT.setRelease(this, task);
		BATCH.setRelease(this, task.next);
		this.ran++;
		run(task);
		// After the batch has moved on, see addBatchAndCurrent(..).
		VarHandle.releaseFence();
		task.next = null;
		return true;
	}

	/**
	 * Makes the queue the batch. The compare-and-set acquires what the pushing threads
	 * released: caller happens-before task (rule C20).
	 */
	private @Nullable LoopTask take() {
		LoopTask last;
		do {
			last = this.head;
			// Only the loop thread takes and sleeps, so there is a task or nothing.
			if (last == null || last == CLOSED) {
				return null;
			}
		}
		while (!HEAD.compareAndSet(this, last, null));
		LoopTask first = reverse(last);
		BATCH.setRelease(this, first);
		// Before the head is read again: whoever closes the loop writes the head and then
		// reads the batch, so either it finds these tasks or the loop finds CLOSED.
		VarHandle.fullFence();
		return first;
	}

	private static @Nullable LoopTask reverse(@Nullable LoopTask last) {
		LoopTask first = null;
		LoopTask task = last;
		while (task != null) {
			LoopTask older = task.next;
			task.next = first;
			first = task;
			task = older;
		}
		return first;
	}

	private boolean runDueTimers() {
		long now = 0;
		for (int due = 0; due < TURN; due++) {
			var first = this.timers.firstEntry();
			if (first == null || isClosed()) {
				return due > 0;
			}
			now = (now != 0) ? now : System.nanoTime();
			if (first.getKey().dueIn(now) > 0) {
				return due > 0;
			}
			CURRENT.setRelease(this, first.getValue());
			// Fails if it was cancelled in between.
			if (this.timers.remove(first.getKey()) != null) {
				run(first.getValue());
			}
			else {
				CURRENT.setRelease(this, null);
			}
		}
		return true;
	}

	private void run(LoopTask task) {
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
			CURRENT.setRelease(this, null);
			// A flag left behind by a task would make every later park return at once.
			Thread.interrupted();
		}
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

	private void sleep(long most) {
		this.watch.idle();
		this.spin.spinForTask(this);
		if (this.head == null && HEAD.compareAndSet(this, null, SLEEPING)) {
			this.spin.parks();
			park(most);
		}
	}

	private void park(long most) {
		// Read after SLEEPING is visible, see schedule(..).
		var next = this.timers.firstEntry();
		long untilNext = (next != null) ? next.getKey().dueIn(System.nanoTime()) : most;
		LockSupport.parkNanos(this, Math.min(untilNext, most));
		// One from outside, meant for no task; it would make every park return at once.
		Thread.interrupted();
		if (HEAD.compareAndSet(this, SLEEPING, null) && next == null && this.nesting == 0
				&& this.abandoned.getAsBoolean()) {
			close();
		}
	}

	/**
	 * Tells the spinning loop thread that there is something to do; a timer that is due
	 * meanwhile can wait for the end of the spin.
	 */
	@Override
	public boolean holds() {
		return this.head != null;
	}

	@Override
	public String toString() {
		return "event loop of runner \"" + this.runner + "\"";
	}

	/**
	 * A task that drives the loop from inside.
	 */
	private record Frame(LoopTask task, @Nullable Frame below) {
	}

	/**
	 * A state of the queue's head that is not a task.
	 */
	private static final class Mark extends LoopTask {

		@Override
		protected void perform() {
			throw new IllegalStateException("a mark is never run");
		}

		@Override
		protected @Nullable Runnable abandon() {
			throw new IllegalStateException("a mark is never abandoned");
		}

	}

}
