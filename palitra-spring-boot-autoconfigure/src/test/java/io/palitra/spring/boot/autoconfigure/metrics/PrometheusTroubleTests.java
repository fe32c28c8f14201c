package io.palitra.spring.boot.autoconfigure.metrics;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.palitra.EventLoopThreadRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What is shipped for Prometheus and Grafana, beside applications in trouble: a real
 * Prometheus scrapes one application for each kind of it, all at once. The alerts take
 * real time, which is why this is part of the profile "prometheus" only.
 */
@Tag("prometheus")
@Timeout(900)
class PrometheusTroubleTests {

	private static final Path DASHBOARD = Path.of("src/main/resources/META-INF/palitra/grafana-dashboard.json");

	/**
	 * Within which time an alert is to be there, and, after it, others are not to be.
	 */
	private static final Duration WHILE = Duration.ofSeconds(80);

	private static final Map<Trouble, ConfigurableApplicationContext> applications = new LinkedHashMap<>();

	private static final Map<Trouble, Callers> callers = new LinkedHashMap<>();

	private static long since;

	private static PrometheusServer prometheus;

	@BeforeAll
	static void start(@TempDir Path directory) throws Exception {
		Map<String, Integer> ports = new LinkedHashMap<>();
		for (Trouble trouble : Trouble.values()) {
			if (trouble.canBefall()) {
				ConfigurableApplicationContext application = application(trouble);
				applications.put(trouble, application);
				ports.put(trouble.name(),
						application.getEnvironment().getRequiredProperty("local.server.port", Integer.class));
			}
		}
		prometheus = new PrometheusServer(directory, ports);
		for (Map.Entry<Trouble, ConfigurableApplicationContext> application : applications.entrySet()) {
			Callers calling = new Callers();
			callers.put(application.getKey(), calling);
			application.getKey().befall(application.getValue().getBean(EventLoopThreadRunner.class), calling);
		}
		since = System.nanoTime();
	}

	private static ConfigurableApplicationContext application(Trouble trouble) {
		return new SpringApplicationBuilder(Application.class)
			.properties("server.port=0", "server.address=127.0.0.1", "server.tomcat.threads.max=4",
					"management.endpoints.web.exposure.include=prometheus", "palitra.runner.shutdown.grace-period=0")
			.run(trouble.properties().stream().map((property) -> "--" + property).toArray(String[]::new));
	}

	@AfterAll
	static void stop() throws Exception {
		prometheus.close();
		callers.values().forEach(Callers::close);
		applications.values().forEach(ConfigurableApplicationContext::close);
	}

	@ParameterizedTest
	@EnumSource
	void raisesItsAlertAndNoOther(Trouble trouble) throws Exception {
		assumeTrue(trouble.canBefall(), "this JVM cannot stop a thread");
		await().atMost(Duration.ofMinutes(5))
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofSeconds(1))
			.untilAsserted(() -> assertThat(alerts(trouble)).containsAll(trouble.alerts()));
		await().atMost(Duration.ofMinutes(5))
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofSeconds(1))
			.until(() -> System.nanoTime() - since >= WHILE.toNanos());
		assertThat(alerts(trouble)).containsExactlyElementsOf(trouble.alerts());
	}

	/**
	 * The alerts that an application has raised so far.
	 */
	private static Set<String> alerts(Trouble trouble) throws Exception {
		Set<String> alerts = new TreeSet<>();
		for (JsonNode sample : prometheus.query("count by (alertname) (last_over_time(ALERTS{alertstate=\"firing\", "
				+ "application=\"" + trouble + "\"}[10m]))")) {
			alerts.add(sample.get("metric").get("alertname").asString());
		}
		return alerts;
	}

	@ParameterizedTest
	@MethodSource("queries")
	void dashboardHasSomethingToShow(String query) throws Exception {
		String expression = query.replace("$__rate_interval", "1m")
			.replace("$job", ".+")
			.replace("$instance", ".+")
			.replace("$runner", ".+");
		assertThat(expression).doesNotContain("$");
		await().atMost(Duration.ofMinutes(5))
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofSeconds(1))
			.untilAsserted(() -> assertThat(prometheus.query(expression)).isNotEmpty());
	}

	static Stream<String> queries() throws Exception {
		List<String> queries = new ArrayList<>();
		for (JsonNode panel : JsonMapper.shared().readTree(Files.readString(DASHBOARD)).get("panels")) {
			for (JsonNode target : panel.get("targets")) {
				queries.add(target.get("expr").asString());
			}
		}
		return queries.stream();
	}

	@Test
	void dashboardChoosesFromWhatThereIs() throws Exception {
		List<String> seen = new ArrayList<>();
		for (JsonNode variable : JsonMapper.shared().readTree(Files.readString(DASHBOARD)).at("/templating/list")) {
			String definition = variable.path("definition").asString("");
			if (definition.startsWith("label_values(")) {
				String selector = definition.substring("label_values(".length(), definition.lastIndexOf(','));
				String label = definition.substring(definition.lastIndexOf(',') + 1, definition.length() - 1).trim();
				String expression = "count by (" + label + ") ("
						+ selector.replace("$job", ".+").replace("$instance", ".+") + ")";
				await().atMost(Duration.ofMinutes(5))
					.pollDelay(Duration.ZERO)
					.pollInterval(Duration.ofSeconds(1))
					.untilAsserted(() -> assertThat(prometheus.query(expression)).isNotEmpty());
				seen.add(label);
			}
		}
		assertThat(seen).containsExactly("job", "instance", "name");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
