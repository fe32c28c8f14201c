package io.palitra.stress.mode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunTimeoutException;
import io.palitra.RunnerClosedException;
import io.palitra.RunnerOverloadedException;
import io.palitra.RunnerSnapshot;
import io.palitra.RunnerState;
import io.palitra.spi.RunResult;
import io.palitra.stress.census.Census;

/**
 * One runner under one load, from its start to its end, and then at rest, where no caller
 * may be left, no value lost, no permit missing.
 */
final class Bench {

	/**
	 * The limit of a call that ends by itself: whoever meets it was left.
	 */
	static final Duration LONG = Duration.ofSeconds(60);

	/**
	 * Longer than anything takes that is going to happen at all.
	 */
	private static final long PATIENCE = TimeUnit.SECONDS.toNanos(90);

	private static final int MOST_FAULTS = 10;

	/**
	 * How often the runner of a round is disturbed, at most.
	 */
	private static final int DISTURBANCES = 20;

	private final String name;

	private final Load load;

	private final EventLoopThreadRunner runner;

	private final SplittableRandom random;

	private final boolean disturbed;

	private final ScheduledExecutorService helpers;

	private final AtomicInteger outstanding = new AtomicInteger();

	private final LongAdder[] results = new LongAdder[RunResult.values().length];

	private final LongAdder produced = new LongAdder();

	private final LongAdder delivered = new LongAdder();

	private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();

	private final AtomicInteger overflows = new AtomicInteger();

	private int restarts;

	Bench(Mode mode, long seed, int number, ScheduledExecutorService helpers) {
		this.name = "soak-" + mode + "-" + number;
		this.random = new SplittableRandom(seed + number);
		this.helpers = helpers;
		Arrays.setAll(this.results, (index) -> new LongAdder());
		this.load = mode.load();
		EventLoopThreadRunner.Builder builder = EventLoopThreadRunner.builder()
			.name(this.name)
			// Looks at the loop and at owners would hide that nobody woke them.
			.slowTaskThreshold(Duration.ofHours(1))
			.hangThreshold(Duration.ofHours(1))
			.onDiscard(this::deliver);
		this.load.configure(builder, this.random);
		this.disturbed = this.load.isDisturbed(this.random);
		this.runner = builder.shutdownGrace(Duration.ofMillis(this.load.graceMillis())).build();
	}

	// For loads

	EventLoopThreadRunner runner() {
		return this.runner;
	}

	/**
	 * Makes a call and judges how it ends.
	 */
	void make(Callable<?> call, Set<RunResult> allowed) {
		RunResult result;
		Throwable reason = null;
		try {
			deliver(call.call());
			result = RunResult.SUCCESS;
		}
		catch (Throwable ex) {
			reason = (ex instanceof ExecutionException && ex.getCause() != null) ? ex.getCause() : ex;
			result = resultOf(reason);
		}
		this.results[result.ordinal()].increment();
		boolean closed = result == RunResult.CLOSED && this.disturbed;
		if (!closed && !allowed.contains(result)) {
			fault("must not end in " + result, reason);
		}
		if (result == RunResult.CLOSED || result == RunResult.REJECTED) {
			// Or most calls would be those that never run.
			LockSupport.parkNanos(100_000);
		}
	}

	private static RunResult resultOf(Throwable ex) {
		if (ex instanceof RunTimeoutException) {
			return RunResult.TIMEOUT;
		}
		if (ex instanceof RunnerClosedException) {
			return RunResult.CLOSED;
		}
		if (ex instanceof RunnerOverloadedException) {
			return RunResult.REJECTED;
		}
		return (ex instanceof CancellationException) ? RunResult.CANCELLED : RunResult.ERROR;
	}

	/**
	 * Has another thread do something, which the end of the round waits for.
	 */
	void later(int micros, Runnable action) {
		this.outstanding.incrementAndGet();
		this.helpers.schedule(() -> {
			try {
				action.run();
			}
			catch (Throwable ex) {
				fault("a helper failed", ex);
			}
			finally {
				this.outstanding.decrementAndGet();
			}
		}, micros, TimeUnit.MICROSECONDS);
	}

	/**
	 * Returns a value that must be delivered once, to an owner or to {@code onDiscard}.
	 */
	Value produce() {
		this.produced.increment();
		return new Value();
	}

	/**
	 * Completes a stage with a value that counts only if the stage takes it.
	 */
	void complete(CompletableFuture<@Nullable Object> stage) {
		// Counted before anybody can be given it.
		Value value = produce();
		if (!stage.complete(value)) {
			this.produced.decrement();
		}
	}

	/**
	 * Whoever asked for it has it, or {@code onDiscard}.
	 */
	void deliver(@Nullable Object result) {
		if (result instanceof Iterable<?> several) {
			several.forEach(this::deliver);
		}
		else if (result instanceof Value value) {
			this.delivered.increment();
			if (value.delivered.incrementAndGet() > 1) {
				fault("a value was delivered " + value.delivered + " times", null);
			}
		}
	}

	/**
	 * A recursion has overflowed, as it should.
	 */
	void overflowed() {
		this.overflows.incrementAndGet();
	}

	void fault(String fault, @Nullable Throwable ex) {
		if (this.faults.size() < MOST_FAULTS) {
			StringBuilder text = new StringBuilder(this.name + ": " + fault);
			if (ex != null) {
				text.append(": ").append(ex.getClass().getName());
				for (StackTraceElement frame : ex.getStackTrace()) {
					text.append("\n\tat ").append(frame);
				}
			}
			this.faults.add(text.toString());
		}
	}

	// The round

	/**
	 * Has many threads make calls, and audits what is there then.
	 * @return whether the process can go on: nothing hangs
	 */
	boolean run(int threads, int calls) {
		CountDownLatch ended = new CountDownLatch(threads);
		LongAdder made = new LongAdder();
		for (int i = 0; i < threads; i++) {
			SplittableRandom own = this.random.split();
			Thread caller = new Thread(() -> {
				try {
					for (int call = 0; call < calls / threads && this.faults.isEmpty() && !isClosed(); call++) {
						this.load.call(this, own);
						made.increment();
					}
				}
				finally {
					ended.countDown();
				}
			}, this.name + "-caller-" + i);
			caller.setDaemon(true);
			caller.start();
		}
		boolean closing = this.disturbed && this.random.nextInt(3) == 0;
		long next = calls / DISTURBANCES;
		long made0 = -1;
		long since = System.nanoTime();
		while (ended.getCount() > 0) {
			LockSupport.parkNanos(500_000);
			if (made.sum() != made0) {
				made0 = made.sum();
				since = System.nanoTime();
			}
			else if (System.nanoTime() - since > PATIENCE) {
				return hang("callers to get on");
			}
			if (this.disturbed && made.sum() >= next && !isClosed()) {
				next += calls / DISTURBANCES;
				disturb(closing && made.sum() > calls / 2);
			}
		}
		return await("helpers to end", () -> this.outstanding.get() == 0) && rest();
	}

	private boolean isClosed() {
		return this.disturbed && this.runner.snapshot(0).state() == RunnerState.CLOSED;
	}

	private void disturb(boolean close) {
		if (close) {
			this.runner.close(Duration.ofMillis(this.random.nextInt(2)));
			return;
		}
		this.runner.stop();
		this.runner.start();
		this.restarts++;
	}

	private boolean rest() {
		this.load.audit(this);
		boolean rests = await("all calls to be gone", () -> {
			RunnerSnapshot seen = this.runner.snapshot();
			return seen.pending() == 0 && seen.active() == 0 && seen.waiting() == 0 && seen.abandoned() == 0
					&& seen.calls().isEmpty();
		});
		rests = rests && await("all permits to be free", () -> {
			RunnerSnapshot seen = this.runner.snapshot();
			return seen.permits().equals(seen.limit());
		});
		// What is discarded may be handed to a worker of palitra's.
		rests = rests && await("all values to be delivered: " + this.produced + " produced, " + this.delivered
				+ " delivered when it began", () -> this.produced.sum() == this.delivered.sum());
		if (!rests) {
			return false;
		}
		Thread closer = new Thread(this.runner::close, this.name + "-closer");
		closer.setDaemon(true);
		closer.start();
		return await("close() to return", () -> !closer.isAlive())
				&& await("the runner's thread to end", () -> Census.threads("palitra-" + this.name).isEmpty());
	}

	boolean await(String what, BooleanSupplier condition) {
		long since = System.nanoTime();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - since > PATIENCE) {
				return hang(what);
			}
			LockSupport.parkNanos(200_000);
		}
		return true;
	}

	private boolean hang(String what) {
		StringBuilder text = new StringBuilder("waited " + TimeUnit.NANOSECONDS.toSeconds(PATIENCE) + " s for " + what
				+ "; " + this.runner.snapshot(20));
		Thread.getAllStackTraces().forEach((thread, stack) -> {
			if (thread.getName().contains("soak")) {
				text.append("\n\"" + thread.getName() + "\" " + thread.getState());
				Arrays.stream(stack).limit(12).forEach((frame) -> text.append("\n\tat ").append(frame));
			}
		});
		fault(text.toString(), null);
		return false;
	}

	// What came out

	List<String> faults() {
		return new ArrayList<>(this.faults);
	}

	long count(RunResult result) {
		return this.results[result.ordinal()].sum();
	}

	int restarts() {
		return this.restarts;
	}

	int overflows() {
		return this.overflows.get();
	}

	long values() {
		return this.produced.sum();
	}

	/**
	 * What must not be lost.
	 */
	static final class Value {

		private final AtomicInteger delivered = new AtomicInteger();

	}

}
