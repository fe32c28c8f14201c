package io.palitra.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.palitra.benchmarks.Contender.Role;
import io.palitra.benchmarks.Results.Answer;
import io.palitra.benchmarks.Results.Environment;
import io.palitra.benchmarks.Results.Range;
import io.palitra.benchmarks.Results.Row;

/**
 * Writes results as Markdown, with plots.
 */
final class Report {

	private static final String FOLDER = "benchmarks";

	private Report() {
	}

	/**
	 * Returns where the results of one Java version are kept.
	 */
	static Path file(Path directory, int java) {
		return directory.resolve(FOLDER).resolve("jdk-" + java + ".json");
	}

	/**
	 * Writes {@code benchmarks.md} and its plots from all the results that are kept.
	 */
	static void write(Path directory) throws IOException {
		List<Results> all;
		try (Stream<Path> files = Files.list(directory.resolve(FOLDER))) {
			all = files.filter((file) -> file.toString().endsWith(".json"))
				.map(Results::read)
				.sorted(Comparator.comparingInt((results) -> results.environment().java()))
				.toList();
		}
		StringBuilder text = new StringBuilder(HEADER);
		for (Results results : all) {
			text.append("\n## Java ").append(results.environment().java()).append("\n\n");
			text.append(machine(results.environment())).append("\n\n").append(targets(results));
			text.append(plots(directory.resolve(FOLDER), results));
			for (Answer answer : results.answers()) {
				text.append('\n').append(table(answer));
			}
		}
		Files.writeString(directory.resolve("benchmarks.md"), text);
	}

	static String machine(Environment environment) {
		return environment.machine() + ", " + environment.processors() + " processors; " + environment.vm() + ".";
	}

	/**
	 * Returns a table of what was promised, an empty text if nothing of it was measured.
	 */
	static String targets(Results results) {
		List<Target> targets = Target.of(results);
		return targets.isEmpty() ? "" : targets.stream()
			.map((target) -> "| " + target.what() + " | " + target.wanted() + " | " + target.measured() + " | "
					+ (target.met() ? "met" : "**missed**") + " |\n")
			.collect(Collectors.joining("", "| target | wanted | measured | |\n| --- | --- | --- | --- |\n", ""));
	}

	static String table(Answer answer) {
		Scenario scenario = Scenario.of(answer.id());
		StringBuilder text = new StringBuilder("### " + scenario.title() + "\n\n");
		List<Metric> metrics = scenario.metrics()
			.stream()
			.filter((metric) -> answer.rows().stream().anyMatch((row) -> row.range(metric).isPresent()))
			.toList();
		List<Metric> compared = scenario.metrics().subList(0, scenario.compared());
		text.append("| |");
		metrics.forEach((metric) -> text.append(' ').append(metric.label()).append(" |"));
		compared.forEach((metric) -> text.append(" palitra ÷ it, ").append(metric.label()).append(" |"));
		text.append("\n| --- |").append(" ---: |".repeat(metrics.size() + compared.size())).append('\n');
		Optional<Row> palitra = answer.row(Role.PALITRA);
		for (Row row : answer.rows()) {
			text.append("| ").append(row.label()).append((row.role() == Role.LESS) ? " † |" : " |");
			for (Metric metric : metrics) {
				text.append(' ')
					.append(row.range(metric).map((range) -> range(range, metric::format)).orElse(""))
					.append(" |");
			}
			for (Metric metric : compared) {
				text.append(' ')
					.append(palitra.filter((own) -> row.role() != Role.PALITRA && row.role() != Role.TASK)
						.map((own) -> comparison(own, row, metric))
						.orElse(""))
					.append(" |");
			}
			text.append('\n');
		}
		return text.append("\n")
			.append(answer.setting())
			.append("; ")
			.append(answer.date())
			.append(String.format(Locale.ROOT, ", load up to %.1f.%n", answer.load()))
			.toString();
	}

	private static String comparison(Row palitra, Row other, Metric metric) {
		if (Target.overlap(palitra, other, metric)) {
			return "no difference shown";
		}
		String ratio = range(palitra.dividedBy(other, metric), Report::ratio);
		return (palitra.forks() > 1) ? ratio : ratio + " (one fork)";
	}

	private static String ratio(double ratio) {
		return (ratio < 0.01) ? "< 0.01" : String.format(Locale.ROOT, "%.2f", ratio);
	}

	private static String range(Range range, Function<Double, String> format) {
		String median = format.apply(range.median());
		String min = format.apply(range.min());
		String max = format.apply(range.max());
		return min.equals(max) ? median : median + " (" + min + "–" + max + ")";
	}

	private static String plots(Path folder, Results results) throws IOException {
		String suffix = "-jdk-" + results.environment().java() + ".svg";
		StringBuilder text = new StringBuilder();
		for (Map.Entry<String, String> plot : PLOTS.entrySet()) {
			List<Plot.Series> series = series(results, plot.getKey());
			if (!series.isEmpty()) {
				String name = plot.getKey().substring(0, plot.getKey().length() - 1) + suffix;
				Files.writeString(folder.resolve(name), new Plot(plot.getValue(), "calls per second", series).svg());
				text.append("\n![")
					.append(plot.getValue())
					.append("](")
					.append(FOLDER)
					.append('/')
					.append(name)
					.append(")\n");
			}
		}
		return text.toString();
	}

	/**
	 * Returns a line for each contender through the scenarios whose names are a prefix
	 * and a number.
	 */
	private static List<Plot.Series> series(Results results, String prefix) {
		Map<String, List<Plot.Point>> points = new LinkedHashMap<>();
		for (Answer answer : results.answers()) {
			if (answer.id().matches(prefix + "\\d+")) {
				double x = Double.parseDouble(answer.id().substring(prefix.length()));
				for (Row row : answer.rows()) {
					if (row.role() != Role.TASK) {
						String name = row.method() + ((row.role() == Role.LESS) ? " †" : "");
						points.computeIfAbsent(name, (added) -> new ArrayList<>())
							.add(new Plot.Point(x, row.range(Metric.CALLS).orElseThrow()));
					}
				}
			}
		}
		return points.entrySet()
			.stream()
			.filter((entry) -> entry.getValue().size() > 1)
			.map((entry) -> new Plot.Series(entry.getKey(), entry.getValue()))
			.toList();
	}

	private static final Map<String, String> PLOTS = new TreeMap<>(Map.of("round-trip-", "Round trips, by callers",
			"round-trip-virtual-", "Round trips, by virtual callers", "gather-", "Gathering, by number of tasks"));

	private static final String HEADER = """
			# Benchmarks

			Measured by the module `benchmarks`, which wrote this page and its plots from the data beside them
			([`benchmarks/`](benchmarks)).

			```
			./mvnw -B -q -DskipTests -pl benchmarks -am package
			java -jar benchmarks/target/palitra-benchmarks.jar short
			```

			`short` takes at most five minutes, and `long` everything and about an hour. Most of this page comes from
			`short --rounds 3 --out docs/evidence` on each JDK. What `short` leaves out, as round trips beside busy processes,
			comes from `short --only 'hogs-.*' --rounds 2 --out docs/evidence` and the like; `list` has the names.

			With `--only` a part is measured again, and the others keep the data they have: below each table is when, and with
			how many forks, that is JVMs for each contender.

			Each contender is written as its own users would write it, with a limit on the time that the caller waits. Every
			call checks that the task ran, and where. A contender gets JVMs of its own; these take turns, so that a machine
			that becomes slower does so for all of them. A value is the median over the JVMs, with the least and the greatest
			in parentheses. *palitra ÷ it* is computed JVM by JVM within each turn; where the ranges of the two overlap, no
			difference has been shown. Calls per second are those of all callers together; processor time is that of the
			whole process but for the compilers of the JVM. Tables of *2 × …* iterations lack, in the second one, what threads
			have used that ended with it: processor time is up to a half too low there. *ms to start again* is the middle one
			of nine further starts in the same JVM, which has loaded all classes by then.

			† does less: the caller does the work itself, there is no hand-off to another thread.
			""";

}
