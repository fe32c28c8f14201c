package io.palitra.stress.soak;

import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;

import org.jspecify.annotations.Nullable;

import io.palitra.EventLoopThreadRunner;
import io.palitra.stress.census.Census;
import io.palitra.stress.mode.Mode;
import io.palitra.stress.mode.ModeSoak;

/**
 * Rounds of calls under fire, until there were enough or the time is over. Everything
 * that is planned follows from the seed and the number of the round, so a round that
 * failed can be run again by itself; how its threads meet cannot, so run it more than
 * once.
 */
public final class Soak {

	/**
	 * What a round may leave for the next, in bytes: code and statistics of the JVM, but
	 * no round's calls.
	 */
	private static final long HEAP_TOLERANCE = 24L << 20;

	/**
	 * How many objects of a class may be left when all runners are closed: constants.
	 */
	private static final long END_REMAINDER = 5;

	/**
	 * Kept, since the logging system would forget its level.
	 */
	private static final Logger LOGGER = Logger.getLogger("io.palitra");

	private final Options options;

	private final PrintStream out;

	private final Ledger ledger = new Ledger();

	private final Round.Tally tally = new Round.Tally();

	Soak(Options options, PrintStream out) {
		this.options = options;
		this.out = out;
	}

	/**
	 * Runs a soak; exits with 1 if it finds a fault.
	 * @param args {@code --name=value} for each of {@link Options}, {@code --mode} among
	 * them
	 */
	public static void main(String[] args) {
		Options options;
		try {
			options = Options.parse(args);
		}
		catch (IllegalArgumentException ex) {
			System.err.println(ex.getMessage());
			System.exit(2);
			return;
		}
		List<String> faults = new Soak(options, System.out).run();
		System.exit(faults.isEmpty() ? 0 : 1);
	}

	/**
	 * Soaks.
	 * @return the faults that were found
	 */
	List<String> run() {
		// The load makes the runner log more than anybody wants to read.
		Level before = LOGGER.getLevel();
		LOGGER.setLevel(Level.OFF);
		Mode mode = this.options.mode();
		if (mode != null) {
			try {
				return new ModeSoak(mode, this.out).run(this.options.seed(), this.options.round(),
						this.options.rounds(), this.options.calls(), this.options.seconds(), this.options.threads(),
						this.options.callsPerRound());
			}
			finally {
				LOGGER.setLevel(before);
			}
		}
		this.out.println("seed " + this.options.seed() + ", Java " + Runtime.version() + ", " + this.options.threads()
				+ " threads (platform, " + (Round.hasVirtualThreads() ? "virtual" : "no virtual on this JDK")
				+ ", ForkJoin)");
		ScheduledExecutorService helpers = helpers();
		try {
			soak(helpers);
		}
		catch (Round.HangException ex) {
			this.ledger.add(ex.ledger());
		}
		finally {
			helpers.shutdownNow();
			LOGGER.setLevel(before);
		}
		this.out.println();
		this.out.print(this.ledger.table());
		this.out.println(this.tally);
		List<String> faults = this.ledger.faults();
		faults.forEach((fault) -> this.out.println("FAULT " + fault));
		this.out.println(faults.isEmpty() ? "no fault"
				: "again: --seed=" + this.options.seed() + " --round=<the round above> --rounds=1 --threads="
						+ this.options.threads() + " --calls-per-round=" + this.options.callsPerRound());
		return faults;
	}

	private void soak(ScheduledExecutorService helpers) {
		long since = System.nanoTime();
		long firstHeap = 0;
		int firstThreads = 0;
		int number = this.options.round();
		for (int done = 0; !isEnough(done, since); done++, number++) {
			Round round = new Round(this.options.seed(), number, this.options.threads(), this.options.callsPerRound(),
					helpers, this.tally);
			Ledger found = round.run();
			this.ledger.add(found);
			if (found.isFaulty()) {
				this.out.println(round + " is faulty");
				if (!this.options.keepGoing()) {
					return;
				}
			}
			// The first rounds load classes and start threads that stay.
			if (done < 5 || done % 10 == 0) {
				long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since));
				this.out.printf("round %5d: %,11d calls in %4d s, %3d MB heap, %d threads%n", number,
						this.ledger.calls(), seconds, Census.heap() >> 20, Census.threadCount());
			}
			if (done == 4) {
				Census.objects();
				firstHeap = Census.heap();
				firstThreads = Census.threadCount();
			}
		}
		atTheEnd(firstHeap, firstThreads);
	}

	private boolean isEnough(int done, long since) {
		return done >= this.options.rounds() || this.ledger.calls() >= this.options.calls()
				|| System.nanoTime() - since >= TimeUnit.SECONDS.toNanos(this.options.seconds());
	}

	private void atTheEnd(long firstHeap, int firstThreads) {
		// What watches loops lets go of them when they have been idle for a while.
		long since = System.nanoTime();
		List<String> left = left();
		while (!left.isEmpty() && System.nanoTime() - since < TimeUnit.SECONDS.toNanos(30)) {
			LockSupport.parkNanos(100_000_000);
			left = left();
		}
		this.out.println("left at the end: " + Census.objects());
		if (!left.isEmpty()) {
			this.ledger.fault("left although all runners are closed: " + left);
		}
		this.out.printf("heap %,d bytes after the first rounds, %,d at the end; threads %d and %d%n", firstHeap,
				Census.heap(), firstThreads, Census.threadCount());
		if (firstHeap > 0 && Census.heap() > firstHeap + HEAP_TOLERANCE) {
			this.ledger.fault("the heap has grown");
		}
		if (firstHeap > 0 && Census.threadCount() > firstThreads + 4) {
			this.ledger.fault("threads have become more: " + Census.threads(""));
		}
	}

	private static List<String> left() {
		List<String> left = Census
			.excess((name) -> name.equals(EventLoopThreadRunner.class.getName()) ? 0 : END_REMAINDER);
		left.addAll(Census.threads("palitra"));
		return left;
	}

	private static ScheduledExecutorService helpers() {
		AtomicInteger count = new AtomicInteger();
		return Executors.newScheduledThreadPool(2, (task) -> {
			Thread thread = new Thread(task, "soak-helper-" + count.incrementAndGet());
			thread.setDaemon(true);
			return thread;
		});
	}

	/**
	 * What to do.
	 *
	 * @param seed what all plans follow from
	 * @param seconds stop after these, when the round is over
	 * @param calls stop after so many calls, when the round is over
	 * @param threads how many callers
	 * @param round the first round, to go on with an earlier soak or repeat its fault
	 * @param rounds how many rounds at most
	 * @param callsPerRound how many calls a round plans
	 * @param keepGoing whether to go on after a fault
	 * @param mode the one kind of fault that it is about, {@code null} for all that calls
	 * may meet, mixed
	 */
	record Options(long seed, long seconds, long calls, int threads, int round, int rounds, int callsPerRound,
			boolean keepGoing, @Nullable Mode mode) {

		private static final Set<String> NAMES = Set.of("seed", "seconds", "calls", "threads", "round", "rounds",
				"calls-per-round", "keep-going");

		static Options parse(String... args) {
			Map<String, Long> values = new HashMap<>();
			Mode mode = null;
			for (String arg : args) {
				String[] parts = arg.split("=", 2);
				if (parts[0].equals("--mode")) {
					String wanted = (parts.length > 1) ? parts[1] : "";
					mode = wanted.equals("mixed") ? null : Mode.of(wanted);
					continue;
				}
				String name = parts[0].startsWith("--") ? parts[0].substring(2) : "";
				if (!NAMES.contains(name)) {
					throw new IllegalArgumentException(
							"Unknown argument '" + arg + "'; known are --mode and --name=number for each of " + NAMES);
				}
				values.put(name, number(arg, (parts.length > 1) ? parts[1] : null));
			}
			long threads = values.getOrDefault("threads", (mode != null) ? 16L : 64L);
			return new Options(values.getOrDefault("seed", System.nanoTime()), values.getOrDefault("seconds", 600L),
					values.getOrDefault("calls", 10_000_000L), (int) threads,
					values.getOrDefault("round", 0L).intValue(),
					values.getOrDefault("rounds", (long) Integer.MAX_VALUE).intValue(),
					values.getOrDefault("calls-per-round", (mode != null) ? 4_000L : 20_000L).intValue(),
					values.containsKey("keep-going"), mode);
		}

		private static long number(String arg, @Nullable String value) {
			try {
				return Long.parseLong((value != null) ? value : "1");
			}
			catch (NumberFormatException ex) {
				throw new IllegalArgumentException("'" + arg + "' needs a whole number", ex);
			}
		}

	}

}
