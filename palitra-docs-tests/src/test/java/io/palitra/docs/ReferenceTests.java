package io.palitra.docs;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import io.palitra.EventLoopThreadRunner;
import io.palitra.spring.boot.autoconfigure.EventLoopThreadRunnerCustomizer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The references are what the metadata has, and what a running application registers.
 */
class ReferenceTests {

	private static final Pattern METER = Pattern.compile("palitra_\\w+");

	private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");

	private static final Pattern EXPLAINED = Pattern.compile("(?m)^\\| `(Palitra\\w+)` \\|");

	@Test
	void properties() throws IOException {
		Map<String, Map<String, Object>> hints = new TreeMap<>();
		entries("hints").forEach((hint) -> hints.put((String) hint.get("name"), hint));
		List<String> expected = new ArrayList<>(List.of("# Properties", "", generated(),
				"All properties that the starter knows. Durations are written with their unit, such as `500ms` or `2m`. "
						+ "`palitra.runners.<name>`",
				"has all properties of `palitra.runner` and inherits from it what it does not set; "
						+ "`palitra.http.groups.<group>` has `runner`",
				"and `timeout`, which [HTTP interfaces](../guide/http-interfaces.md) tells of.", "",
				"| property | type | default | |", "|---|---|---|---|"));
		entries("properties").stream()
			.sorted(Comparator.comparing((property) -> (String) property.get("name")))
			.forEach((property) -> expected.add(row(property, hints.get(property.get("name")))));
		reference("properties.md").assertGenerated(expected);
	}

	private static String row(Map<String, Object> property, Map<String, Object> hint) {
		Object defaultValue = property.get("defaultValue");
		StringBuilder description = new StringBuilder((String) property.get("description"));
		if (hint != null) {
			((List<?>) hint.get("values")).stream()
				.map((value) -> (Map<?, ?>) value)
				.filter((value) -> value.containsKey("description"))
				.forEach((value) -> description.append(" `")
					.append(value.get("value"))
					.append("`: ")
					.append(value.get("description")));
		}
		return "| `" + property.get("name") + "` | " + type((String) property.get("type")) + " | "
				+ ((defaultValue != null) ? "`" + defaultValue + "`" : "") + " | " + description + " |";
	}

	private static String type(String type) {
		String raw = type.replaceAll("<.*", "");
		return raw.substring(Math.max(raw.lastIndexOf('.'), raw.lastIndexOf('$')) + 1);
	}

	private static List<Map<String, Object>> entries(String section) throws IOException {
		URL module = EventLoopThreadRunnerCustomizer.class.getProtectionDomain().getCodeSource().getLocation();
		String base = module.toString().endsWith("/") ? module.toString() : "jar:" + module + "!/";
		try (InputStream metadata = new URL(base + "META-INF/spring-configuration-metadata.json").openStream()) {
			@SuppressWarnings("unchecked")
			List<Map<String, Object>> entries = (List<Map<String, Object>>) JsonParserFactory.getJsonParser()
				.parseMap(new String(metadata.readAllBytes(), StandardCharsets.UTF_8))
				.get(section);
			return entries;
		}
	}

	@Test
	void meters() {
		try (ConfigurableApplicationContext context = application("--palitra.runner.max-in-flight=64")) {
			List<String> expected = new ArrayList<>(List.of("# Meters", "", generated(),
					"All meters of an application with the starter, the actuator and a Prometheus registry. What is normal and what "
							+ "to be",
					"alerted of is in [Operating](../guide/operating.md). Names of tasks and threads are never tags.",
					"",
					"`palitra.runner.limit` and `palitra.runner.permits` are there for runners with `max-in-flight`. `palitra.run` "
							+ "and",
					"`palitra.run.active` are Spring Boot's, of the observation that is there for traces; "
							+ "`management.metrics.enable.palitra.run=false`",
					"leaves these two out.", "", "| meter | type | unit | tags | in Prometheus | |",
					"|---|---|---|---|---|---|"));
			PrometheusMeterRegistry registry = context.getBean(PrometheusMeterRegistry.class);
			Map<String, List<Meter>> meters = registry.getMeters()
				.stream()
				.filter((meter) -> meter.getId().getName().startsWith("palitra."))
				.collect(Collectors.groupingBy((meter) -> meter.getId().getName(), TreeMap::new, Collectors.toList()));
			meters.forEach((name, same) -> expected.add(row(registry, name, same)));
			expected.addAll(List.of("", "## Which calls are timed", "",
					"The two timers, `palitra.runner.run` and `palitra.runner.queue`, know the calls of auto-configured runners, "
							+ "from the end of the",
					"application's start on; the counters know all calls. A runner that you build with the injected "
							+ "`EventLoopThreadRunner.Builder` is",
					"timed as well, or one whose builder is given the beans of type `io.palitra.spi.RunListener`. Outcomes are "
							+ "`success`, `error`, `timeout`,",
					"`interrupted`, `cancelled`, `rejected`, `closed`. Histograms are switched on as for any timer:",
					"`management.metrics.distribution.percentiles-histogram.palitra.runner.run=true`.", "",
					"Reading the meters takes the same time however many calls are in flight."));
			expected.addAll(List.of("", "## What has changed", "", "| before | now | because |", "|---|---|---|",
					"| `palitra.runner.busy`, a gauge, in Prometheus `palitra_runner_busy`: share of the time since the last "
							+ "reading | `palitra.runner.busy`, a counter of seconds; the share is "
							+ "`rate(palitra_runner_busy_seconds_total[5m])` | the value changed by being read |",
					"|  | `palitra.runner.held` | calls that time out leave the queue, and `palitra.runner.lag` with them: a loop "
							+ "that was held showed nowhere |",
					"|  | `palitra.runner.limit`, `palitra.runner.permits` | that all permits were taken showed nowhere |",
					"|  | `palitra.runner.dead` | without calls, that a loop was dead showed nowhere |"));
			reference("meters.md").assertGenerated(expected);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "prometheus-rules.yml", "grafana-dashboard.json" })
	void whatIsShippedForOperatorsIsAboutMetersThatThereAre(String file) throws IOException {
		Set<String> asked = METER.matcher(shipped(file))
			.results()
			.map(MatchResult::group)
			.collect(Collectors.toCollection(TreeSet::new));
		try (ConfigurableApplicationContext context = application("--palitra.runner.max-in-flight=64")) {
			String scraped = context.getBean(PrometheusMeterRegistry.class).scrape();
			assertThat(asked).hasSizeGreaterThan(4)
				.allSatisfy((meter) -> assertThat(scraped).containsPattern("(?m)^" + meter + "[{ ]"));
		}
	}

	@Test
	void everyAlertIsExplained() throws IOException {
		List<String> alerts = ALERT.matcher(shipped("prometheus-rules.yml"))
			.results()
			.map((alert) -> alert.group(1))
			.toList();
		List<String> explained = EXPLAINED.matcher(Files.readString(Markdown.root().resolve("docs/guide/operating.md")))
			.results()
			.map((alert) -> alert.group(1))
			.toList();
		assertThat(alerts).hasSizeGreaterThan(4).isEqualTo(explained);
	}

	/**
	 * What the jar has for operators, as it is on the class path.
	 */
	private static String shipped(String name) throws IOException {
		try (InputStream file = EventLoopThreadRunnerCustomizer.class
			.getResourceAsStream("/META-INF/palitra/" + name)) {
			return new String(file.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	@Test
	void metersOfTheObservationCanBeLeftOut() {
		try (ConfigurableApplicationContext context = application("--management.metrics.enable.palitra.run=false")) {
			assertThat(context.getBean(PrometheusMeterRegistry.class).getMeters())
				.extracting((meter) -> meter.getId().getName())
				.contains("palitra.runner.run", "palitra.runner.queue", "palitra.runner.busy")
				.doesNotContain("palitra.run", "palitra.run.active");
		}
	}

	private static ConfigurableApplicationContext application(String... arguments) {
		SpringApplication application = new SpringApplication(MeteredApplication.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		ConfigurableApplicationContext context = application.run(arguments);
		context.getBean(EventLoopThreadRunner.class).run(() -> CompletableFuture.completedFuture("value"));
		return context;
	}

	private static String row(PrometheusMeterRegistry registry, String name, List<Meter> meters) {
		Meter.Id id = meters.get(0).getId();
		Set<String> tags = new LinkedHashSet<>();
		meters.forEach((meter) -> meter.getId().getTags().stream().map(Tag::getKey).forEach(tags::add));
		String tagNames = tags.stream().map((tag) -> "`" + tag + "`").collect(Collectors.joining(", "));
		String unit = (id.getBaseUnit() != null) ? id.getBaseUnit() : "";
		String description = (id.getDescription() != null) ? id.getDescription() : "";
		String scraped = id.getConventionName(registry.config().namingConvention());
		if (registry.scrape().contains("# TYPE " + scraped + "_total ")) {
			scraped += "_total";
		}
		return "| `" + name + "` | " + id.getType().name().toLowerCase(Locale.ROOT).replace('_', ' ') + " | " + unit
				+ " | " + tagNames + " | `" + scraped + "` | " + description + " |";
	}

	private static String generated() {
		return "<!-- Generated. To bring it up to date: " + Markdown.WRITE + " -->";
	}

	private static Markdown reference(String name) {
		Path file = Markdown.root().resolve("docs/reference").resolve(name);
		return (file.toFile().exists()) ? Markdown.read(file) : new Markdown(file, List.of());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class MeteredApplication {

	}

}
