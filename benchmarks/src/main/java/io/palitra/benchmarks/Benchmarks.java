package io.palitra.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.palitra.benchmarks.Results.Environment;

/**
 * The program. See {@link #USAGE}.
 */
public final class Benchmarks {

	private static final String USAGE = """
			Usage: java -jar palitra-benchmarks.jar quick|short|long|report|list [options]

			  quick   round trip with 1 and 16 callers, a gather of 100 and bytes per call, against the JDK; under a minute
			  short   what the targets are about, against all peers; at most five minutes
			  long    everything, with several forks; about an hour
			  report  writes the page again from the data that is there
			  list    shows the scenarios

			  --only REGEX   only scenarios whose whole name matches; the others keep the data they have
			  --rounds N     how many JVMs for each contender, however long that takes
			  --out DIR      where data, page and plots go; benchmarks/target/NAME OF THE PLAN by default
			  --check        ends with 1 if a target is missed; without it, only if that for allocation is
			""";

	private Benchmarks() {
	}

	public static void main(String[] args) throws Exception {
		try {
			System.exit(run(new ArrayDeque<>(Arrays.asList(args))));
		}
		catch (IllegalArgumentException ex) {
			System.err.println(ex.getMessage() + "\n\n" + USAGE);
			System.exit(2);
		}
	}

	private static int run(Deque<String> args) throws IOException, InterruptedException {
		String command = next(args, "a command");
		Map<String, String> options = new HashMap<>();
		while (!args.isEmpty()) {
			String option = args.remove();
			switch (option) {
				case "--only", "--rounds", "--out" -> options.put(option, next(args, "the value of " + option));
				case "--check" -> options.put(option, "");
				default -> throw new IllegalArgumentException("There is no option \"" + option + "\"");
			}
		}
		Path directory = Path.of(options.getOrDefault("--out", "benchmarks/target/" + command));
		switch (command) {
			case "list" ->
				Scenario.ALL.forEach((scenario) -> System.out.println(scenario.id() + "\t" + scenario.title()));
			case "report" -> Report.write(directory);
			default -> {
				return measure(Plan.of(command), options, directory);
			}
		}
		return 0;
	}

	private static String next(Deque<String> args, String what) {
		if (args.isEmpty()) {
			throw new IllegalArgumentException("It takes " + what);
		}
		return args.remove();
	}

	private static int measure(Plan all, Map<String, String> options, Path directory)
			throws IOException, InterruptedException {
		Plan plan = all;
		if (options.containsKey("--only")) {
			plan = plan.only(options.get("--only"));
		}
		if (options.containsKey("--rounds")) {
			plan = plan.rounds(Integer.parseInt(options.get("--rounds")));
		}
		Plan selected = plan;
		Environment environment = Environment.current();
		Path file = Report.file(directory, environment.java());
		Results kept = kept(file, environment, options.containsKey("--only"));
		List<Measurement> measurements = Scenario.ALL.stream()
			.filter((scenario) -> selected.scenarios().test(scenario.id()) && scenario.isPossible())
			.map((scenario) -> new Measurement(selected, scenario))
			.toList();
		if (measurements.isEmpty()) {
			throw new IllegalArgumentException(
					"There is nothing to measure on Java " + environment.java() + "; \"list\" shows the scenarios");
		}
		Results measured = kept;
		long started = System.nanoTime();
		long spent = 0;
		// Another round would take about as long as those before.
		for (int round = 0; round < plan.rounds()
				&& spent + spent / Math.max(round, 1) <= plan.limit().toNanos(); round++) {
			for (Measurement measurement : measurements) {
				measurement.run();
			}
			measured = new Results(environment, measurements.stream().map(Measurement::answer).toList());
			measured.over(kept).write(file);
			spent = System.nanoTime() - started;
		}
		measured.answers().stream().map(Report::table).forEach(System.out::println);
		Report.write(directory);
		System.out.println(Report.targets(measured));
		System.out.println(Report.machine(environment));
		System.out.println(file + " and " + directory.resolve("benchmarks.md") + " have been written.");
		return Target.of(measured)
			.stream()
			.allMatch((target) -> target.met() || !(options.containsKey("--check") || target.exact())) ? 0 : 1;
	}

	private static Results kept(Path file, Environment environment, boolean keep) {
		Results none = new Results(environment, List.of());
		Results before = (keep && Files.exists(file)) ? Results.read(file) : none;
		return before.environment().equals(environment) ? before : none;
	}

}
