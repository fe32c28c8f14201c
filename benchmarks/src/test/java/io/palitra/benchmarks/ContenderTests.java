package io.palitra.benchmarks;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs every contender a few times. Each of them checks by itself that the task ran and
 * where; if not, it fails.
 */
class ContenderTests {

	static Stream<Scenario> scenarios() {
		return Stream.of("round-trip-1", "gather-10", "cpu-1ms", "fan-out-16", "http-interface-16").map(Scenario::of);
	}

	@ParameterizedTest
	@MethodSource("scenarios")
	void everyContenderDoesItsWork(Scenario scenario) throws RunnerException {
		OptionsBuilder options = new OptionsBuilder();
		options.include("^" + scenario.question().getName() + ".(" + String.join("|", scenario.methods()) + ")$")
			.mode(Mode.SingleShotTime)
			.forks(0)
			.threads(2)
			.warmupIterations(0)
			.measurementIterations(2)
			.shouldFailOnError(true)
			.verbosity(VerboseMode.SILENT);
		scenario.params().forEach(options::param);
		Collection<RunResult> results = new Runner(options.build()).run();
		assertThat(results).extracting((result) -> method(result.getParams().getBenchmark()))
			.containsExactlyInAnyOrderElementsOf(scenario.methods());
	}

	@ParameterizedTest
	@MethodSource("scenarios")
	void everyContenderHasARole(Scenario scenario) {
		List<Contender.Role> roles = scenario.methods()
			.stream()
			.map((method) -> scenario.contender(method).role())
			.toList();
		assertThat(roles).containsOnlyOnce(Contender.Role.PALITRA).contains(Contender.Role.PEER);
	}

	@Test
	void whoNeverWaitsIsLeftOutOnVirtualThreads() {
		assertThat(Scenario.of("round-trip-virtual-1").methods()).contains("palitra", "palitraPark")
			.doesNotContain("palitraOnCaller", "reactorInline", "task");
		assertThat(Scenario.ALL).filteredOn(Scenario::virtual)
			.allSatisfy((scenario) -> assertThat(scenario.methods())
				.isEqualTo(Scenario.of("round-trip-virtual-1").methods()));
	}

	@Test
	void callsInFlightAreMeasuredInAJvmOfTheirOwn() throws Exception {
		Map<Metric, Double> values = new EnumMap<>(Metric.class);
		InFlight.of(InFlight.thousand()).addTo((method, metric, value) -> values.put(metric, value), "thousand");
		assertThat(values).containsOnlyKeys(Scenario.of("in-flight").metrics());
		assertThat(values.values()).allSatisfy((value) -> assertThat(value).isPositive());
	}

	private static String method(String benchmark) {
		return benchmark.substring(benchmark.lastIndexOf('.') + 1);
	}

}
