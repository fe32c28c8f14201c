package io.palitra.docs.readme;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.palitra.EventLoopThreadRunner;
import io.palitra.docs.readme.CommentsController.Comment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The first code that a reader sees.
 */
class ReadmeTests {

	@Test
	void commentsAreFetchedAtTheSameTime() {
		// Nobody gets an answer before all have asked.
		CountDownLatch asked = new CountDownLatch(3);
		ExchangeFunction upstream = (request) -> Mono.fromCallable(() -> {
			asked.countDown();
			assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
			return answer(request.url().getPath());
		}).subscribeOn(Schedulers.boundedElastic());
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.builder().timeout(Duration.ofSeconds(60)).build()) {
			assertThat(controller(runner, upstream).comments()).extracting(Comment::id).containsExactly(1, 2, 3);
		}
	}

	@Test
	void oneCommentIsFetched() {
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.create()) {
			ExchangeFunction upstream = (request) -> Mono.fromCallable(() -> answer(request.url().getPath()));
			assertThat(controller(runner, upstream).comment(7)).isEqualTo(new Comment(7, "author-7", "text"));
		}
	}

	private static CommentsController controller(EventLoopThreadRunner runner, ExchangeFunction upstream) {
		return new CommentsController(runner, WebClient.builder().exchangeFunction(upstream));
	}

	private static ClientResponse answer(String path) {
		String id = path.replace("/comments/", "");
		return ClientResponse.create(HttpStatus.OK).header(HttpHeaders.CONTENT_TYPE, "application/json").body("""
				{"id":%1$s,"author":"author-%1$s","text":"text"}""".formatted(id)).build();
	}

}
