package io.palitra.benchmarks;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

import io.palitra.benchmarks.Contender.Role;
import io.palitra.benchmarks.Results.Answer;
import io.palitra.benchmarks.Results.Range;
import io.palitra.benchmarks.Results.Row;

/**
 * What palitra promises, and whether it was kept.
 *
 * @param what the promise
 * @param wanted the bound
 * @param measured what was measured
 * @param met whether that is within the bound
 * @param exact whether the same program always gives the same value, so that it is an
 * error to miss it
 */
record Target(String what, String wanted, String measured, boolean met, boolean exact) {

	/**
	 * Returns those targets for which there are results.
	 */
	static List<Target> of(Results results) {
		return Stream
			.of(aheadOf(results, "round-trip-1", "palitra", "jdk", 30), aheadOfAll(results, "round-trip-16", 3),
					aheadOfAll(results, "gather-100", 5),
					aheadOf(results, "round-trip-1", "palitraOnCaller", "kotlinInline", 1),
					aheadOf(results, "round-trip-16", "palitraOnCaller", "kotlinInline", 1),
					aheadOf(results, "hogs-1-round-trip-1", "palitraOnCaller", "kotlinInline", 1), neverWorse(results),
					bytes(results), cpu(results, "palitra", "jdk"), cpu(results, "palitraOnCaller", "inline"),
					idle(results), noWorse(results, "fan-out-16", Metric.REQUESTS),
					noWorse(results, "fan-out-16", Metric.P99), noWorse(results, "fan-out-200", Metric.REQUESTS),
					noWorse(results, "fan-out-200", Metric.P99), start(results), startAgain(results), threads(results))
			.flatMap(Optional::stream)
			.toList();
	}

	/**
	 * So many times the calls of the best peer.
	 */
	private static Optional<Target> aheadOfAll(Results results, String id, int times) {
		return results.answer(id)
			.flatMap((answer) -> palitra(answer).flatMap(
					(palitra) -> bestPeer(answer).map((peer) -> ahead(id, palitra, peer, times, "the best peer"))));
	}

	/**
	 * So many times the calls of a certain other one.
	 */
	private static Optional<Target> aheadOf(Results results, String id, String palitra, String other, int times) {
		return results.answer(id)
			.flatMap((answer) -> answer.row(palitra)
				.flatMap((left) -> answer.row(other).map((right) -> ahead(id, left, right, times, right.label()))));
	}

	private static Target ahead(String id, Row palitra, Row other, int times, String than) {
		Range ratio = palitra.dividedBy(other, Metric.CALLS);
		boolean met = ratio.median() >= times && !overlap(palitra, other, Metric.CALLS);
		return new Target(title(id, palitra), "≥ " + times + " × " + than, String.format(Locale.ROOT,
				"%.1f (%.1f–%.1f) × %s", ratio.median(), ratio.min(), ratio.max(), other.method()), met, false);
	}

	/**
	 * Names the setting of palitra, unless it is the default.
	 */
	private static String title(String id, Row palitra) {
		String title = Scenario.of(id).title();
		return (palitra.role() == Role.PALITRA) ? title : title + ", " + palitra.label();
	}

	/**
	 * To spin costs nowhere what it would not have cost to park, however many callers
	 * there are and whatever else the processors do.
	 */
	private static Optional<Target> neverWorse(Results results) {
		return results.answers()
			.stream()
			.filter((answer) -> Scenario.of(answer.id()).question() == RoundTrip.class)
			.flatMap((answer) -> palitra(answer)
				.flatMap((palitra) -> answer.row("palitraPark")
					.map((park) -> Map.entry(answer.id(), palitra.dividedBy(park, Metric.CALLS))))
				.stream())
			.min(Comparator.comparingDouble((entry) -> entry.getValue().median()))
			.map((worst) -> new Target("Round trip of a trivial task, the worst of all callers and busy processes",
					"≥ 0.95 × `PARK`",
					String.format(Locale.ROOT, "%.2f × (`%s`)", worst.getValue().median(), worst.getKey()),
					worst.getValue().median() >= 0.95, false));
	}

	private static Optional<Target> bytes(Results results) {
		return results.answer("round-trip-1")
			.flatMap((answer) -> palitra(answer).flatMap((palitra) -> answer.row(Role.TASK).map((task) -> {
				double beyond = median(palitra, Metric.BYTES) - median(task, Metric.BYTES);
				return new Target("Allocation per call beyond the task's own", "≤ 144 bytes",
						String.format(Locale.ROOT, "%.0f bytes", beyond), beyond < 144.5, true);
			})));
	}

	private static Optional<Target> cpu(Results results, String palitra, String other) {
		return results.answer("cpu-1ms")
			.flatMap((answer) -> answer.row(palitra).flatMap((left) -> answer.row(other).map((right) -> {
				Range ratio = left.dividedBy(right, Metric.CPU);
				return new Target(title("cpu-1ms", left), "≤ 1.1 × " + right.label(),
						String.format(Locale.ROOT, "%.2f (%.2f–%.2f) ×", ratio.median(), ratio.min(), ratio.max()),
						ratio.median() <= 1.1, false);
			})));
	}

	private static Optional<Target> idle(Results results) {
		return results.answer("idle").flatMap(Target::palitra).map((palitra) -> {
			double millis = median(palitra, Metric.IDLE);
			return new Target(Scenario.of("idle").title() + ", 10 s", "≤ 5 ms",
					String.format(Locale.ROOT, "%.2f ms", millis), millis <= 5, false);
		});
	}

	/**
	 * At least not shown to be worse than {@code Mono.zip(..).block(..)}.
	 */
	private static Optional<Target> noWorse(Results results, String id, Metric metric) {
		return results.answer(id)
			.flatMap((answer) -> palitra(answer).flatMap((palitra) -> answer.row("reactor").map((reactor) -> {
				Range ratio = palitra.dividedBy(reactor, metric);
				boolean better = metric.moreIsBetter() == (median(palitra, metric) > median(reactor, metric));
				boolean met = better || overlap(palitra, reactor, metric);
				return new Target(Scenario.of(id).title() + ": " + metric.label(),
						"no worse than `Mono.zip(…).block(…)`", String.format(Locale.ROOT, "%.2f ×", ratio.median()),
						met, false);
			})));
	}

	private static Optional<Target> start(Results results) {
		return startUp(results, Metric.START, (with, without) -> {
			// Pair by pair: what makes the machine slower for a while meets both.
			Range ratio = with.dividedBy(without, Metric.START);
			double more = percentMore(ratio.median());
			return new Target(Scenario.of("start-up").title(), "≤ 3 % longer", String.format(Locale.ROOT,
					"%.1f %% (%.1f–%.1f)", more, percentMore(ratio.min()), percentMore(ratio.max())), more <= 3, false);
		});
	}

	private static double percentMore(double ratio) {
		return 100 * (ratio - 1);
	}

	private static Optional<Target> startAgain(Results results) {
		return startUp(results, Metric.START_AGAIN, (with, without) -> {
			double millis = median(with, Metric.START_AGAIN) - median(without, Metric.START_AGAIN);
			return new Target(Scenario.of("start-up").title() + ", not the first of the JVM", "≤ 30 ms later",
					String.format(Locale.ROOT, "%.0f ms", millis), millis <= 30, false);
		});
	}

	private static Optional<Target> threads(Results results) {
		return startUp(results, Metric.THREADS, (with, without) -> {
			double threads = median(with, Metric.THREADS) - median(without, Metric.THREADS);
			return new Target("Threads of a Spring MVC application", "≤ 1 more",
					String.format(Locale.ROOT, "%.0f", threads), threads <= 1, false);
		});
	}

	private static Optional<Target> startUp(Results results, Metric metric, BiFunction<Row, Row, Target> target) {
		return results.answer("start-up")
			.flatMap((answer) -> palitra(answer).filter((with) -> with.range(metric).isPresent())
				.flatMap((with) -> answer.row("without").map((without) -> target.apply(with, without))));
	}

	static Optional<Row> palitra(Answer answer) {
		return answer.row(Role.PALITRA);
	}

	static Optional<Row> bestPeer(Answer answer) {
		return answer.rows()
			.stream()
			.filter((row) -> row.role() == Role.PEER)
			.max(Comparator.comparingDouble((row) -> median(row, Metric.CALLS)));
	}

	static boolean overlap(Row left, Row right, Metric metric) {
		return left.range(metric).orElseThrow().overlaps(right.range(metric).orElseThrow());
	}

	private static double median(Row row, Metric metric) {
		return row.range(metric).orElseThrow().median();
	}

}
