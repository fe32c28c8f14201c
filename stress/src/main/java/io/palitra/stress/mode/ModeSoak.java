package io.palitra.stress.mode;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.palitra.spi.RunResult;

/**
 * Rounds of one mode, until there were enough, the time is over or there is a fault.
 */
public final class ModeSoak {

	private final Mode mode;

	private final PrintStream out;

	private final long[] results = new long[RunResult.values().length];

	private long values;

	private int restarts;

	private int overflows;

	private int rounds;

	public ModeSoak(Mode mode, PrintStream out) {
		this.mode = mode;
		this.out = out;
	}

	/**
	 * Soaks.
	 * @param seed what all plans follow from, with the number of the round
	 * @param first the first round
	 * @param most how many rounds at most
	 * @param calls stop after so many calls, when the round is over
	 * @param seconds stop after these, when the round is over
	 * @param threads how many callers
	 * @param callsPerRound how many calls a round makes, about
	 * @return the faults that were found
	 */
	public List<String> run(long seed, int first, int most, long calls, long seconds, int threads, int callsPerRound) {
		long since = System.nanoTime();
		ScheduledExecutorService helpers = helpers();
		List<String> faults = new ArrayList<>();
		boolean goesOn = true;
		try {
			while (goesOn && this.rounds < most && calls() < calls
					&& System.nanoTime() - since < TimeUnit.SECONDS.toNanos(seconds)) {
				Bench bench = new Bench(this.mode, seed, first + this.rounds++, helpers);
				goesOn = bench.run(threads, callsPerRound);
				add(bench);
				faults.addAll(bench.faults());
				goesOn &= faults.isEmpty();
			}
		}
		finally {
			helpers.shutdownNow();
		}
		tell(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since));
		if (!faults.isEmpty()) {
			faults.forEach((fault) -> this.out.println("FAULT " + fault));
			this.out.println("again: --mode=" + this.mode + " --seed=" + seed + " --round=" + (first + this.rounds - 1)
					+ " --rounds=1 --threads=" + threads + " --calls-per-round=" + callsPerRound);
		}
		return faults;
	}

	private static ScheduledExecutorService helpers() {
		AtomicInteger count = new AtomicInteger();
		return Executors.newScheduledThreadPool(2, (task) -> {
			Thread thread = new Thread(task, "soak-helper-" + count.incrementAndGet());
			thread.setDaemon(true);
			return thread;
		});
	}

	private void add(Bench bench) {
		for (RunResult result : RunResult.values()) {
			this.results[result.ordinal()] += bench.count(result);
		}
		this.values += bench.values();
		this.restarts += bench.restarts();
		this.overflows += bench.overflows();
	}

	private long calls() {
		long calls = 0;
		for (long count : this.results) {
			calls += count;
		}
		return calls;
	}

	private void tell(long seconds) {
		StringBuilder text = new StringBuilder(
				String.format("%-11s%,11d calls in %,5d s, %,5d rounds:", this.mode, calls(), seconds, this.rounds));
		for (RunResult result : RunResult.values()) {
			long count = this.results[result.ordinal()];
			if (count > 0) {
				text.append(String.format(" %s %,d", result.name().toLowerCase(Locale.ROOT), count));
			}
		}
		this.out.println(text + String.format("; %,d values, %,d stops and starts, %,d overflows", this.values,
				this.restarts, this.overflows));
	}

}
