package io.palitra.spring.boot.autoconfigure.endpoint;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PalitraEndpoint}, by what an operator gets over HTTP.
 */
class PalitraEndpointTests {

	private static final Duration PATIENT = Duration.ofSeconds(30);

	private static ConfigurableApplicationContext application;

	private static URI actuator;

	@BeforeAll
	static void start() {
		application = new SpringApplicationBuilder(Application.class)
			.properties("server.port=0", "server.address=127.0.0.1", "management.endpoints.web.exposure.include=*",
					"management.endpoint.health.show-details=always", "palitra.runner.timeout=0",
					"palitra.runner.shutdown.grace-period=0", "palitra.runners.reports.timeout=1h",
					"palitra.runners.limited.max-in-flight=8", "palitra.runners.limited.overload-policy=reject",
					"palitra.runners.limited.timeout=5s", "management.endpoint.health.group.readiness.include=palitra")
			.run();
		actuator = URI
			.create("http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port") + "/actuator/");
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@Test
	void showsAllRunners() throws Exception {
		JsonNode runners = json("palitra").get("runners");
		assertThat(runners.propertyNames()).containsExactlyInAnyOrder("default", "reports", "limited", "own");
		JsonNode runner = runners.get("default");
		assertThat(runner.propertyNames()).containsExactly("state", "thread", "startOn", "pending", "active", "waiting",
				"abandoned", "submitted", "rejected", "discarded", "slow", "lag", "busyTime", "heldFor", "stack",
				"settings", "inFlight", "calls");
		assertThat(runner.get("state").asString()).isEqualTo("RUNNING");
		assertThat(runner.get("thread").asString()).isEqualTo("palitra-default");
		assertThat(runner.get("startOn").asString()).isEqualTo("loop");
		assertThat(Duration.parse(runner.get("lag").asString())).isGreaterThanOrEqualTo(Duration.ZERO);
		assertThat(Duration.parse(runner.get("busyTime").asString())).isGreaterThanOrEqualTo(Duration.ZERO);
		assertThat(Duration.parse(runner.get("heldFor").asString())).isGreaterThanOrEqualTo(Duration.ZERO);
	}

	@Test
	void showsOneRunner() throws Exception {
		assertThat(json("palitra/reports").get("thread").asString()).isEqualTo("palitra-reports");
	}

	@Test
	void showsLimitsAndSettingsBesideTheState() throws Exception {
		JsonNode limited = json("palitra/limited");
		assertThat(limited.propertyNames()).containsSequence("thread", "startOn", "limit", "permits", "pending");
		assertThat(limited.get("limit").asInt()).isEqualTo(8);
		assertThat(limited.get("permits").asInt()).isEqualTo(8);
		JsonNode settings = limited.get("settings");
		assertThat(settings.propertyNames()).containsExactly("timeout", "overloadPolicy", "nestedRuns", "waitStrategy",
				"propagateContext", "slowTaskThreshold", "hangThreshold", "shutdownGracePeriod");
		assertThat(settings.get("timeout").asString()).isEqualTo("PT5S");
		assertThat(settings.get("overloadPolicy").asString()).isEqualTo("REJECT");
		assertThat(settings.get("propagateContext").asBoolean()).isTrue();
		assertThat(settings.get("hangThreshold").asString()).isEqualTo("PT10S");
		assertThat(settings.get("shutdownGracePeriod").asString()).as("inherited").isEqualTo("PT0S");
	}

	@Test
	void runnerOfTheApplicationsOwnHasNoSettingsToShow() throws Exception {
		assertThat(json("palitra/own").propertyNames()).contains("state", "limit").doesNotContain("settings");
	}

	@Test
	void showsTheOldestCallsAndSaysHowManyThereAre() throws Exception {
		EventLoopThreadRunner runner = application.getBean("own", EventLoopThreadRunner.class);
		CompletableFuture<Object> work = new CompletableFuture<>();
		for (int call = 0; call < 120; call++) {
			runner.submit(() -> work, RunOptions.defaults().name("call-" + call));
		}
		try {
			await().atMost(PATIENT).until(() -> runner.snapshot().active() == 120);
			JsonNode shown = json("palitra/own");
			assertThat(shown.get("inFlight").asInt()).isEqualTo(120);
			assertThat(shown.get("calls")).hasSize(100);
			assertThat(shown.get("calls").get(0).get("task").asString()).isEqualTo("call-0");
			assertThat(shown.get("calls").get(0).get("startOn").asString()).isEqualTo("loop");
			assertThat(json("palitra/own?calls=1").get("calls")).hasSize(1);
			assertThat(json("palitra/own?calls=0").get("calls")).isEmpty();
			assertThat(json("palitra/own?calls=500").get("calls")).hasSize(120);
			assertThat(json("palitra?calls=7").get("runners").get("own").get("calls")).hasSize(7);
		}
		finally {
			work.complete(null);
		}
		await().atMost(PATIENT).until(() -> runner.snapshot().active() == 0);
	}

	@Test
	void badNumberOfCallsIsABadRequest() throws Exception {
		for (String calls : List.of("-1", "all")) {
			assertThat(get("palitra?calls=" + calls).statusCode()).isEqualTo(400);
			assertThat(get("palitra/default?calls=" + calls).statusCode()).isEqualTo(400);
		}
	}

	@Test
	void unknownRunnerIsNotFound() throws Exception {
		assertThat(get("palitra/unknown").statusCode()).isEqualTo(404);
	}

	@Test
	void showsCallsInFlightAndNothingOfTheirData() throws Exception {
		EventLoopThreadRunner runner = application.getBean("reportsEventLoopThreadRunner", EventLoopThreadRunner.class);
		CompletableFuture<String> work = new CompletableFuture<>();
		String secret = "secret-argument";
		CompletableFuture<String> caller = new CompletableFuture<>();
		Thread thread = new Thread(() -> caller.complete(runner.run(() -> work.thenApply((result) -> result + secret),
				RunOptions.defaults().name("load-report"))), "the-caller");
		thread.setDaemon(true);
		thread.start();
		try {
			await().atMost(PATIENT)
				.until(() -> runner.snapshot().active() == 1 && runner.snapshot().waiting() == 1
						&& thread.getState() == Thread.State.TIMED_WAITING);
			HttpResponse<String> response = get("palitra/reports");
			assertThat(response.body()).doesNotContain("secret");
			JsonNode calls = JsonMapper.shared().readTree(response.body()).get("calls");
			assertThat(calls).hasSize(1);
			JsonNode call = calls.get(0);
			assertThat(call.propertyNames()).containsExactly("task", "phase", "startOn", "age", "owner", "deadline",
					"remaining");
			assertThat(call.get("task").asString()).isEqualTo("load-report");
			assertThat(call.get("phase").asString()).isEqualTo("RUNNING");
			assertThat(Duration.parse(call.get("age").asString())).isPositive();
			assertThat(call.get("owner").asString()).isEqualTo("the-caller");
			assertThat(Instant.parse(call.get("deadline").asString())).isAfter(Instant.now());
			assertThat(Duration.parse(call.get("remaining").asString())).isPositive()
				.isLessThanOrEqualTo(Duration.ofHours(1));
		}
		finally {
			work.complete("result of ");
		}
		assertThat(caller.get(30, TimeUnit.SECONDS)).isEqualTo("result of " + secret);
	}

	@Test
	void leavesOutWhatACallDoesNotHave() throws Exception {
		EventLoopThreadRunner runner = application.getBean("eventLoopThreadRunner", EventLoopThreadRunner.class);
		CompletableFuture<String> work = new CompletableFuture<>();
		CompletableFuture<String> call = runner.submit(() -> work);
		try {
			await().atMost(PATIENT).until(() -> runner.snapshot().active() == 1);
			JsonNode shown = json("palitra/default").get("calls").get(0);
			assertThat(shown.propertyNames()).containsExactly("task", "phase", "startOn", "age");
		}
		finally {
			work.complete("done");
		}
		call.get(30, TimeUnit.SECONDS);
	}

	@Test
	void showsTheStackOfABusyLoop() throws Exception {
		EventLoopThreadRunner runner = application.getBean("eventLoopThreadRunner", EventLoopThreadRunner.class);
		assertThat(json("palitra/default").get("stack")).isEmpty();
		CountDownLatch release = new CountDownLatch(1);
		runner.getLoop().submit(() -> release.await(60, TimeUnit.SECONDS));
		try {
			await().atMost(PATIENT).until(() -> !runner.snapshot().stack().isEmpty());
			JsonNode shown = json("palitra/default");
			assertThat(Duration.parse(shown.get("heldFor").asString())).isPositive();
			assertThat(strings(shown.get("stack"))).anyMatch((frame) -> frame.contains("CountDownLatch.await"))
				.anyMatch((frame) -> frame.contains(PalitraEndpointTests.class.getName()));
		}
		finally {
			release.countDown();
		}
	}

	@Test
	void healthIsACompositeThatAGroupCanName() throws Exception {
		JsonNode palitra = json("health/palitra");
		assertThat(palitra.get("status").asString()).isEqualTo("UP");
		assertThat(palitra.get("components").propertyNames()).containsExactlyInAnyOrder("default", "reports", "limited",
				"own");
		assertThat(json("health/readiness").get("components").propertyNames()).containsExactly("palitra");
	}

	@Test
	void metersAreServed() throws Exception {
		JsonNode submitted = json("metrics/palitra.runner.submitted?tag=name:reports");
		assertThat(submitted.get("baseUnit").asString()).isEqualTo("calls");
	}

	private static List<String> strings(JsonNode array) {
		Iterator<JsonNode> elements = array.iterator();
		List<String> strings = new ArrayList<>();
		elements.forEachRemaining((element) -> strings.add(element.asString()));
		return strings;
	}

	private static JsonNode json(String path) throws Exception {
		HttpResponse<String> response = get(path);
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		return JsonMapper.shared().readTree(response.body());
	}

	private static HttpResponse<String> get(String path) throws Exception {
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(actuator.resolve(path)).timeout(PATIENT).build(), BodyHandlers.ofString());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean(defaultCandidate = false)
		EventLoopThreadRunner own() {
			return EventLoopThreadRunner.builder().name("own").maxInFlight(200).shutdownGrace(Duration.ZERO).build();
		}

	}

}
