package io.palitra.stress.close;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

import org.jspecify.annotations.Nullable;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunPhase;
import io.palitra.RunnerClosedException;
import io.palitra.RunnerState;
import io.palitra.stress.census.Census;

/**
 * Closes runners, one after the other, each while owners wait in every phase that a call
 * can be in, and measures how long after the grace the last of them got away.
 */
public final class CloseUnderFire {

	private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

	/**
	 * Every so many closes the loop is held until all owners are gone, so that only the
	 * closing thread can release them.
	 */
	private static final int WEDGED_EVERY = 50;

	private static final int ENOUGH_FAULTS = 10;

	/**
	 * How many objects of a class may be left at the end: constants.
	 */
	private static final long REMAINDER = 5;

	private static final Logger LOGGER = Logger.getLogger("io.palitra");

	private final PrintStream out;

	private final int closes;

	private final long seed;

	private final Map<Situation, Figures> figures = new EnumMap<>(Situation.class);

	private final List<String> faults = new ArrayList<>();

	private final ExecutorService owners = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "close-owner");
		thread.setDaemon(true);
		return thread;
	});

	private final Figures closers = new Figures();

	private final Figures wedgedClosers = new Figures();

	CloseUnderFire(int closes, long seed, PrintStream out) {
		this.closes = closes;
		this.seed = seed;
		this.out = out;
		for (Situation situation : Situation.values()) {
			this.figures.put(situation, new Figures());
		}
	}

	/**
	 * Closes runners; exits with 1 if an owner is not released as it should be.
	 * @param args how many, 10,000 by default, and the seed
	 */
	public static void main(String[] args) {
		int closes = (args.length > 0) ? Integer.parseInt(args[0]) : 10_000;
		long seed = (args.length > 1) ? Long.parseLong(args[1]) : System.nanoTime();
		System.exit(new CloseUnderFire(closes, seed, System.out).run().isEmpty() ? 0 : 1);
	}

	/**
	 * Closes as many runners as wanted.
	 * @return the faults that were found
	 */
	List<String> run() {
		Level before = LOGGER.getLevel();
		LOGGER.setLevel(Level.OFF);
		this.out.println("seed " + this.seed + ", Java " + Runtime.version() + ", " + this.closes + " closes");
		try {
			for (int number = 0; number < this.closes && this.faults.size() < ENOUGH_FAULTS; number++) {
				close(number, new SplittableRandom(this.seed + number));
			}
			await("the library's threads to end and its objects to be gone: " + left(), () -> left().isEmpty());
		}
		catch (IllegalStateException ex) {
			this.faults.add(ex.getMessage());
		}
		finally {
			this.owners.shutdownNow();
			LOGGER.setLevel(before);
		}
		report();
		return this.faults;
	}

	private static List<String> left() {
		List<String> left = Census.excess((name) -> REMAINDER);
		left.addAll(Census.threads("palitra"));
		return left;
	}

	private void report() {
		this.out.printf("%-20s%10s%28s%n", "owner", "released", "longest after the grace, ms");
		this.figures
			.forEach((situation, figures) -> this.out.printf("%-20s%s%n", situation.name().toLowerCase(), figures));
		this.out.printf("%-20s%s%n", "close()", this.closers);
		this.out.printf("%-20s%s%n", "close(), loop held", this.wedgedClosers);
		this.faults.forEach((fault) -> this.out.println("FAULT " + fault));
		this.out.println(this.faults.isEmpty() ? "no fault" : "again with the same number and seed");
	}

	private void close(int number, SplittableRandom random) {
		Duration grace = Duration.ofMillis(new int[] { 0, 0, 0, 1, 5 }[random.nextInt(5)]);
		boolean wedged = number % WEDGED_EVERY == WEDGED_EVERY - 1;
		String name = "close-" + number + ".";
		AtomicBoolean held = new AtomicBoolean(true);
		EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
			.name(name)
			.maxInFlight(Situation.permits())
			.shutdownGrace(grace)
			.hangThreshold(Duration.ofHours(1))
			.build();
		List<Owner> all = new ArrayList<>();
		try {
			for (Situation situation : Situation.values()) {
				if (situation == Situation.QUEUED) {
					untilStarted(runner, all);
					hold(runner, held, wedged);
				}
				for (int i = 0; i < situation.owners; i++) {
					all.add(new Owner(situation, runner));
				}
				if (situation == Situation.QUEUED) {
					await("calls to be queued", () -> count(runner, RunPhase.QUEUED) == situation.owners);
				}
			}
			await("calls to wait for a permit",
					() -> count(runner, RunPhase.WAITING_FOR_PERMIT) == Situation.WAITING_FOR_PERMIT.owners);
			long since = System.nanoTime();
			List<Thread> closing = closers(runner, grace, random);
			await("owners of " + runner + " to be released", () -> all.stream().allMatch(Owner::isReleased));
			held.set(false);
			await("close() of " + runner + " to return", () -> closing.stream().noneMatch(Thread::isAlive));
			await(runner + " to be closed", () -> runner.snapshot().state() == RunnerState.CLOSED);
			(wedged ? this.wedgedClosers : this.closers).add(System.nanoTime() - since - grace.toNanos());
			for (Owner owner : all) {
				this.figures.get(owner.situation).add(owner.releasedAt - since - grace.toNanos());
				if (!(owner.end instanceof RunnerClosedException)) {
					this.faults.add("close " + number + ": an owner " + owner.situation + " got " + owner.end);
				}
			}
			await("the threads of " + runner + " to end", () -> Census.threads(name).isEmpty());
		}
		finally {
			held.set(false);
		}
	}

	/**
	 * Waits until everything that can start has started.
	 */
	private void untilStarted(EventLoopThreadRunner runner, List<Owner> owners) {
		await("calls to run", () -> owners.stream().allMatch((owner) -> owner.started.get() > 0));
	}

	private void hold(EventLoopThreadRunner runner, AtomicBoolean held, boolean wedged) {
		AtomicBoolean holding = new AtomicBoolean();
		runner.getLoop().execute(() -> {
			holding.set(true);
			while (held.get() && (wedged || runner.isAlive())) {
				Thread.yield();
			}
		});
		await("the loop to be held", holding::get);
	}

	private static long count(EventLoopThreadRunner runner, RunPhase phase) {
		return runner.snapshot().calls().stream().filter((call) -> call.phase() == phase).count();
	}

	private static List<Thread> closers(EventLoopThreadRunner runner, Duration grace, SplittableRandom random) {
		List<Thread> closers = new ArrayList<>();
		for (int i = 0; i <= random.nextInt(3); i++) {
			Runnable close = switch (random.nextInt(4)) {
				case 0 -> runner::close;
				case 1 -> runner.getLoop()::shutdown;
				default -> () -> runner.close(grace);
			};
			Thread closer = new Thread(close, "close-closer");
			closer.start();
			closers.add(closer);
		}
		return closers;
	}

	private void await(String what, BooleanSupplier condition) {
		long since = System.nanoTime();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - since > PATIENCE) {
				StringBuilder text = new StringBuilder("waited 30 s for " + what);
				Thread.getAllStackTraces().forEach((thread, stack) -> {
					if (thread.getName().contains("close-")) {
						text.append("\n\"" + thread.getName() + "\" " + thread.getState() + " " + List.of(stack));
					}
				});
				throw new IllegalStateException(text.toString());
			}
			LockSupport.parkNanos(20_000);
		}
	}

	/**
	 * What an owner does when its runner is closed.
	 */
	private enum Situation {

		RUNNING(2, true), STUBBORN(1, true), HOPPING(1, true), GATHERING(1, true), SUBMITTED(1, true),
		AWAITING(1, false), STREAMING(1, false), QUEUED(2, true), WAITING_FOR_PERMIT(2, false);

		private final int owners;

		private final boolean permitted;

		Situation(int owners, boolean permitted) {
			this.owners = owners;
			this.permitted = permitted;
		}

		static int permits() {
			int permits = 0;
			for (Situation situation : values()) {
				permits += situation.permitted ? situation.owners : 0;
			}
			return permits;
		}

	}

	/**
	 * A thread that waits until it is released.
	 */
	private final class Owner {

		private final Situation situation;

		private final EventLoopThreadRunner runner;

		private final AtomicInteger started = new AtomicInteger();

		private volatile @Nullable Throwable end;

		private volatile long releasedAt;

		Owner(Situation situation, EventLoopThreadRunner runner) {
			this.situation = situation;
			this.runner = runner;
			CloseUnderFire.this.owners.execute(this::live);
		}

		private void live() {
			Throwable end;
			try {
				end = new AssertionError("returned " + call());
			}
			catch (Throwable ex) {
				end = ex;
			}
			this.end = end;
			this.releasedAt = System.nanoTime();
		}

		boolean isReleased() {
			return this.releasedAt != 0;
		}

		private @Nullable Object call() throws Throwable {
			return switch (this.situation) {
				case RUNNING, QUEUED, WAITING_FOR_PERMIT -> this.runner.run(this::never);
				case STUBBORN -> this.runner.run(this::stubborn);
				case HOPPING -> this.runner.runScoped((scope) -> {
					scope.caller().execute(this::hop);
					return new CompletableFuture<>();
				});
				case GATHERING -> this.runner.gather(this::never, this::never, this::never);
				case SUBMITTED -> get(this.runner.submit(this::never));
				case AWAITING -> this.runner.await(never());
				case STREAMING -> this.runner.stream(this::publish).count();
			};
		}

		private CompletableFuture<Object> never() {
			this.started.incrementAndGet();
			return new CompletableFuture<>();
		}

		private CompletableFuture<Object> stubborn() {
			this.started.incrementAndGet();
			return new CompletableFuture<>() {

				@Override
				public boolean cancel(boolean mayInterruptIfRunning) {
					return false;
				}

			};
		}

		private void hop() {
			this.started.incrementAndGet();
			while (this.runner.isAlive()) {
				Thread.yield();
			}
		}

		private void publish(Flow.Subscriber<?> subscriber) {
			this.started.incrementAndGet();
			subscriber.onSubscribe(new Flow.Subscription() {

				@Override
				public void request(long count) {
					// Has nothing to give.
				}

				@Override
				public void cancel() {
					// Has nothing to end.
				}

			});
		}

		private @Nullable Object get(CompletableFuture<Object> future) throws Throwable {
			try {
				return future.get();
			}
			catch (ExecutionException ex) {
				throw (ex.getCause() != null) ? ex.getCause() : ex;
			}
		}

	}

	/**
	 * How long several things took.
	 */
	private static final class Figures {

		private long count;

		private long longest;

		void add(long nanos) {
			this.count++;
			this.longest = Math.max(this.longest, nanos);
		}

		@Override
		public String toString() {
			return String.format("%10d%28.1f", this.count, this.longest / 1e6);
		}

	}

}
