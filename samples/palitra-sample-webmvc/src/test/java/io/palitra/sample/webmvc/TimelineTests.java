package io.palitra.sample.webmvc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import com.jayway.jsonpath.JsonPath;
import com.sun.net.httpserver.HttpExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * When the upstream was called, as the start page gets to know it.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "palitra.runner.timeout=30s", "palitra.runners.partner.timeout=30s" })
@AutoConfigureRestTestClient
@Import(StubUpstream.Configuration.class)
class TimelineTests {

	@Autowired
	private RestTestClient client;

	@Autowired
	private StubUpstream upstream;

	@Test
	void sequentialCallsDoNotOverlap() throws Exception {
		FutureTask<String> body = startGet("sequential");
		for (int i = 1; i <= 3; i++) {
			answer(this.upstream.request(), 200);
		}
		String timeline = body.get(30, TimeUnit.SECONDS);
		List<Double> sent = JsonPath.read(timeline, "$.calls[*].sent");
		List<Double> ended = JsonPath.read(timeline, "$.calls[*].ended");
		assertThat(sent.get(1)).isGreaterThanOrEqualTo(ended.get(0));
		assertThat(sent.get(2)).isGreaterThanOrEqualTo(ended.get(1));
		assertThat(threads(timeline)).containsOnly(JsonPath.<String>read(timeline, "$.thread"));
		assertThat(ends(timeline)).containsExactly("ANSWERED", "ANSWERED", "ANSWERED");
		assertThat(timeline).doesNotContain("problem");
	}

	@ParameterizedTest
	@ValueSource(strings = { "zip", "gather" })
	void concurrentCallsAreAllUnderWayBeforeTheFirstIsAnswered(String way) throws Exception {
		FutureTask<String> body = startGet(way);
		for (HttpExchange request : this.upstream.threeRequests()) {
			answer(request, 200);
		}
		String timeline = body.get(30, TimeUnit.SECONDS);
		List<Double> sent = JsonPath.read(timeline, "$.calls[*].sent");
		List<Double> ended = JsonPath.read(timeline, "$.calls[*].ended");
		assertThat(ended).allSatisfy((end) -> assertThat(sent).allMatch((start) -> start < end));
		assertThat(JsonPath.<Double>read(timeline, "$.total")).isGreaterThanOrEqualTo(ended.get(2));
		assertThat(ends(timeline)).containsExactly("ANSWERED", "ANSWERED", "ANSWERED");
	}

	@Test
	void gatheredCallsAreSentByTheLoopOfTheRunner() throws Exception {
		FutureTask<String> body = startGet("gather");
		for (HttpExchange request : this.upstream.threeRequests()) {
			answer(request, 200);
		}
		String timeline = body.get(30, TimeUnit.SECONDS);
		assertThat(threads(timeline)).containsOnly("sample-loop-default");
		assertThat(JsonPath.<String>read(timeline, "$.thread")).isNotEqualTo("sample-loop-default");
		assertThat(JsonPath.<String>read(timeline, "$.traceId")).matches("[0-9a-f]{32}");
	}

	@Test
	void failureGivesUpTheOtherCallsC14() throws Exception {
		FutureTask<String> body = startGet("gather");
		List<HttpExchange> requests = this.upstream.threeRequests();
		answer(requests.get(1), 500);
		String timeline = body.get(30, TimeUnit.SECONDS);
		assertThat(ends(timeline)).containsExactly("GIVEN_UP", "FAILED", "GIVEN_UP");
		assertThat(JsonPath.<Integer>read(timeline, "$.problem.status")).isEqualTo(502);
		requests.get(0).close();
		requests.get(2).close();
	}

	@Test
	void partialFailureKeepsTheOtherCalls() throws Exception {
		FutureTask<String> body = startGet("outcomes");
		for (HttpExchange request : this.upstream.threeRequests()) {
			answer(request, request.getRequestURI().getPath().endsWith("404") ? 404 : 200);
		}
		String timeline = body.get(30, TimeUnit.SECONDS);
		assertThat(ends(timeline)).containsExactly("ANSWERED", "ANSWERED", "FAILED");
		assertThat(JsonPath.<String>read(timeline, "$.problem.detail")).isEqualTo("The upstream has no comment 404");
	}

	@Test
	void callsAreGivenUpWhenTheTimeIsUpC4() throws Exception {
		// Again if the time was up before all had been sent.
		await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
			String timeline = startGet("timeout").get(30, TimeUnit.SECONDS);
			assertThat(JsonPath.<Integer>read(timeline, "$.problem.status")).isEqualTo(504);
			assertThat(ends(timeline)).containsExactly("GIVEN_UP", "GIVEN_UP", "GIVEN_UP");
		});
		this.upstream.clear();
	}

	@Test
	void partnerIsAskedForTwoAtATime() throws Exception {
		FutureTask<String> body = startGet("partner");
		HttpExchange underWay = this.upstream.request();
		for (int i = 2; i <= 5; i++) {
			HttpExchange next = this.upstream.request();
			answerRating(underWay);
			underWay = next;
		}
		answerRating(underWay);
		String timeline = body.get(30, TimeUnit.SECONDS);
		List<Double> sent = JsonPath.read(timeline, "$.calls[*].sent");
		List<Double> ended = JsonPath.read(timeline, "$.calls[*].ended");
		assertThat(sent).hasSize(5)
			.allSatisfy((start) -> assertThat(underWayAt(start, sent, ended)).isLessThanOrEqualTo(2));
		assertThat(threads(timeline)).containsOnly("sample-loop-partner");
	}

	private static long underWayAt(double time, List<Double> sent, List<Double> ended) {
		long underWay = 0;
		for (int i = 0; i < sent.size(); i++) {
			if (sent.get(i) <= time && time < ended.get(i)) {
				underWay++;
			}
		}
		return underWay;
	}

	private FutureTask<String> startGet(String way) {
		FutureTask<String> get = new FutureTask<>(() -> this.client.get()
			.uri("/api/timeline/" + way)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.returnResult()
			.getResponseBody());
		new Thread(get, "caller").start();
		return get;
	}

	private static List<String> ends(String timeline) {
		return JsonPath.read(timeline, "$.calls[*].end");
	}

	private static List<String> threads(String timeline) {
		return JsonPath.read(timeline, "$.calls[*].thread");
	}

	private static void answer(HttpExchange request, int status) throws Exception {
		StubUpstream.answer(request, status, """
				{"id":1,"author":"someone","text":"text"}""");
	}

	private static void answerRating(HttpExchange request) throws Exception {
		StubUpstream.answer(request, 200, """
				{"id":1,"stars":5}""");
	}

}
