package io.palitra.docs.readme;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
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
		CommentsController.CommentClient client = (id) -> Mono.fromCallable(() -> {
			asked.countDown();
			assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
			return new Comment(id, "author-" + id, "This is comment " + id + ".");
		}).subscribeOn(Schedulers.boundedElastic());
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.builder().timeout(Duration.ofSeconds(60)).build()) {
			assertThat(new CommentsController(runner, client).comments()).extracting(Comment::id)
				.containsExactly(1, 2, 3);
		}
	}

}
