package io.palitra.benchmarks;

import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * How much to measure.
 *
 * @param forks how many JVMs measure each contender, one after the other with the others
 * in between
 * @param warmup how long an iteration lasts that does not count, in milliseconds; there
 * are two
 * @param iterations how many iterations count
 * @param iteration how long one of these lasts, in milliseconds
 * @param starts how often an application is started with palitra and without
 * @param scenarios which scenarios
 * @param contenders which contenders
 */
record Plan(int forks, int warmup, int iterations, int iteration, int starts, Predicate<String> scenarios,
		Predicate<String> contenders) {

	static Plan of(String name) {
		return switch (name) {
			case "quick" -> new Plan(2, 750, 2, 300, 3, matching("round-trip-1|round-trip-16|gather-100"),
					matching("palitra|palitraPark|jdk|task"));
			case "short" -> new Plan(3, 750, 2, 250, 5,
					matching("round-trip-1|round-trip-16|gather-100|cpu-1ms|idle|fan-out-16|start-up"), matching(".*"));
			case "long" -> new Plan(5, 1000, 4, 500, 30, matching(".*"), matching(".*"));
			default ->
				throw new IllegalArgumentException("There is no plan \"" + name + "\", only quick, short and long");
		};
	}

	/**
	 * Returns this plan with other scenarios.
	 */
	Plan only(String scenarios) {
		return new Plan(this.forks, this.warmup, this.iterations, this.iteration, this.starts, matching(scenarios),
				this.contenders);
	}

	/**
	 * Returns this plan with another number of forks.
	 */
	Plan forks(int forks) {
		if (forks < 1) {
			throw new IllegalArgumentException("--forks is " + forks + ", where it must be 1 or more");
		}
		return new Plan(forks, this.warmup, this.iterations, this.iteration, this.starts, this.scenarios,
				this.contenders);
	}

	private static Predicate<String> matching(String regex) {
		return Pattern.compile(regex).asMatchPredicate();
	}

}
