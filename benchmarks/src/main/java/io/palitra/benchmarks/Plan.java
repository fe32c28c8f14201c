package io.palitra.benchmarks;

import java.time.Duration;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * How much to measure.
 *
 * @param rounds how many rounds there are; in each, every contender of every scenario
 * gets a JVM
 * @param limit how long it may take at most; there are fewer rounds if they would take
 * longer
 * @param warmup how long an iteration lasts that does not count, in milliseconds; there
 * are two
 * @param iterations how many iterations count, two or more; processor time is not that of
 * the last
 * @param iteration how long one of these lasts, in milliseconds
 * @param starts how often a round starts an application with palitra and without
 * @param idles in how many rounds something is measured that takes its time because
 * nothing happens in it
 * @param scenarios which scenarios
 * @param contenders which contenders
 */
record Plan(int rounds, Duration limit, int warmup, int iterations, int iteration, int starts, int idles,
		Predicate<String> scenarios, Predicate<String> contenders) {

	static Plan of(String name) {
		return switch (name) {
			case "quick" -> new Plan(2, Duration.ofMinutes(1), 1000, 3, 300, 1, 1,
					matching("round-trip-1|round-trip-16|gather-100"), matching("palitra|palitraPark|jdk|task"));
			case "short" -> new Plan(3, Duration.ofMinutes(5), 1000, 3, 250, 2, 1, matching(
					"round-trip-1|round-trip-16|gather-100|cpu-1ms|idle|fan-out-16|http-interface-16|in-flight|start-up"),
					matching(".*"));
			case "long" -> new Plan(5, Duration.ofHours(3), 1000, 4, 500, 6, 5, matching(".*"), matching(".*"));
			default ->
				throw new IllegalArgumentException("There is no plan \"" + name + "\", only quick, short and long");
		};
	}

	/**
	 * Returns this plan with other scenarios.
	 */
	Plan only(String scenarios) {
		return new Plan(this.rounds, this.limit, this.warmup, this.iterations, this.iteration, this.starts, this.idles,
				matching(scenarios), this.contenders);
	}

	/**
	 * Returns this plan with another number of rounds, however long they take.
	 */
	Plan rounds(int rounds) {
		if (rounds < 1) {
			throw new IllegalArgumentException("--rounds is " + rounds + ", where it must be 1 or more");
		}
		return new Plan(rounds, Duration.ofDays(1), this.warmup, this.iterations, this.iteration, this.starts, rounds,
				this.scenarios, this.contenders);
	}

	private static Predicate<String> matching(String regex) {
		return Pattern.compile(regex).asMatchPredicate();
	}

}
