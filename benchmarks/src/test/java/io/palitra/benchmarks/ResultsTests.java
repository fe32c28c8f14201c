package io.palitra.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.palitra.benchmarks.Contender.Role;
import io.palitra.benchmarks.Results.Answer;
import io.palitra.benchmarks.Results.Environment;
import io.palitra.benchmarks.Results.Range;
import io.palitra.benchmarks.Results.Row;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of what is made of measured values.
 */
class ResultsTests {

	private static final Environment ENVIRONMENT = new Environment(17, "a VM", "a machine", 2);

	@Test
	void rangeOfAnOddAndAnEvenNumberOfValues() {
		assertThat(Range.of(new double[] { 3, 1, 2 })).isEqualTo(new Range(1, 2, 3));
		assertThat(Range.of(new double[] { 4, 1, 2, 3 })).isEqualTo(new Range(1, 2.5, 4));
	}

	@Test
	void ratioIsThatOfValuesOfTheSameFork() {
		Row palitra = calls("palitra", Role.PALITRA, 10, 100);
		Row peer = calls("jdk", Role.PEER, 1, 10);
		assertThat(palitra.dividedBy(peer, Metric.CALLS)).isEqualTo(new Range(10, 10, 10));
	}

	@Test
	void noRatioIsShownWhereRangesOverlap() {
		assertThat(Report.table(
				answer("round-trip-1", calls("palitra", Role.PALITRA, 10, 20, 30), calls("jdk", Role.PEER, 1, 2, 10))))
			.contains("no difference shown");
		assertThat(Report.table(
				answer("round-trip-1", calls("palitra", Role.PALITRA, 10, 20, 30), calls("jdk", Role.PEER, 1, 2, 5))))
			.contains("| 10.00 (6.00–10.00) |")
			.doesNotContain("no difference shown");
	}

	@Test
	void whoDoesLessIsMarkedAndNeverTheBestPeer() {
		Answer answer = answer("round-trip-16", calls("palitra", Role.PALITRA, 100), calls("jdk", Role.PEER, 10),
				calls("inline", Role.LESS, 1000));
		assertThat(Report.table(answer)).contains("| inline † |");
		assertThat(Target.of(results(answer))).singleElement().satisfies((target) -> {
			assertThat(target.measured()).isEqualTo("10.0 (10.0–10.0) × jdk");
			assertThat(target.met()).isTrue();
		});
	}

	@Test
	void allocationOfTheTaskItselfIsNotCounted() {
		assertThat(Target
			.of(results(answer("round-trip-1", bytes("palitra", Role.PALITRA, 168), bytes("task", Role.TASK, 24)))))
			.singleElement()
			.satisfies((target) -> {
				assertThat(target.measured()).isEqualTo("144 bytes");
				assertThat(target.met()).isTrue();
				assertThat(target.exact()).isTrue();
			});
		assertThat(Target
			.of(results(answer("round-trip-1", bytes("palitra", Role.PALITRA, 176), bytes("task", Role.TASK, 24)))))
			.singleElement()
			.satisfies((target) -> assertThat(target.met()).isFalse());
	}

	@Test
	void spinningIsComparedWithParkingWhereItIsWorst() {
		assertThat(Target.of(results(
				answer("round-trip-4", calls("palitra", Role.PALITRA, 20), calls("palitraPark", Role.VARIANT, 10)),
				answer("hogs-2-round-trip-64", calls("palitra", Role.PALITRA, 9, 9),
						calls("palitraPark", Role.VARIANT, 10, 10)))))
			.singleElement()
			.satisfies((target) -> {
				assertThat(target.measured()).isEqualTo("0.90 × (`hogs-2-round-trip-64`)");
				assertThat(target.met()).isFalse();
			});
	}

	@Test
	void callerThatDoesTheWorkIsComparedWithAnotherThatDoes() {
		assertThat(Target.of(results(answer("round-trip-16", calls("palitraOnCaller", Role.LESS, 21, 22),
				calls("kotlinInline", Role.LESS, 10, 11)))))
			.singleElement()
			.satisfies((target) -> {
				assertThat(target.what()).endsWith("16 callers, palitraOnCaller");
				assertThat(target.measured()).isEqualTo("2.1 (2.0–2.1) × kotlinInline");
				assertThat(target.met()).isTrue();
			});
	}

	@Test
	void processorTimeIsComparedWithWhoLeavesTheWorkToTheSameThread() {
		List<Target> targets = Target.of(results(
				answer("cpu-1ms", cpu("palitra", Role.PALITRA, 54, 55), cpu("palitraOnCaller", Role.VARIANT, 24, 36),
						cpu("jdk", Role.PEER, 50, 50), cpu("inline", Role.LESS, 20, 30))));
		assertThat(targets).extracting(Target::measured).containsExactly("1.09 (1.08–1.10) ×", "1.20 (1.20–1.20) ×");
		assertThat(targets).extracting(Target::met).containsExactly(true, false);
	}

	@Test
	void startIsComparedByWhatWasMeasuredOfIt() {
		Answer answer = answer("start-up", start("with", Role.PALITRA, 3110, 3130),
				start("without", Role.PEER, 2999, 3019));
		assertThat(Target.of(results(answer))).singleElement().satisfies((target) -> {
			assertThat(target.measured()).isEqualTo("3.7 % (3.7–3.7)");
			assertThat(target.met()).isFalse();
		});
		assertThat(Report.table(answer)).contains("| with | 3120 (3110–3130) |\n");
	}

	@Test
	void resultsThatWereNotMeasuredAgainAreKept() {
		Results before = results(answer("gather-1", calls("palitra", Role.PALITRA, 1)),
				answer("round-trip-1", calls("palitra", Role.PALITRA, 1)));
		Results after = results(answer("round-trip-1", calls("palitra", Role.PALITRA, 2))).over(before);
		assertThat(after.answers()).extracting(Answer::id).containsExactly("round-trip-1", "gather-1");
		assertThat(after.answer("round-trip-1").orElseThrow().rows().get(0).values().get(Metric.CALLS))
			.containsExactly(2);
	}

	@Test
	void reportIsWrittenFromFiles(@TempDir Path directory) throws Exception {
		Results results = results(
				answer("round-trip-1", calls("palitra", Role.PALITRA, 100, 110), calls("jdk", Role.PEER, 10, 11)),
				answer("round-trip-16", calls("palitra", Role.PALITRA, 300, 310), calls("jdk", Role.PEER, 9, 12)));
		Path file = Report.file(directory, 17);
		results.write(file);
		assertThat(Results.read(file)).usingRecursiveComparison().isEqualTo(results);
		Report.write(directory);
		String page = Files.readString(directory.resolve("benchmarks.md"));
		assertThat(page).contains("## Java 17", "(benchmarks/round-trip-jdk-17.svg)", "a machine, 2 processors")
			.doesNotContain("virtual-jdk-17.svg");
		assertThatXmlIsWellFormed(directory.resolve("benchmarks/round-trip-jdk-17.svg"));
	}

	private static void assertThatXmlIsWellFormed(Path file) throws Exception {
		assertThat(DocumentBuilderFactory.newInstance()
			.newDocumentBuilder()
			.parse(file.toFile())
			.getElementsByTagName("polyline")
			.getLength()).isEqualTo(2);
	}

	private static Results results(Answer... answers) {
		return new Results(ENVIRONMENT, List.of(answers));
	}

	private static Answer answer(String id, Row... rows) {
		return new Answer(id, "so", "2026-11-25", 1, List.of(rows));
	}

	private static Row calls(String method, Role role, double... values) {
		double[] none = new double[values.length];
		return new Row(method, method, role, Map.of(Metric.CALLS, values, Metric.CPU, none));
	}

	/**
	 * As in data from before there were other metrics of a start.
	 */
	private static Row start(String method, Role role, double... values) {
		return new Row(method, method, role, Map.of(Metric.START, values));
	}

	private static Row cpu(String method, Role role, double... values) {
		return new Row(method, method, role, Map.of(Metric.CPU, values));
	}

	private static Row bytes(String method, Role role, double value) {
		return new Row(method, method, role,
				Map.of(Metric.CALLS, new double[] { 1 }, Metric.BYTES, new double[] { value }));
	}

}
