package io.palitra.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One question, asked under certain circumstances.
 *
 * @param id its name on the command line and in the files
 * @param title its name in the reports
 * @param question the class with the contenders
 * @param params its parameters
 * @param callers how many threads call at the same time
 * @param virtual whether these are virtual threads
 * @param hogs how many other processes keep a processor busy each
 * @param metrics what is measured; palitra is compared with the others in the first ones
 * @param compared how many that are
 */
record Scenario(String id, String title, Class<?> question, Map<String, String> params, int callers, boolean virtual,
		int hogs, List<Metric> metrics, int compared) {

	static final List<Scenario> ALL = Stream
		.of(roundTrips(false), roundTrips(true), roundTripsBesideHogs(false, 1, 4, 16, 64),
				roundTripsBesideHogs(true, 1, 16), gathers(),
				Stream.of(
						new Scenario("cpu-1ms", "Processor time of a call whose work takes 1 ms", CpuPerCall.class,
								Map.of(), 1, false, 0, List.of(Metric.CPU, Metric.CALLS), 1),
						new Scenario("idle", "Processor time of an idle runner", Idle.class, Map.of(), 1, false, 0,
								List.of(Metric.IDLE), 0),
						fanOut(16), fanOut(200), httpInterface(1), httpInterface(16),
						new Scenario("in-flight", "Calls that were submitted and are in flight", InFlight.class,
								Map.of(), 1, false, 0,
								List.of(Metric.SUBMIT, Metric.HEAP, Metric.COUNTERS, Metric.OLDEST, Metric.ALL,
										Metric.CLOSE),
								0),
						new Scenario("start-up", "Start of a Spring MVC application", StartUp.class, Map.of(), 1, false,
								0, List.of(Metric.START, Metric.START_AGAIN, Metric.THREADS, Metric.CACHED), 0)))
		.flatMap((scenarios) -> scenarios)
		.toList();

	private static Stream<Scenario> roundTrips(boolean virtual) {
		return Stream.of(1, 2, 4, 16, 64)
			.map((callers) -> new Scenario("round-trip-" + (virtual ? "virtual-" : "") + callers,
					"Round trip of a trivial task, " + callers(callers, virtual), RoundTrip.class, Map.of(), callers,
					virtual, 0,
					virtual ? List.of(Metric.CALLS, Metric.CPU) : List.of(Metric.CALLS, Metric.CPU, Metric.BYTES), 1));
	}

	private static Stream<Scenario> roundTripsBesideHogs(boolean virtual, Integer... callers) {
		return Stream.of(1, 2, 4)
			.flatMap((hogs) -> Stream.of(callers)
				.map((count) -> new Scenario("hogs-" + hogs + "-round-trip-" + (virtual ? "virtual-" : "") + count,
						"Round trip of a trivial task, " + callers(count, virtual) + ", beside "
								+ ((hogs == 1) ? "a process that keeps a processor busy"
										: hogs + " processes that keep a processor busy each"),
						RoundTrip.class, Map.of(), count, virtual, hogs, List.of(Metric.CALLS, Metric.CPU), 1)));
	}

	private static Stream<Scenario> gathers() {
		return Stream.of("1", "10", "100", "1000")
			.map((size) -> new Scenario("gather-" + size, "Gathering " + size + " trivial tasks, 1 caller",
					Gather.class, Map.of("size", size), 1, false, 0, List.of(Metric.CALLS, Metric.CPU, Metric.BYTES),
					1));
	}

	private static Scenario fanOut(int callers) {
		return new Scenario("fan-out-" + callers, "HTTP requests to three upstreams of 20 ms, " + callers + " callers",
				FanOut.class, Map.of(), callers, false, 0, List.of(Metric.REQUESTS, Metric.P99, Metric.CPU), 2);
	}

	private static Scenario httpInterface(int callers) {
		return new Scenario("http-interface-" + callers,
				"Blocking method of an HTTP interface, " + callers(callers, false), HttpInterface.class, Map.of(),
				callers, false, 0, List.of(Metric.REQUESTS, Metric.CPU), 2);
	}

	private static String callers(int callers, boolean virtual) {
		return callers + (virtual ? " virtual" : "") + ((callers == 1) ? " caller" : " callers");
	}

	static Scenario of(String id) {
		return ALL.stream()
			.filter((scenario) -> scenario.id.equals(id))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException(
					"There is no scenario \"" + id + "\", only " + ALL.stream().map(Scenario::id).toList()));
	}

	int ordinal() {
		return ALL.indexOf(this);
	}

	/**
	 * Whether this JVM has what it takes.
	 */
	boolean isPossible() {
		return !this.virtual || Runtime.version().feature() >= 21;
	}

	/**
	 * Whether a call takes so long that an iteration needs more time to see enough of
	 * them.
	 */
	boolean isSlow() {
		return this.question == CpuPerCall.class || this.question == FanOut.class
				|| this.question == HttpInterface.class;
	}

	/**
	 * Returns the contenders that this JVM can run. On virtual threads, those who do not
	 * wait for another thread would not even let JMH have the processors.
	 */
	List<String> methods() {
		return Arrays.stream(this.question.getDeclaredMethods())
			.filter((method) -> method.isAnnotationPresent(Contender.class))
			.filter((method) -> method.getAnnotation(Contender.class).since() <= Runtime.version().feature())
			.filter((method) -> !this.virtual || method.getAnnotation(Contender.class).role().waits())
			.map((method) -> method.getName())
			.sorted()
			.toList();
	}

	Contender contender(String name) {
		return Arrays.stream(this.question.getDeclaredMethods())
			.filter((method) -> method.getName().equals(name))
			.map((method) -> method.getAnnotation(Contender.class))
			.findFirst()
			.orElseThrow();
	}

}
