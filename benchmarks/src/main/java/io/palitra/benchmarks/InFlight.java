package io.palitra.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunnerSnapshot;

/**
 * What do many calls in flight cost, and what does it cost to look at them and to end
 * them? Each answer comes from a JVM of its own with a heap of 512 MB.
 */
public final class InFlight {

	private static final int CALLS_BEFORE = 20_000;

	private static final int LOOKS = 9;

	/**
	 * Beyond this, what shows all does not fit into the heap beside them.
	 */
	private static final int MOST_SHOWN = 100_000;

	private InFlight() {
	}

	@Contender("1,000 calls")
	static int thousand() {
		return 1_000;
	}

	@Contender("10,000 calls")
	static int tenThousand() {
		return 10_000;
	}

	@Contender("100,000 calls")
	static int hundredThousand() {
		return 100_000;
	}

	@Contender("1,000,000 calls")
	static int million() {
		return 1_000_000;
	}

	static void measure(Values values) throws IOException, InterruptedException {
		of(thousand()).addTo(values, "thousand");
		of(tenThousand()).addTo(values, "tenThousand");
		of(hundredThousand()).addTo(values, "hundredThousand");
		of(million()).addTo(values, "million");
	}

	/**
	 * Measures so many calls.
	 */
	static Costs of(int calls) throws IOException, InterruptedException {
		Process process = Jvm
			.with(List.of("-Xms512m", "-Xmx512m", "-cp", System.getProperty("java.class.path"),
					InFlight.class.getName(), Integer.toString(calls)))
			.start();
		try (BufferedReader output = process.inputReader()) {
			String line = output.readLine();
			if (process.waitFor() != 0 || line == null) {
				throw new IllegalStateException(calls + " calls have ended with " + process.exitValue());
			}
			return Costs.of(line);
		}
	}

	public static void main(String[] args) {
		int count = Integer.parseInt(args[0]);
		costs(CALLS_BEFORE);
		System.out.println(costs(count).toLine());
	}

	private static Costs costs(int count) {
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.builder().shutdownGrace(Duration.ZERO).build()) {
			long before = used();
			long since = System.nanoTime();
			for (int i = 0; i < count; i++) {
				runner.submit(CompletableFuture<Object>::new);
			}
			runner.run(Trivial::start);
			double submit = (System.nanoTime() - since) / 1e3 / count;
			double bytes = (used() - before) / (double) count;
			double counters = middle(() -> runner.snapshot(0));
			double oldest = middle(() -> runner.snapshot(100));
			double all = (count <= MOST_SHOWN) ? middle(runner::snapshot) : Double.NaN;
			if (runner.snapshot(0).active() != count) {
				throw new IllegalStateException(runner.snapshot(0) + " instead of " + count + " calls");
			}
			since = System.nanoTime();
			runner.close();
			double close = (System.nanoTime() - since) / 1e6;
			if (runner.snapshot(0).active() + runner.snapshot(0).pending() != 0) {
				throw new IllegalStateException(runner.snapshot(0) + " of a closed runner");
			}
			return new Costs(submit, bytes, counters, oldest, all / 1e3, close);
		}
	}

	/**
	 * Returns how many microseconds the middle one of some looks has taken.
	 */
	private static double middle(Supplier<RunnerSnapshot> look) {
		long[] nanos = new long[LOOKS];
		for (int i = 0; i < LOOKS; i++) {
			long since = System.nanoTime();
			look.get();
			nanos[i] = System.nanoTime() - since;
		}
		Arrays.sort(nanos);
		return nanos[LOOKS / 2] / 1e3;
	}

	private static long used() {
		for (int i = 0; i < 3; i++) {
			System.gc();
		}
		return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
	}

	/**
	 * What some calls in flight have cost.
	 *
	 * @param submit microseconds to submit one
	 * @param bytes of the heap for one
	 * @param counters microseconds to read the counters, as a meter does
	 * @param oldest microseconds to look at the oldest hundred, as the endpoint does
	 * @param all milliseconds to look at all, not a number where that was not tried
	 * @param close milliseconds to close the runner, which cancels all
	 */
	record Costs(double submit, double bytes, double counters, double oldest, double all, double close) {

		static Costs of(String line) {
			double[] values = Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray();
			return new Costs(values[0], values[1], values[2], values[3], values[4], values[5]);
		}

		String toLine() {
			return this.submit + " " + this.bytes + " " + this.counters + " " + this.oldest + " " + this.all + " "
					+ this.close;
		}

		void addTo(Values values, String method) {
			values.add(method, Metric.SUBMIT, this.submit);
			values.add(method, Metric.HEAP, this.bytes);
			values.add(method, Metric.COUNTERS, this.counters);
			values.add(method, Metric.OLDEST, this.oldest);
			if (!Double.isNaN(this.all)) {
				values.add(method, Metric.ALL, this.all);
			}
			values.add(method, Metric.CLOSE, this.close);
		}

	}

}
