package io.palitra.sample.webmvc.timeline;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

import io.palitra.EventLoopThreadRunner;
import io.palitra.Outcome;
import io.palitra.RunOptions;
import io.palitra.sample.webmvc.comment.Comment;
import io.palitra.sample.webmvc.comment.CommentWebClient;
import io.palitra.sample.webmvc.problem.Problems;
import io.palitra.sample.webmvc.rating.RatingClient;

import static io.palitra.reactor.ReactorTasks.mono;

/**
 * Makes the same calls in several ways and tells when each of them was under way.
 */
@RestController
@RequestMapping("/api/timeline")
class TimelineController {

	/**
	 * Shorter than the upstream's latency.
	 */
	private static final RunOptions IMPATIENT = RunOptions.defaults().name("impatient").timeout(Duration.ofMillis(100));

	private static final int RATINGS = 5;

	/**
	 * Each of the ratings has the limit of its runner.
	 */
	private static final Duration LONGER_THAN_ANY = Duration.ofMinutes(1);

	private final EventLoopThreadRunner runner;

	private final EventLoopThreadRunner partner;

	private final CommentWebClient comments;

	private final RatingClient ratings;

	private final Problems problems;

	TimelineController(EventLoopThreadRunner runner, @Qualifier("partner") EventLoopThreadRunner partner,
			CommentWebClient comments, RatingClient ratings, Problems problems) {
		this.runner = runner;
		this.partner = partner;
		this.comments = comments;
		this.ratings = ratings;
		this.problems = problems;
	}

	/**
	 * Blocks for one after the other, without a time limit, as it is so often written.
	 */
	@GetMapping("/sequential")
	Timeline sequential() {
		return timeline((recorder) -> {
			comment(recorder, 1).block();
			comment(recorder, 2).block();
			comment(recorder, 3).block();
			return null;
		});
	}

	/**
	 * Blocks for all three at once, again without a time limit.
	 */
	@GetMapping("/zip")
	Timeline zip() {
		return timeline((recorder) -> {
			Mono.zip(comment(recorder, 1), comment(recorder, 2), comment(recorder, 3)).block();
			return null;
		});
	}

	@GetMapping("/gather")
	Timeline gather() {
		return timeline((recorder) -> {
			this.runner.gather(mono(comment(recorder, 1)), mono(comment(recorder, 2)), mono(comment(recorder, 3)));
			return null;
		});
	}

	/**
	 * One of the three does not exist.
	 */
	@GetMapping("/outcomes")
	Timeline outcomes() {
		return timeline((recorder) -> {
			List<Outcome<Comment>> outcomes = this.runner.gatherOutcomes(mono(comment(recorder, 1)),
					mono(comment(recorder, 2)), mono(comment(recorder, 404)));
			return outcomes.stream()
				.filter(Outcome.Failure.class::isInstance)
				.map((outcome) -> this.problems.describe(((Outcome.Failure<Comment>) outcome).exception()))
				.findFirst()
				.orElse(null);
		});
	}

	/**
	 * Has less time than the upstream needs.
	 */
	@GetMapping("/timeout")
	Timeline timeout() {
		return timeline((recorder) -> {
			this.runner.gather(
					List.of(mono(comment(recorder, 1)), mono(comment(recorder, 2)), mono(comment(recorder, 3))),
					IMPATIENT);
			return null;
		});
	}

	/**
	 * Asks the partner for more at once than its runner lets through.
	 */
	@GetMapping("/partner")
	Timeline partner() {
		return timeline((recorder) -> {
			List<CompletableFuture<?>> futures = IntStream.rangeClosed(1, RATINGS)
				.<CompletableFuture<?>>mapToObj(
						(id) -> this.partner.submit(mono(recorder.record("rating " + id, this.ratings.find(id))),
								RunOptions.defaults().name("rating " + id)))
				.toList();
			CompletableFuture<?> all = CompletableFuture.allOf(futures.toArray(CompletableFuture<?>[]::new));
			this.runner.await(all, LONGER_THAN_ANY);
			return null;
		});
	}

	private Mono<Comment> comment(TimelineRecorder recorder, int id) {
		return recorder.record("comment " + id, this.comments.find(id));
	}

	private Timeline timeline(Function<TimelineRecorder, @Nullable ProblemDetail> calls) {
		TimelineRecorder recorder = new TimelineRecorder();
		try {
			return recorder.finish(calls.apply(recorder));
		}
		catch (RuntimeException ex) {
			Throwable failure = (ex instanceof CompletionException && ex.getCause() != null) ? ex.getCause() : ex;
			return recorder.finish(this.problems.describe(failure));
		}
	}

}
