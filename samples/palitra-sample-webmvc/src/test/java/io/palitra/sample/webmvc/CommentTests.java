package io.palitra.sample.webmvc;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.sun.net.httpserver.HttpExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the comments' endpoints make of what the upstream does.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "palitra.runner.timeout=30s", "palitra.runners.partner.timeout=30s" })
@AutoConfigureRestTestClient
@Import(StubUpstream.Configuration.class)
class CommentTests {

	@Autowired
	private RestTestClient client;

	@Autowired
	private StubUpstream upstream;

	@ParameterizedTest
	@ValueSource(strings = { "/api/comments", "/api/comments/jdk" })
	void commentsAreFetchedConcurrentlyAndServedInOrder(String path) throws Exception {
		Future<String> body = startGet(path, HttpStatus.OK);
		// No request has been answered when the last of them arrives.
		List<HttpExchange> requests = this.upstream.threeRequests();
		for (int id = 3; id >= 1; id--) {
			HttpExchange request = requests.get(id - 1);
			assertThat(request.getRequestURI()).hasPath("/comments/" + id);
			StubUpstream.answer(request, 200, comment(id));
		}
		assertThat(body.get(30, TimeUnit.SECONDS))
			.isEqualTo("[" + comment(1) + "," + comment(2) + "," + comment(3) + "]");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/api/comments", "/api/comments/jdk" })
	void failureOfTheUpstreamIsABadGateway(String path) throws Exception {
		assertBadGateway(path, 500, "{}");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/api/comments", "/api/comments/jdk" })
	void answerThatIsNotACommentIsABadGateway(String path) throws Exception {
		assertBadGateway(path, 200, "{ \"id\": ");
	}

	private void assertBadGateway(String path, int status, String answer) throws Exception {
		Future<String> body = startGet(path, HttpStatus.BAD_GATEWAY);
		List<HttpExchange> requests = this.upstream.threeRequests();
		StubUpstream.answer(requests.get(0), 200, comment(1));
		StubUpstream.answer(requests.get(1), status, answer);
		assertThat(body.get(30, TimeUnit.SECONDS)).isEqualTo("""
				{"detail":"The upstream failed","instance":"%s","status":502,"title":"Bad Gateway"}""".formatted(path));
		requests.get(2).close();
	}

	@Test
	void whatHasComeIsServedWithTheProblemsOfTheRest() throws Exception {
		Future<String> body = startGet("/api/comments/outcomes?id=1&id=2&id=3", HttpStatus.OK);
		List<HttpExchange> requests = this.upstream.threeRequests();
		StubUpstream.answer(requests.get(1), 404, "{}");
		StubUpstream.answer(requests.get(2), 500, "{}");
		StubUpstream.answer(requests.get(0), 200, comment(1));
		assertThat(body.get(30, TimeUnit.SECONDS)).isEqualTo("""
				[{"comment":%s},\
				{"problem":{"detail":"The upstream has no comment 2","status":404,"title":"Not Found"}},\
				{"problem":{"detail":"The upstream failed","status":502,"title":"Bad Gateway"}}]"""
			.formatted(comment(1)));
	}

	@Test
	void c14FewRequestsAreUnderWayAtATimeHoweverManyAreAskedFor() throws Exception {
		String ids = IntStream.rangeClosed(1, 11).mapToObj((id) -> "id=" + id).collect(Collectors.joining("&"));
		Future<String> body = startGet("/api/comments/outcomes?" + ids, HttpStatus.OK);
		List<HttpExchange> ten = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			ten.add(this.upstream.request());
		}
		assertThat(ten).extracting((request) -> request.getRequestURI().getPath()).doesNotContain("/comments/11");
		StubUpstream.answer(ten.get(0), 404, "{}");
		HttpExchange last = this.upstream.request();
		assertThat(last.getRequestURI()).hasPath("/comments/11");
		StubUpstream.answer(last, 200, comment(11));
		for (HttpExchange request : ten.subList(1, 10)) {
			StubUpstream.answer(request, 404, "{}");
		}
		assertThat(body.get(30, TimeUnit.SECONDS)).endsWith(",{\"comment\":" + comment(11) + "}]");
	}

	@Test
	void c4TimeLimitOfOneCallIsShorterThanTheRunners() throws Exception {
		Future<String> body = startGet("/api/comments/7?timeout=2s", HttpStatus.GATEWAY_TIMEOUT);
		HttpExchange unanswered = this.upstream.request();
		assertThat(body.get(30, TimeUnit.SECONDS)).contains("The upstream did not answer in time");
		unanswered.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "0s", "-1s", "soon" })
	void timeLimitThatMakesNoSenseIsABadRequest(String timeout) {
		assertThat(get("/api/comments/7?timeout=" + timeout, HttpStatus.BAD_REQUEST)).contains("timeout");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/api/comments/404", "/api/comments/404?timeout=10s" })
	void commentThatTheUpstreamDoesNotHaveIsNotFound(String path) throws Exception {
		Future<String> body = startGet(path, HttpStatus.NOT_FOUND);
		StubUpstream.answer(this.upstream.request(), 404, "{}");
		assertThat(body.get(30, TimeUnit.SECONDS)).contains("The upstream has no comment 404");
	}

	@Test
	void noUpstreamIsStartedWhereOneIsGiven(@Autowired ConfigurableListableBeanFactory beanFactory) {
		assertThat(beanFactory.containsSingleton("upstream")).isTrue();
		assertThat(beanFactory.containsSingleton("upstreamServer")).isFalse();
	}

	@Test
	void moodOfAnotherUpstreamCannotBeChanged() {
		this.client.put()
			.uri("/api/upstream/FAILING")
			.exchange()
			.expectStatus()
			.isEqualTo(HttpStatus.CONFLICT)
			.expectBody()
			.jsonPath("$.detail")
			.value(String.class, (detail) -> assertThat(detail).contains("sample.upstream-url"));
		this.client.get().uri("/api/upstream").exchange().expectBody().jsonPath("$.mood").doesNotExist();
	}

	private Future<String> startGet(String path, HttpStatus expected) {
		FutureTask<String> get = new FutureTask<>(() -> get(path, expected));
		new Thread(get, "caller").start();
		return get;
	}

	private String get(String path, HttpStatus expected) {
		return this.client.get()
			.uri(path)
			.exchange()
			.expectStatus()
			.isEqualTo(expected)
			.expectHeader()
			.contentType(expected.isError() ? MediaType.APPLICATION_PROBLEM_JSON : MediaType.APPLICATION_JSON)
			.expectBody(String.class)
			.returnResult()
			.getResponseBody();
	}

	private static String comment(int id) {
		return """
				{"id":%1$d,"author":"someone","text":"text %1$d"}""".formatted(id);
	}

}
