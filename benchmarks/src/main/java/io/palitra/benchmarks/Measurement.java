package io.palitra.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

import io.palitra.benchmarks.Results.Answer;
import io.palitra.benchmarks.Results.Row;

/**
 * Measures one scenario, round by round. A round is a JMH run of its own in which each
 * contender gets a JVM: a machine that becomes slower meanwhile does so for all of them.
 */
final class Measurement {

	private static final int WARMUPS = 2;

	static {
		// What JMH would find out by starting a JVM each time.
		System.setProperty("jmh.blackhole.mode", "COMPILER");
	}

	private final Plan plan;

	private final Scenario scenario;

	private final List<String> methods;

	private final String date = LocalDate.now().toString();

	private final Map<String, Map<Metric, List<Double>>> values = new LinkedHashMap<>();

	private double load;

	private int rounds;

	Measurement(Plan plan, Scenario scenario) {
		this.plan = plan;
		this.scenario = scenario;
		this.methods = scenario.methods().stream().filter(plan.contenders()).toList();
	}

	void run() throws IOException, InterruptedException {
		if (this.scenario.question() == Idle.class && this.rounds == this.plan.idles()) {
			return;
		}
		System.err.println(this.scenario.id() + ", round " + (this.rounds + 1));
		this.load = Math.max(this.load, ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
		if (this.scenario.question() == StartUp.class) {
			new StartUp().measure(this.plan.starts(), this::add);
		}
		else if (this.scenario.question() == InFlight.class) {
			InFlight.measure(this::add);
		}
		else {
			try (Hogs hogs = new Hogs(this.scenario.hogs())) {
				for (RunResult result : jmh()) {
					this.scenario.metrics().forEach((metric) -> add(method(result), metric, value(metric, result)));
				}
			}
		}
		this.rounds++;
	}

	private void add(String method, Metric metric, double value) {
		this.values.computeIfAbsent(method, (added) -> new EnumMap<>(Metric.class))
			.computeIfAbsent(metric, (added) -> new ArrayList<>())
			.add(value);
	}

	Answer answer() {
		List<Row> rows = new ArrayList<>();
		this.values.forEach((method, of) -> rows.add(row(method, of)));
		rows.sort(Comparator.comparing(Row::role));
		return new Answer(this.scenario.id(), setting(), this.date, this.load, rows);
	}

	private Row row(String method, Map<Metric, List<Double>> values) {
		Map<Metric, double[]> arrays = new EnumMap<>(Metric.class);
		values.forEach((metric, list) -> arrays.put(metric, list.stream().mapToDouble(Measurement::rounded).toArray()));
		Contender contender = this.scenario.contender(method);
		return new Row(method, contender.value(), contender.role(), arrays);
	}

	private Collection<RunResult> jmh() {
		ByteArrayOutputStream log = new ByteArrayOutputStream();
		PrintStream out = new PrintStream(log, true, StandardCharsets.UTF_8);
		try {
			return new Runner(options().build(), OutputFormatFactory.createFormatInstance(out, VerboseMode.NORMAL))
				.run();
		}
		catch (RunnerException ex) {
			throw new IllegalStateException(
					"Measuring " + this.scenario.id() + " has failed:\n" + log.toString(StandardCharsets.UTF_8), ex);
		}
	}

	private ChainedOptionsBuilder options() {
		String methods = this.methods.stream().collect(Collectors.joining("|", "(", ")"));
		ChainedOptionsBuilder options = new OptionsBuilder()
			.include("^" + this.scenario.question().getName() + "." + methods + "$")
			.threads(this.scenario.callers())
			.forks(1)
			// On a virtual machine the first use of a page of the heap costs more than
			// what is measured.
			.jvmArgs("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch")
			.timeout(TimeValue.minutes(1))
			.shouldFailOnError(true);
		this.scenario.params().forEach(options::param);
		if (this.scenario.virtual()) {
			options.jvmArgsAppend("-Djmh.executor=VIRTUAL");
		}
		if (this.scenario.question() == Idle.class) {
			return options.warmupIterations(0).measurementIterations(1);
		}
		return options.warmupIterations(WARMUPS)
			.warmupTime(time(this.plan.warmup()))
			.measurementIterations(this.plan.iterations())
			.measurementTime(time(this.plan.iteration()))
			.addProfiler(GCProfiler.class)
			.addProfiler(CpuProfiler.class);
	}

	/**
	 * Slow calls need more time to become as many.
	 */
	private TimeValue time(int millis) {
		return TimeValue.milliseconds(this.scenario.isSlow() ? 2L * millis : millis);
	}

	private String setting() {
		if (this.scenario.question() == StartUp.class) {
			return this.rounds * this.plan.starts() + " starts of each, in turn";
		}
		String forks = this.rounds + ((this.rounds == 1) ? " fork" : " forks");
		if (this.scenario.question() == Idle.class || this.scenario.question() == InFlight.class) {
			return forks;
		}
		return forks + " of " + this.plan.iterations() + " × " + time(this.plan.iteration()) + " after " + WARMUPS
				+ " × " + time(this.plan.warmup());
	}

	private double value(Metric metric, RunResult result) {
		return switch (metric) {
			case CALLS -> result.getPrimaryResult().getScore();
			case CPU -> secondary(result, CpuProfiler.MICROS_PER_CALL);
			case BYTES -> secondary(result, "gc.alloc.rate.norm");
			// Each caller makes its next request when the one before has been answered.
			case REQUESTS -> this.scenario.callers() * 1000 / result.getPrimaryResult().getScore();
			case P99 -> result.getPrimaryResult().getStatistics().getPercentile(99);
			case IDLE -> secondary(result, "micros") / 1000;
			default -> throw new IllegalArgumentException(metric + " is not measured by JMH");
		};
	}

	private static double secondary(RunResult result, String name) {
		return Objects.requireNonNull(result.getSecondaryResults().get(name), name).getScore();
	}

	private static String method(RunResult result) {
		String name = result.getParams().getBenchmark();
		return name.substring(name.lastIndexOf('.') + 1);
	}

	/**
	 * Leaves four digits, more than any of this is worth.
	 */
	private static double rounded(double value) {
		return Double.parseDouble(String.format(Locale.ROOT, "%.4g", value));
	}

}
