package io.palitra.stress.soak;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;
import io.palitra.BlockingNotAllowedException;
import io.palitra.EventLoopThreadRunner;
import io.palitra.RunCallSite;
import io.palitra.RunInterruptedException;
import io.palitra.RunOptions;
import io.palitra.RunScope;
import io.palitra.RunTimeoutException;
import io.palitra.RunnerClosedException;
import io.palitra.RunnerOverloadedException;
import io.palitra.spi.RunResult;

/**
 * One call as it is planned, made and judged. What it does follows from the seed; how it
 * ends, from that and from what happens meanwhile.
 */
final class Attempt {

	/**
	 * How late an owner may wake after its work has ended: so long that only one that has
	 * not been woken at all is.
	 */
	private static final long LATE = TimeUnit.SECONDS.toNanos(15);

	private static final Duration LONG = Duration.ofSeconds(30);

	private static final Duration[] SHORT = { Duration.ofNanos(100_000), Duration.ofNanos(500_000),
			Duration.ofMillis(2) };

	private static final RunOptions[][] OPTIONS = new RunOptions[Work.values().length][];

	static {
		for (Work work : Work.values()) {
			RunOptions named = RunOptions.defaults().name(work.taskName());
			OPTIONS[work.ordinal()] = new RunOptions[] { named.timeout(SHORT[0]), named.timeout(SHORT[1]),
					named.timeout(SHORT[2]), named.timeout(LONG) };
		}
	}

	private final Round round;

	private final String label;

	private final Work work;

	private final Form form;

	private final boolean hurried;

	private final RunOptions options;

	/**
	 * Between 0 and 1,999 microseconds.
	 */
	private final int delay;

	private final int variant;

	private final @Nullable Attempt inner;

	private final AtomicInteger started = new AtomicInteger();

	private final Value value = new Value();

	private final List<Part> parts = new ArrayList<>();

	private volatile @Nullable TrackedStage stage;

	private volatile @Nullable Throwable failure;

	private volatile @Nullable Numbers numbers;

	private volatile @Nullable RunResult result;

	private volatile @Nullable Caller caller;

	private volatile @Nullable Thread owner;

	private volatile boolean refused;

	/**
	 * When the work ended by itself, zero if it has not.
	 */
	private volatile long workEnded;

	private Attempt(Round round, String label, Work work, SplittableRandom random, boolean nested) {
		this.round = round;
		this.label = label;
		this.work = work;
		this.form = (work.isPlain() && !nested) ? Form.values()[random.nextInt(Form.values().length)] : Form.RUN;
		// Who waits for a permit while holding one must give way.
		boolean givesWay = nested && round.settings().isBounded();
		this.hurried = work.natural().isEmpty() || givesWay
				|| work != Work.CANCELLING && random.nextInt((work == Work.STUBBORN) ? 2 : 30) == 0;
		this.options = OPTIONS[work.ordinal()][this.hurried ? random.nextInt(3) : 3];
		this.delay = random.nextInt(2_000);
		this.variant = random.nextInt(1 << 16);
		boolean makesCalls = work == Work.NESTED || work == Work.HOPPING && this.variant % 4 == 0;
		this.inner = makesCalls ? new Attempt(round, label + " (inner)",
				random.nextBoolean() ? Work.IMMEDIATE : Work.HANDED_OVER, random, true) : null;
	}

	static Attempt plan(Round round, int caller, int index, SplittableRandom random) {
		return new Attempt(round, caller + "/" + index, Work.pick(random.nextInt(Integer.MAX_VALUE)), random, false);
	}

	/**
	 * Makes the call and judges its outcome.
	 */
	void make(Caller caller) {
		int lifecycle = this.round.lifecycle();
		int interrupts = caller.interrupts();
		boolean flagged = Thread.currentThread().isInterrupted();
		this.caller = caller;
		this.owner = Thread.currentThread();
		RunResult result;
		Throwable reason = null;
		try {
			receive(call());
			result = RunResult.SUCCESS;
		}
		catch (BlockingNotAllowedException ex) {
			this.refused = true;
			this.round.ledger().refused(this.work);
			if (!this.round.runner().getLoop().inEventLoop()) {
				fault("was refused on a thread that may block", ex);
			}
			return;
		}
		catch (Throwable ex) {
			result = resultOf(ex);
			reason = ex;
		}
		long late = (this.workEnded != 0) ? System.nanoTime() - this.workEnded : 0;
		if (late > LATE) {
			fault("its owner woke " + TimeUnit.NANOSECONDS.toMillis(late) + " ms after its work had ended", null);
		}
		this.result = result;
		this.round.ledger().seen(this.work, result);
		if (result == RunResult.INTERRUPTED && this.form != Form.RUN_INTERRUPTIBLY
				&& !Thread.currentThread().isInterrupted()) {
			fault("was interrupted, but the flag is not set", null);
		}
		boolean allowed = switch (result) {
			case SUCCESS, ERROR, CANCELLED -> this.work.natural().contains(result);
			case TIMEOUT -> this.hurried;
			case INTERRUPTED -> this.form != Form.SUBMIT && this.work != Work.CANCELLING
					&& (flagged || caller.mayBeInterruptedSince(interrupts));
			case CLOSED -> this.round.mayBeDownSince(lifecycle);
			case REJECTED ->
				this.round.settings().rejects() && this.work != Work.AWAITING && this.work != Work.STREAMING;
		};
		if (!allowed) {
			fault("must not end in " + result, reason);
		}
	}

	private @Nullable Object call() throws Exception {
		EventLoopThreadRunner runner = this.round.runner();
		return switch (this.work) {
			case HOPPING, FORKING -> runner.runScoped(this::start, this.options);
			case GATHERING -> runner.gather(parts(), this.options);
			case STREAMING -> read(runner);
			case AWAITING -> await(runner);
			case CANCELLING -> cancel(runner.submit(() -> start(null), this.options));
			default -> switch (this.form) {
				case RUN -> runner.run(() -> start(null), this.options);
				case RUN_SCOPED -> runner.runScoped(this::start, this.options);
				case RUN_CHECKED -> runner.runChecked(() -> start(null), IOException.class, this.options);
				case RUN_INTERRUPTIBLY -> runner.runInterruptibly(() -> start(null), this.options);
				case SUBMIT -> get(runner.submit(() -> start(null), this.options));
			};
		};
	}

	/**
	 * The task.
	 */
	@SuppressWarnings("NullAway") // that a task returns null is one of the cases
	private CompletionStage<@Nullable Object> start(@Nullable RunScope scope) throws Exception {
		if (this.started.incrementAndGet() > 1) {
			fault("was started twice", null);
		}
		if (!this.round.runner().getLoop().inEventLoop()) {
			fault("was started on " + Thread.currentThread(), null);
		}
		return switch (this.work) {
			case NO_STAGE -> null;
			case THROWING -> throw Attempt.<RuntimeException>sneaky(fail());
			case OUT_OF_MEMORY -> {
				OutOfMemoryError error = new OutOfMemoryError("soak");
				this.failure = error;
				throw error;
			}
			case STUBBORN -> work(new TrackedStage(true, false));
			case TWICE -> work(new TrackedStage(false, true));
			default -> work(TrackedStage.obedient(), scope);
		};
	}

	private CompletionStage<@Nullable Object> work(TrackedStage stage) {
		this.stage = stage;
		later(this.delay * ((this.work == Work.STUBBORN) ? 3 : this.variant % 2), () -> produce(stage));
		return stage;
	}

	private CompletionStage<@Nullable Object> work(TrackedStage stage, @Nullable RunScope scope) {
		this.stage = stage;
		switch (this.work) {
			case NULL_VALUE -> stage.complete(null);
			case IMMEDIATE -> produce(stage);
			case HANDED_OVER -> later(0, () -> produce(stage));
			case DELAYED -> later(this.delay, () -> produce(stage));
			case FAILING -> later(this.delay * (this.variant % 2), () -> {
				this.workEnded = System.nanoTime();
				stage.completeExceptionally(fail());
			});
			case HOLDING -> {
				hold();
				produce(stage);
			}
			case RESUBMITTING -> again(stage);
			case SELF_CANCELLED -> later(this.delay * (this.variant % 2), () -> {
				this.workEnded = System.nanoTime();
				stage.completeExceptionally(new CancellationException("soak"));
			});
			case NESTED -> {
				inner().make(this.round.loopCaller());
				produce(stage);
			}
			case HOPPING -> hop(stage, scopeOf(scope));
			case FORKING -> fork(stage, scopeOf(scope));
			case CANCELLING -> {
				if (this.variant % 3 > 0) {
					later((this.variant % 3 - 1) * this.delay, () -> produce(stage));
				}
			}
			default -> {
				// Never completes.
			}
		}
		return stage;
	}

	private static RunScope scopeOf(@Nullable RunScope scope) {
		if (scope == null) {
			throw new IllegalStateException("a scoped task got no scope");
		}
		return scope;
	}

	private Attempt inner() {
		if (this.inner == null) {
			throw new IllegalStateException(this + " has no inner call");
		}
		return this.inner;
	}

	private void produce(TrackedStage stage) {
		this.workEnded = System.nanoTime();
		stage.produce(this.value);
	}

	private Throwable fail() {
		Throwable failure = switch (this.variant % 3) {
			case 0 -> new IllegalStateException("soak");
			case 1 -> new IOException("soak");
			default -> new LinkageError("soak");
		};
		this.failure = failure;
		return failure;
	}

	private void later(int micros, Runnable action) {
		this.round.later(micros, action);
	}

	private void hold() {
		long since = System.nanoTime();
		while (System.nanoTime() - since < this.delay * 100L) {
			Thread.onSpinWait();
		}
	}

	private void again(TrackedStage stage) {
		if (!stage.isDone()) {
			try {
				this.round.runner().getLoop().execute(() -> again(stage));
			}
			catch (RejectedExecutionException ex) {
				// The runner has ended, and ends this call.
				return;
			}
		}
	}

	private void hop(TrackedStage stage, RunScope scope) {
		Runnable command = () -> {
			this.round.hopRun();
			if (Thread.currentThread() != this.owner) {
				fault("hopped to " + Thread.currentThread(), null);
			}
			if (this.inner != null && this.caller != null) {
				this.inner.make(this.caller);
			}
			produce(stage);
		};
		Runnable hop = () -> {
			this.round.hopAccepted();
			try {
				scope.caller().execute(command);
			}
			catch (RejectedExecutionException ex) {
				// The call has ended, or it will be found to hang.
				this.round.hopRefused();
			}
		};
		if (this.variant % 3 == 0) {
			later(this.delay, hop);
		}
		else {
			hop.run();
		}
	}

	private void fork(TrackedStage stage, RunScope scope) {
		CompletableFuture<@Nullable Object> forked = scope
			.fork(() -> CompletableFuture.completedFuture(this.round.runner().getLoop().inEventLoop()));
		CompletableFuture<Void> slept = scope.sleep(Duration.ofNanos(this.delay * (this.variant % 2) * 500L));
		forked.thenCombine(slept, (onLoop, none) -> onLoop).whenComplete((onLoop, ex) -> {
			if (ex == null) {
				if (!Boolean.TRUE.equals(onLoop)) {
					fault("forked to another thread", null);
				}
				produce(stage);
			}
		});
	}

	private List<AsyncCallable<@Nullable Object>> parts() {
		int count = 2 + this.variant % 7;
		IllegalStateException failure = new IllegalStateException("soak");
		List<AsyncCallable<@Nullable Object>> tasks = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			Part part = new Part(TrackedStage.obedient(), new Value(), new AtomicInteger());
			this.parts.add(part);
			boolean fails = this.variant % 11 == 0 && i == count / 2;
			boolean delayed = (this.variant + i) % 3 == 0;
			if (fails) {
				this.failure = failure;
			}
			tasks.add(() -> {
				if (part.started().incrementAndGet() > 1) {
					fault("started a child twice", null);
				}
				Runnable end = fails ? () -> part.stage().completeExceptionally(failure)
						: () -> part.stage().produce(part.value());
				if (delayed) {
					later(this.delay, end);
				}
				else {
					end.run();
				}
				return part.stage();
			});
		}
		return tasks;
	}

	private @Nullable Object read(EventLoopThreadRunner runner) {
		IllegalStateException failure = (this.variant % 5 == 0) ? new IllegalStateException("soak") : null;
		this.failure = failure;
		Numbers numbers = new Numbers(this.variant % 100, failure);
		this.numbers = numbers;
		int most = (this.variant % 3 == 0) ? this.variant % 50 : Integer.MAX_VALUE;
		try (Stream<Integer> stream = runner.stream(numbers, this.options)) {
			Iterator<Integer> iterator = stream.iterator();
			for (int expected = 0; expected < most && iterator.hasNext(); expected++) {
				int number = iterator.next();
				numbers.consumed();
				if (number != expected) {
					fault("read " + number + " instead of " + expected, null);
				}
			}
		}
		return this.value;
	}

	private @Nullable Object await(EventLoopThreadRunner runner) {
		TrackedStage stage = TrackedStage.obedient();
		this.stage = stage;
		Duration limit = this.options.timeout().orElseThrow();
		later(this.delay * (this.variant % 3), () -> produce(stage));
		return runner.await(stage, limit);
	}

	private @Nullable Object cancel(CompletableFuture<@Nullable Object> future) throws Exception {
		if (this.variant % 2 == 0) {
			future.cancel(true);
		}
		else {
			later(this.delay, () -> future.cancel(true));
		}
		return get(future);
	}

	/**
	 * Waits, bounded, whatever interrupts it.
	 */
	private @Nullable Object get(CompletableFuture<@Nullable Object> future) throws Exception {
		boolean interrupted = false;
		try {
			while (true) {
				try {
					return future.get(60, TimeUnit.SECONDS);
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		catch (ExecutionException ex) {
			throw Attempt.<RuntimeException>sneaky(ex.getCause());
		}
		catch (TimeoutException ex) {
			throw new IllegalStateException("the future of a submitted call was never completed", ex);
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private void receive(@Nullable Object received) {
		if (this.work == Work.NULL_VALUE) {
			if (received != null) {
				fault("got " + received + " instead of null", null);
			}
		}
		else if (this.work == Work.GATHERING) {
			List<?> values = (List<?>) received;
			if (values == null || !values.equals(this.parts.stream().map(Part::value).toList())) {
				fault("gathered other values than its children's", null);
			}
			this.parts.forEach((part) -> part.value().delivered());
		}
		else if (received != this.value) {
			fault("got " + received + ", which is not its own", null);
		}
		else {
			this.value.delivered();
		}
	}

	private RunResult resultOf(Throwable ex) {
		if (ex instanceof RunTimeoutException) {
			return RunResult.TIMEOUT;
		}
		if (ex instanceof RunInterruptedException
				|| ex instanceof InterruptedException && this.form == Form.RUN_INTERRUPTIBLY) {
			return RunResult.INTERRUPTED;
		}
		if (ex instanceof RunnerClosedException) {
			return RunResult.CLOSED;
		}
		if (ex instanceof RunnerOverloadedException) {
			return RunResult.REJECTED;
		}
		if (ex instanceof CancellationException) {
			return RunResult.CANCELLED;
		}
		if (this.work == Work.NO_STAGE && ex instanceof NullPointerException) {
			return RunResult.ERROR;
		}
		Throwable failure = this.failure;
		boolean checked = failure instanceof IOException && this.form != Form.RUN_CHECKED && this.form != Form.SUBMIT;
		Throwable own = (checked && ex instanceof CompletionException) ? ex.getCause() : ex;
		if (failure == null || own != failure) {
			fault("ended in what is not its own failure", ex);
		}
		else if (this.form != Form.SUBMIT && callSites(failure) != 1) {
			fault("ended in an exception with " + callSites(failure) + " call sites", ex);
		}
		return RunResult.ERROR;
	}

	private static long callSites(Throwable failure) {
		return Stream.of(failure.getSuppressed()).filter(RunCallSite.class::isInstance).count();
	}

	/**
	 * Judges what can be judged only when everything has come to rest.
	 */
	void audit() {
		if (this.inner != null && this.inner.owner != null) {
			this.inner.audit();
		}
		RunResult result = this.result;
		if (this.refused) {
			check(this.started.get() == 0, "was refused, but started");
			return;
		}
		if (result == null) {
			fault("has no outcome", null);
			return;
		}
		if (this.work != Work.GATHERING && this.work != Work.STREAMING && this.work != Work.AWAITING) {
			boolean ended = this.work != Work.CANCELLING && this.work.natural().contains(result);
			check(!ended || this.started.get() == 1, "ended in " + result + " without being started");
			check(result != RunResult.REJECTED || this.started.get() == 0, "was refused, but started");
		}
		boolean wanted = result == RunResult.SUCCESS || result == RunResult.ERROR;
		TrackedStage stage = this.stage;
		if (stage != null && this.work == Work.AWAITING) {
			check(stage.cancellations() == 0, "cancelled what it had not started");
		}
		else if (stage != null) {
			audit("its work", stage, this.value, wanted);
		}
		for (Part part : this.parts) {
			if (part.started().get() > 0) {
				audit("a child", part.stage(), part.value(), result == RunResult.SUCCESS);
			}
		}
		Numbers numbers = this.numbers;
		if (numbers != null) {
			check(numbers.isLeft(), "left its publisher subscribed");
			check(numbers.fault() == null, "its publisher " + numbers.fault());
		}
	}

	private void audit(String what, TrackedStage stage, Value value, boolean wanted) {
		check(stage.cancellations() <= 1, what + " was cancelled " + stage.cancellations() + " times");
		check(!wanted || stage.cancellations() == 0, what + " was cancelled although it was wanted");
		check(stage.isDone(), what + " goes on");
		int deliveries = stage.hasProduced() ? 1 : 0;
		check(value.deliveries() == deliveries,
				"the value of " + what + " was delivered " + value.deliveries() + " times, not " + deliveries);
	}

	private void check(boolean holds, String fault) {
		if (!holds) {
			fault(fault, null);
		}
	}

	private void fault(String fault, @Nullable Throwable ex) {
		this.round.fault("call " + this + ": " + fault, ex);
	}

	@SuppressWarnings("unchecked")
	private static <X extends Throwable> X sneaky(@Nullable Throwable failure) throws X {
		throw (X) failure;
	}

	/**
	 * Returns whether the runner did not take the call.
	 */
	boolean wasTurnedAway() {
		return this.result == RunResult.REJECTED || this.result == RunResult.CLOSED;
	}

	@Override
	public String toString() {
		return this.label + " " + this.work + " " + this.form + (this.hurried ? " hurried" : "") + " -> " + this.result;
	}

	/**
	 * How a call is made.
	 */
	private enum Form {

		RUN, RUN_SCOPED, RUN_CHECKED, RUN_INTERRUPTIBLY, SUBMIT

	}

	/**
	 * One child of a gather.
	 *
	 * @param stage its stage
	 * @param value its value
	 * @param started how often it was called
	 */
	private record Part(TrackedStage stage, Value value, AtomicInteger started) {
	}

}
