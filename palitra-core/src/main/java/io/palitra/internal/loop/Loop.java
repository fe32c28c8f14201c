package io.palitra.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
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
	 * How long an idle loop sleeps before it looks whether its runner still exists: one
	 * second, in nanoseconds.
	 */
	private static final long ABANDONED_CHECK = 1_000_000_000;

	private static final LoopTask SLEEPING = new Mark();

	private static final LoopTask CLOSED = new Mark();

	private static final Map<Thread, Loop> loops = new ConcurrentHashMap<>();

	private static final VarHandle HEAD;

	private static final VarHandle BUSY_SINCE;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			HEAD = lookup.findVarHandle(Loop.class, "head", LoopTask.class);
			BUSY_SINCE = lookup.findVarHandle(Loop.class, "busySince", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final String runner;

	private final BooleanSupplier abandoned;

	private final BiConsumer<Loop, Throwable> onDeath;

	private final SlowWatch slowWatch;

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
	 * only; volatile so that whoever ends the loop while it hangs can see them.
	 */
	private volatile @Nullable LoopTask batch;

	/**
	 * The task that runs now. Written by the loop thread only; volatile for the same
	 * reason.
	 */
	private volatile @Nullable LoopTask current;

	/**
	 * When the callback that runs now began, zero between callbacks. Others read it to
	 * tell how long the loop has been held; an old value is as good as a new one, so
	 * opaque access is enough.
	 */
	private long busySince;

	/**
	 * How long the loop has had nothing to do, up to the last time that it had something.
	 * Written by the loop thread; others can do with an old value.
	 */
	private volatile long idleTime;

	/**
	 * Since when the loop has had nothing to do, zero if it has. Written before
	 * {@link #idleTime} when that ends, so that no time is counted twice.
	 */
	private volatile long idleSince;

	private final long bornAt = System.nanoTime();

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
		this.slowWatch = new SlowWatch(this, slowThreshold);
		this.spin = new Spin(adaptive);
		Thread thread = threadFactory.newThread(this::live);
		if (thread == null) {
			throw new IllegalStateException(
					"threadFactory " + threadFactory + " of runner \"" + runner + "\" returned null");
		}
		this.thread = thread;
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

	/**
	 * Returns for how long the current callback has held the loop, in nanoseconds, zero
	 * if none does.
	 */
	public long heldFor() {
		long since = (long) BUSY_SINCE.getOpaque(this);
		return (since != 0) ? Math.max(System.nanoTime() - since, 1) : 0;
	}

	/**
	 * Returns how many callbacks have held the loop too long.
	 */
	public long slow() {
		return this.slowWatch.count();
	}

	/**
	 * Returns how long the loop has had something to do since it was started, in
	 * nanoseconds.
	 */
	public long busyTime() {
		long since = this.idleSince;
		long now = System.nanoTime();
		return Math.max(((since != 0) ? since : now) - this.bornAt - this.idleTime, 0);
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
	public boolean execute(LoopTask task) {
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
		return execute(new RunnableTask(command));
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
		HomeTask task = new HomeTask(command);
		if (!execute(task)) {
			task.abandon();
		}
	}

	/**
	 * Returns a latch that opens when everything handed over before has been run, or when
	 * the loop has ended.
	 */
	public CountDownLatch drained() {
		CountDownLatch drained = new CountDownLatch(1);
		LoopTask mark = new LoopTask() {

			@Override
			protected void run() {
				drained.countDown();
			}

			@Override
			protected boolean abandon() {
				drained.countDown();
				return false;
			}

		};
		if (!execute(mark)) {
			drained.countDown();
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
	boolean schedule(TimerTask<?> timer) {
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
	 * Ends the loop: nothing can be handed over any more, what has not started will not,
	 * and is told so by the current thread even if the loop thread hangs. The thread ends
	 * when its current callback does.
	 * @return the tasks that never started, oldest first
	 */
	public List<LoopTask> close() {
		LoopTask last = (LoopTask) HEAD.getAndSet(this, CLOSED);
		if (last == SLEEPING) {
			LockSupport.unpark(this.thread);
		}
		List<LoopTask> left = new ArrayList<>();
		// Reads a chain that the loop thread may be walking; it unlinks what it passes,
		// so this can miss tasks only while the loop moves, and then the loop itself
		// finds CLOSED and abandons them.
		addAll(left, this.batch);
		if (last != null && last != SLEEPING && last != CLOSED) {
			addAll(left, reverse(last));
		}
		for (var timer = this.timers.pollFirstEntry(); timer != null; timer = this.timers.pollFirstEntry()) {
			left.add(timer.getValue());
		}
		// Last, as a task becomes this before it leaves the others.
		LoopTask running = this.current;
		if (running != null && !left.contains(running)) {
			left.add(running);
		}
		left.removeIf((task) -> !abandon(task));
		return left;
	}

	/**
	 * Serves the queue and the timers from inside a task, on the loop thread, until the
	 * condition holds, the time is up or the loop is closed (rule C6).
	 * @param until the condition
	 * @param timeLeft returns how many nanoseconds are left
	 */
	public void pump(BooleanSupplier until, LongSupplier timeLeft) {
		LoopTask outer = this.current;
		Trampoline outerInPlace = this.inPlace;
		this.nesting++;
		// What waits on the outer one waits for this task, which waits here.
		this.inPlace = new Trampoline();
		// The outer task waits, and does not hold the loop meanwhile.
		BUSY_SINCE.setOpaque(this, 0L);
		try {
			while (!until.getAsBoolean() && step(timeLeft.getAsLong())) {
				continue;
			}
		}
		finally {
			this.nesting--;
			this.inPlace = outerInPlace;
			this.current = outer;
			long now = System.nanoTime();
			this.slowWatch.next(now);
			BUSY_SINCE.setOpaque(this, now);
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
			this.slowWatch.end();
			this.idleSince = System.nanoTime();
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
		// Read after the batch was written, see close(): either it found the batch or
		// this finds CLOSED.
		if (isClosed()) {
			for (LoopTask left = this.batch; left != null; left = left.next) {
				abandon(left);
			}
			this.batch = null;
			return false;
		}
		if (task == null) {
			// A timer may have brought what pump(..) waits for.
			if (!ranTimers) {
				sleep(most);
			}
			return true;
		}
		// Before it leaves the batch, so that whoever closes the loop finds it.
		this.current = task;
		this.batch = task.next;
		task.next = null;
		this.ran++;
		run(task);
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
		this.batch = first;
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
			this.current = first.getValue();
			// Fails if it was cancelled in between.
			if (this.timers.remove(first.getKey()) != null) {
				run(first.getValue());
			}
			this.current = null;
		}
		return true;
	}

	private void run(LoopTask task) {
		long now = System.nanoTime();
		this.slowWatch.next(now);
		this.current = task;
		BUSY_SINCE.setOpaque(this, now);
		try {
			task.run();
		}
		catch (Throwable ex) {
			// Its own affair: it must neither end the loop nor touch another task (rule
			// C9).
			Uncaught.report(ex);
		}
		finally {
			BUSY_SINCE.setOpaque(this, 0L);
			this.current = null;
			// A flag left behind by a task would make every later park return at once.
			Thread.interrupted();
		}
	}

	private boolean abandon(LoopTask task) {
		try {
			return task.abandon();
		}
		catch (Throwable ex) {
			Log.warn("A task of runner \"" + this.runner + "\" failed when it was abandoned", ex);
			return false;
		}
	}

	private void sleep(long most) {
		this.slowWatch.idle();
		long since = System.nanoTime();
		this.idleSince = since;
		this.spin.spinForTask(this);
		if (this.head == null && HEAD.compareAndSet(this, null, SLEEPING)) {
			park(most);
		}
		long waited = System.nanoTime() - since;
		this.idleSince = 0;
		this.idleTime += waited;
		this.spin.waited(waited);
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

	private static void addAll(List<LoopTask> tasks, @Nullable LoopTask first) {
		for (LoopTask task = first; task != null; task = task.next) {
			tasks.add(task);
		}
	}

	@Override
	public String toString() {
		return "event loop of runner \"" + this.runner + "\"";
	}

	/**
	 * A state of the queue's head that is not a task.
	 */
	private static final class Mark extends LoopTask {

		@Override
		protected void run() {
			throw new IllegalStateException("a mark is never run");
		}

		@Override
		protected boolean abandon() {
			throw new IllegalStateException("a mark is never abandoned");
		}

	}

}
