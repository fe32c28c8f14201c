package io.palitra.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import io.palitra.benchmarks.Contender.Role;

/**
 * What has been measured with one JDK, as it is kept in a file.
 *
 * @param environment where
 * @param answers the answers, one for each scenario
 */
record Results(Environment environment, List<Answer> answers) {

	private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

	static Results read(Path file) {
		return JSON.readValue(file.toFile(), Results.class);
	}

	void write(Path file) throws IOException {
		Files.createDirectories(file.getParent());
		Files.writeString(file, JSON.writeValueAsString(this) + "\n");
	}

	Optional<Answer> answer(String id) {
		return this.answers.stream().filter((answer) -> answer.id().equals(id)).findFirst();
	}

	/**
	 * Returns these results, with those others that they do not have.
	 */
	Results over(Results others) {
		List<String> own = this.answers.stream().map(Answer::id).toList();
		Stream<Answer> kept = others.answers.stream().filter((answer) -> !own.contains(answer.id()));
		return new Results(this.environment, Stream.concat(this.answers.stream(), kept).sorted().toList());
	}

	/**
	 * Where something was measured.
	 */
	record Environment(int java, String vm, String machine, int processors) {

		static Environment current() {
			return new Environment(Runtime.version().feature(),
					System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"), model(),
					Runtime.getRuntime().availableProcessors());
		}

		private static String model() {
			String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
			try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
				return lines.filter((line) -> line.startsWith("model name"))
					.map((line) -> line.substring(line.indexOf(':') + 1).strip() + ", " + system)
					.findFirst()
					.orElse(system);
			}
			catch (IOException ex) {
				// Not on Linux: there is no more to say.
				return system;
			}
		}

	}

	/**
	 * What was measured in one scenario.
	 *
	 * @param id the scenario
	 * @param setting how it was measured
	 * @param date when
	 * @param load how many threads wanted a processor in the minute before, at most
	 * @param rows one for each contender
	 */
	record Answer(String id, String setting, String date, double load, List<Row> rows) implements Comparable<Answer> {

		Optional<Row> row(Role role) {
			return this.rows.stream().filter((row) -> row.role() == role).findFirst();
		}

		Optional<Row> row(String method) {
			return this.rows.stream().filter((row) -> row.method().equals(method)).findFirst();
		}

		@Override
		public int compareTo(Answer other) {
			return Integer.compare(Scenario.of(this.id).ordinal(), Scenario.of(other.id).ordinal());
		}

	}

	/**
	 * What was measured of one contender.
	 *
	 * @param method the benchmark's method
	 * @param label the contender's name
	 * @param role its role
	 * @param values the values, one for each fork
	 */
	record Row(String method, String label, Role role, Map<Metric, double[]> values) {

		int forks() {
			return this.values.values().stream().mapToInt((array) -> array.length).max().orElse(0);
		}

		Optional<Range> range(Metric metric) {
			return Optional.ofNullable(this.values.get(metric)).map(Range::of);
		}

		/**
		 * Returns this contender's values divided by another's, fork by fork.
		 */
		Range dividedBy(Row other, Metric metric) {
			double[] own = all(metric);
			double[] others = other.all(metric);
			double[] ratios = new double[own.length];
			Arrays.setAll(ratios, (fork) -> own[fork] / others[fork]);
			return Range.of(ratios);
		}

		private double[] all(Metric metric) {
			return Objects.requireNonNull(this.values.get(metric), () -> this.method + " has no " + metric);
		}

	}

	/**
	 * Least, middle and greatest of some values.
	 */
	record Range(double min, double median, double max) {

		static Range of(double[] values) {
			double[] sorted = values.clone();
			Arrays.sort(sorted);
			double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
			return new Range(sorted[0], median, sorted[sorted.length - 1]);
		}

		boolean overlaps(Range other) {
			return this.min <= other.max && other.min <= this.max;
		}

	}

}
