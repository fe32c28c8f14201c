package io.palitra.stress.soak;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.RunPhase;
import io.palitra.RunnerClosedException;
import io.palitra.RunnerOverloadedException;
import io.palitra.RunnerSnapshot;
import io.palitra.RunnerState;
import io.palitra.spi.RunResult;
import io.palitra.stress.census.Census;

/**
 * One runner from its start to its end, under load and disturbed, and then at rest, where
 * everything has to add up.
 */
final class Round {

	/**
	 * Longer than anything takes that is going to happen at all.
	 */
	private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

	/**
	 * How long a call may lie in the queue of a loop whose thread sleeps: less than a
	 * loop sleeps at most, more than a thread needs to get from handing over to waking.
	 */
	private static final Duration MOST_QUEUED = Duration.ofMillis(800);

	/**
	 * How many objects of a class of calls may be left when all of them have ended: what
	 * a runner itself refers to, such as the last of its queue.
	 */
	private static final long CALL_REMAINDER = 16;

	/**
	 * The same for all other classes, of which a runner has some for itself.
	 */
	private static final long REMAINDER = 100;

	private static final @Nullable Method START_VIRTUAL_THREAD = startVirtualThread();

	private final int number;

	private final Settings settings;

	private final ScheduledExecutorService helpers;

	private final Ledger ledger = new Ledger();

	private final List<Caller> callers = new ArrayList<>();

	private final List<List<Attempt>> attempts = new ArrayList<>();

	private final List<Thread> loopThreads = new CopyOnWriteArrayList<>();

	private final Caller loopCaller = new Caller();

	private final EventLoopThreadRunner runner;

	private final SplittableRandom disturbances;

	private final LongAdder made = new LongAdder();

	private final AtomicInteger outstanding = new AtomicInteger();

	private final AtomicLong hopsAccepted = new AtomicLong();

	private final AtomicLong hopsRun = new AtomicLong();

	private final AtomicLong discarded = new AtomicLong();

	/**
	 * Odd while the runner may be down.
	 */
	private final AtomicInteger lifecycle = new AtomicInteger();

	private final CountDownLatch ended;

	private final Tally tally;

	Round(long seed, int number, int callers, int calls, ScheduledExecutorService helpers, Tally tally) {
		this.number = number;
		this.helpers = helpers;
		this.tally = tally;
		SplittableRandom random = new SplittableRandom(seed + number);
		this.settings = Settings.of(random);
		this.disturbances = random.split();
		for (int caller = 0; caller < callers; caller++) {
			SplittableRandom own = random.split();
			List<Attempt> plan = new ArrayList<>();
			for (int index = 0; index < calls / callers; index++) {
				plan.add(Attempt.plan(this, caller, index, own));
			}
			this.callers.add(new Caller());
			this.attempts.add(plan);
		}
		this.ended = new CountDownLatch(callers);
		EventLoopThreadRunner.Builder builder = EventLoopThreadRunner.builder()
			.name("soak-" + number)
			.threadFactory(loopThreads("soak-loop-" + number + "."))
			.nestedRuns(this.settings.nestedRuns())
			.waitStrategy(this.settings.waitStrategy())
			.shutdownGrace(this.settings.grace())
			// The owner's own look at its call would hide that nobody woke it.
			.hangThreshold(Duration.ofHours(1))
			.onDiscard((value) -> {
				this.discarded.incrementAndGet();
				if (value instanceof Value known) {
					known.delivered();
				}
			})
			.listener(this.ledger);
		if (this.settings.isBounded()) {
			builder.maxInFlight(this.settings.maxInFlight()).overloadPolicy(this.settings.overloadPolicy());
		}
		this.runner = builder.build();
	}

	private ThreadFactory loopThreads(String prefix) {
		return (live) -> {
			Thread thread = new Thread(live, prefix + this.loopThreads.size());
			thread.setDaemon(true);
			this.loopThreads.add(thread);
			return thread;
		};
	}

	private static @Nullable Method startVirtualThread() {
		try {
			return Thread.class.getMethod("startVirtualThread", Runnable.class);
		}
		catch (NoSuchMethodException ex) {
			return null;
		}
	}

	static boolean hasVirtualThreads() {
		return START_VIRTUAL_THREAD != null;
	}

	// For attempts

	Settings settings() {
		return this.settings;
	}

	EventLoopThreadRunner runner() {
		return this.runner;
	}

	Ledger ledger() {
		return this.ledger;
	}

	Caller loopCaller() {
		return this.loopCaller;
	}

	int lifecycle() {
		return this.lifecycle.get();
	}

	boolean mayBeDownSince(int before) {
		return before % 2 != 0 || this.lifecycle.get() != before;
	}

	void later(int micros, Runnable action) {
		this.outstanding.incrementAndGet();
		Runnable counted = () -> {
			try {
				action.run();
			}
			catch (Throwable ex) {
				fault("a helper failed", ex);
			}
			finally {
				this.outstanding.decrementAndGet();
			}
		};
		if (micros == 0) {
			this.helpers.execute(counted);
		}
		else {
			this.helpers.schedule(counted, micros, TimeUnit.MICROSECONDS);
		}
	}

	void hopAccepted() {
		this.hopsAccepted.incrementAndGet();
	}

	void hopRefused() {
		this.hopsAccepted.decrementAndGet();
	}

	void hopRun() {
		this.hopsRun.incrementAndGet();
	}

	void fault(String fault, @Nullable Throwable ex) {
		StringBuilder text = new StringBuilder("round " + this.number + ": " + fault);
		if (ex != null) {
			text.append(": ").append(ex).append(" caused by ").append(ex.getCause());
			for (StackTraceElement frame : ex.getStackTrace()) {
				text.append("\n\tat ").append(frame);
			}
		}
		this.ledger.fault(text.toString());
	}

	// The round

	/**
	 * Makes all calls and audits them.
	 * @return what has been found
	 * @throws HangException if something never ends, which ends the soak
	 */
	Ledger run() {
		ForkJoinPool pool = new ForkJoinPool(Math.max(1, this.callers.size() / 8));
		for (int i = 0; i < this.callers.size(); i++) {
			start(i, pool);
		}
		List<Thread> closers = disturb();
		await("callers to end", () -> this.ended.getCount() == 0);
		pool.shutdown();
		for (Thread closer : closers) {
			await(closer.getName() + " to end", () -> !closer.isAlive());
		}
		if (this.settings.ending() == Settings.Ending.CLOSE) {
			await("the runner to be closed", () -> this.runner.snapshot().state() == RunnerState.CLOSED);
		}
		await("helpers to end", () -> this.outstanding.get() == 0);
		rest();
		audit();
		if (this.runner.isAlive() && this.settings.isBounded()) {
			probePermits();
		}
		if (this.settings.ending() == Settings.Ending.DEATH) {
			dieAndStartAgain();
		}
		this.attempts.clear();
		checkThatNoCallIsLeft();
		close();
		return this.ledger;
	}

	private void start(int number, ForkJoinPool pool) {
		Runnable body = () -> live(this.callers.get(number), this.attempts.get(number));
		int kind = number % 4;
		if (kind == 2 && START_VIRTUAL_THREAD != null) {
			try {
				START_VIRTUAL_THREAD.invoke(null, body);
			}
			catch (IllegalAccessException | InvocationTargetException ex) {
				throw new IllegalStateException(ex);
			}
		}
		else if (kind == 3) {
			pool.execute(body);
		}
		else {
			Thread thread = new Thread(body, "soak-caller-" + number);
			thread.setDaemon(true);
			thread.start();
		}
	}

	private void live(Caller caller, List<Attempt> plan) {
		caller.begin();
		int index = 0;
		try {
			// One fault is enough, and the others could take as long as patience lasts.
			for (boolean closed = false; index < plan.size() && !closed && !this.ledger.isFaulty(); index++) {
				plan.get(index).make(caller);
				this.made.increment();
				Thread.interrupted();
				if (plan.get(index).wasTurnedAway()) {
					// Or most calls of the soak would be those that never run.
					LockSupport.parkNanos(200_000);
				}
				// One more is enough to see that a closed runner refuses.
				closed = this.runner.snapshot().state() == RunnerState.CLOSED && index % 2 == 0;
			}
		}
		catch (Throwable ex) {
			fault("a caller died", ex);
		}
		finally {
			caller.end();
			// Those that were never made are not in the books.
			plan.subList(index, plan.size()).clear();
			this.ended.countDown();
		}
	}

	// Disturbances

	/**
	 * Disturbs until the callers have ended.
	 * @return the threads that close the runner
	 */
	private List<Thread> disturb() {
		List<Thread> closers = new ArrayList<>();
		int planned = this.attempts.stream().mapToInt(List::size).sum();
		long closeAt = (long) (planned * (0.1 + 0.8 * this.disturbances.nextDouble()));
		long nextRestart = planned / 10;
		long progressAt = System.nanoTime();
		long progress = 0;
		while (this.ended.getCount() > 0) {
			LockSupport.parkNanos(1_000_000);
			long made = this.made.sum();
			if (made > progress) {
				progress = made;
				progressAt = System.nanoTime();
			}
			else if (System.nanoTime() - progressAt > PATIENCE) {
				throw hang("callers to get on");
			}
			if (this.settings.interrupts()) {
				this.callers.get(this.disturbances.nextInt(this.callers.size())).interrupt();
				if (this.disturbances.nextInt(50) == 0) {
					interruptLoop();
				}
			}
			lookForLostWakeUp();
			if (this.settings.ending() == Settings.Ending.RESTARTS && made >= nextRestart) {
				nextRestart += planned / 10;
				restart();
			}
			if (this.settings.ending() == Settings.Ending.CLOSE && this.lifecycle.get() == 0 && made >= closeAt) {
				closers = startClosers();
			}
		}
		return closers;
	}

	private void interruptLoop() {
		this.tally.loopInterrupts++;
		Thread before = this.loopCaller.thread();
		if (before == null) {
			try {
				this.runner.getLoop().execute(this.loopCaller::begin);
			}
			catch (RejectedExecutionException ex) {
				return;
			}
		}
		this.loopCaller.interrupt();
	}

	/**
	 * A call in the queue while the loop's thread sleeps, and every caller too, has not
	 * woken it. The loop looks for itself now and then, so only a look in between finds
	 * out.
	 */
	private void lookForLostWakeUp() {
		Thread loop = this.loopThreads.get(this.loopThreads.size() - 1);
		if (!isAsleep(loop) || this.settings.isBounded()) {
			return;
		}
		RunnerSnapshot snapshot = this.runner.snapshot();
		boolean waits = snapshot.calls()
			.stream()
			.anyMatch((call) -> call.phase() == RunPhase.QUEUED && call.age().compareTo(MOST_QUEUED) > 0);
		// A caller that is not asleep may be just about to wake the loop.
		boolean othersSleep = this.callers.stream()
			.map(Caller::thread)
			.allMatch((caller) -> caller == null || isAsleep(caller));
		if (waits && othersSleep && snapshot.state() == RunnerState.RUNNING && isAsleep(loop)) {
			fault("the loop sleeps although calls are queued: " + snapshot, null);
		}
	}

	private static boolean isAsleep(Thread thread) {
		return thread.getState() == Thread.State.TIMED_WAITING || thread.getState() == Thread.State.WAITING;
	}

	private void restart() {
		this.lifecycle.incrementAndGet();
		long since = System.nanoTime();
		this.runner.stop();
		this.tally.restarts++;
		this.tally.slowest("stop", System.nanoTime() - since);
		this.loopCaller.end();
		this.runner.start();
		this.lifecycle.incrementAndGet();
		if (!this.runner.isAlive()) {
			fault("does not live after start()", null);
		}
	}

	private List<Thread> startClosers() {
		this.lifecycle.incrementAndGet();
		this.tally.closes++;
		List<Thread> closers = new ArrayList<>();
		int count = this.disturbances.nextInt(4);
		if (count == 0) {
			this.runner.getLoop().execute(this.runner::close);
		}
		for (int i = 0; i < count; i++) {
			Duration grace = Duration.ofMillis(this.disturbances.nextInt(20));
			Thread closer = new Thread(() -> {
				long since = System.nanoTime();
				this.runner.close(grace);
				this.tally.slowest("close", System.nanoTime() - since);
				if (this.runner.snapshot().state() != RunnerState.CLOSED) {
					fault("close() returned before the runner was closed", null);
				}
			}, "soak-closer-" + i);
			closers.add(closer);
			closer.start();
			if (this.disturbances.nextInt(4) == 0) {
				closer.interrupt();
			}
		}
		return closers;
	}

	// Audit

	private void rest() {
		if (this.runner.isAlive()) {
			CountDownLatch settled = new CountDownLatch(1);
			this.runner.getLoop().execute(settled::countDown);
			await("the loop to get to the end of its queue", () -> settled.getCount() == 0);
		}
		else {
			await("the loop's threads to end", () -> this.loopThreads.stream().noneMatch(Thread::isAlive));
		}
		await("all calls to be gone", () -> {
			RunnerSnapshot snapshot = this.runner.snapshot();
			return snapshot.pending() == 0 && snapshot.active() == 0 && snapshot.waiting() == 0
					&& snapshot.abandoned() == 0 && snapshot.calls().isEmpty();
		});
	}

	private void audit() {
		this.attempts.forEach((plan) -> plan.forEach(Attempt::audit));
		this.ledger.audit().forEach((fault) -> fault(fault, null));
		if (this.hopsAccepted.get() != this.hopsRun.get()) {
			fault(this.hopsAccepted + " hops were accepted, but " + this.hopsRun + " run", null);
		}
		RunnerSnapshot snapshot = this.runner.snapshot();
		check("submitted", snapshot.submitted(), this.ledger.submitted(), this.ledger.submitted());
		check("rejected", snapshot.rejected(), this.ledger.told(RunResult.REJECTED),
				this.ledger.told(RunResult.REJECTED) + this.ledger.told(RunResult.CLOSED));
		check("discarded", snapshot.discarded(), this.discarded.get(), this.ledger.submitted() * 10);
	}

	private void check(String counter, long value, long least, long most) {
		if (value < least || value > most) {
			fault("the snapshot counts " + value + " " + counter + ", not from " + least + " to " + most, null);
		}
	}

	/**
	 * Finds out whether there are as many permits as there should be: no more, no less.
	 */
	private void probePermits() {
		int permits = this.settings.maxInFlight();
		RunOptions probe = RunOptions.defaults().name(Work.IMMEDIATE.taskName()).timeout(Duration.ofMinutes(2));
		List<CompletableFuture<@Nullable Object>> gates = new ArrayList<>();
		List<CompletableFuture<@Nullable Object>> calls = new ArrayList<>();
		for (int i = 0; i < permits; i++) {
			CompletableFuture<@Nullable Object> gate = new CompletableFuture<>();
			gates.add(gate);
			try {
				calls.add(this.runner.submit(() -> gate, probe));
			}
			catch (RunnerOverloadedException ex) {
				fault("only " + i + " of " + permits + " permits have come back", ex);
				break;
			}
		}
		int expected = calls.size();
		await(expected + " permits to be given again", () -> this.runner.snapshot().active() == expected);
		try {
			calls.add(this.runner.submit(() -> CompletableFuture.completedFuture(null), probe));
			if (this.settings.rejects()) {
				fault("more than " + permits + " permits", null);
			}
			else if (this.runner.snapshot()
				.calls()
				.stream()
				.noneMatch((call) -> call.phase() == RunPhase.WAITING_FOR_PERMIT)) {
				fault("more than " + permits + " permits: " + this.runner.snapshot(), null);
			}
		}
		catch (RunnerOverloadedException ex) {
			if (!this.settings.rejects()) {
				fault("was refused although it may wait", ex);
			}
		}
		gates.forEach((gate) -> gate.complete(null));
		await("probes to end", () -> calls.stream().allMatch(CompletableFuture::isDone));
		rest();
	}

	/**
	 * Kills the loop's thread while it sleeps and calls wait.
	 */
	private void dieAndStartAgain() {
		List<CompletableFuture<@Nullable Throwable>> ends = new ArrayList<>();
		int owners = Math.min(8, this.settings.maxInFlight());
		RunOptions options = RunOptions.defaults().name(Work.NEVER.taskName()).timeout(Duration.ofMinutes(2));
		for (int i = 0; i < owners; i++) {
			CompletableFuture<@Nullable Throwable> end = new CompletableFuture<>();
			ends.add(end);
			Thread owner = new Thread(() -> {
				try {
					this.runner.run(CompletableFuture::new, options);
					end.complete(null);
				}
				catch (Throwable ex) {
					end.complete(ex);
				}
			}, "soak-mourner-" + i);
			owner.setDaemon(true);
			owner.start();
		}
		await("owners to wait", () -> this.runner.snapshot().active() == owners);
		Thread thread = this.loopThreads.get(this.loopThreads.size() - 1);
		await("the loop to sleep", () -> thread.getState() == Thread.State.TIMED_WAITING);
		if (!kill(thread)) {
			return;
		}
		this.tally.deaths++;
		await("the loop's thread to die", () -> !thread.isAlive());
		await("its owners to be told", () -> ends.stream().allMatch(CompletableFuture::isDone));
		for (CompletableFuture<@Nullable Throwable> end : ends) {
			Throwable ex = end.join();
			if (!(ex instanceof RunnerClosedException) || !(ex.getCause() instanceof Error)) {
				fault("an owner is not told what the loop died of", ex);
			}
		}
		if (this.runner.isAlive()) {
			fault("is alive without a thread", null);
		}
		this.runner.start();
		Object value = this.runner.run(() -> CompletableFuture.<@Nullable Object>completedFuture("alive"), options);
		if (!"alive".equals(value)) {
			fault("got " + value + " after a new start", null);
		}
	}

	/**
	 * Returns whether this JDK can kill a thread; those after 19 cannot.
	 */
	private static boolean kill(Thread thread) {
		try {
			Thread.class.getMethod("stop").invoke(thread);
			return true;
		}
		catch (InvocationTargetException | NoSuchMethodException ex) {
			return false;
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void checkThatNoCallIsLeft() {
		List<String> excess = Census
			.excess((name) -> name.startsWith("io.palitra.internal.call.") ? CALL_REMAINDER : REMAINDER);
		if (!excess.isEmpty()) {
			fault("objects are left although all calls have ended: " + excess, null);
		}
	}

	private void close() {
		Thread closer = new Thread(this.runner::close, "soak-last-closer");
		closer.setDaemon(true);
		closer.start();
		await("close() to return", () -> !closer.isAlive());
		String name = "soak-loop-" + this.number + ".";
		await("the runner's threads to end", () -> Census.threads(name).isEmpty());
	}

	// Patience

	private void await(String what, BooleanSupplier condition) {
		long since = System.nanoTime();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - since > PATIENCE) {
				throw hang(what);
			}
			LockSupport.parkNanos(200_000);
		}
	}

	private HangException hang(String what) {
		StringBuilder text = new StringBuilder("waited " + TimeUnit.NANOSECONDS.toSeconds(PATIENCE) + " s for " + what
				+ "; " + this.runner.snapshot());
		Thread.getAllStackTraces().forEach((thread, stack) -> {
			if (thread.getName().contains("soak") || thread.getName().contains("ForkJoin")) {
				text.append("\n\"" + thread.getName() + "\" " + thread.getState());
				Arrays.stream(stack).limit(12).forEach((frame) -> text.append("\n\tat ").append(frame));
			}
		});
		fault(text.toString(), null);
		return new HangException(this.ledger);
	}

	@Override
	public String toString() {
		return "round " + this.number + " " + this.settings;
	}

	/**
	 * Counts of what was done besides calls.
	 */
	static final class Tally {

		int restarts;

		int closes;

		int deaths;

		int loopInterrupts;

		private final Map<String, Long> slowest = new ConcurrentSkipListMap<>();

		void slowest(String what, long nanos) {
			this.slowest.merge(what, nanos, Math::max);
		}

		@Override
		public String toString() {
			StringBuilder text = new StringBuilder(
					this.restarts + " stops and starts, " + this.closes + " closes under load, " + this.deaths
							+ " deaths of a loop's thread, " + this.loopInterrupts + " interrupts of a loop's thread");
			this.slowest.forEach((what, nanos) -> text
				.append(", longest " + what + " " + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms"));
			return text.toString();
		}

	}

	/**
	 * Something never ends.
	 */
	static final class HangException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final transient Ledger ledger;

		HangException(Ledger ledger) {
			this.ledger = ledger;
		}

		Ledger ledger() {
			return this.ledger;
		}

	}

}
