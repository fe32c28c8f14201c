package io.palitra.sample.webmvc.comment;

import java.time.Duration;
import java.util.List;

import org.springframework.format.annotation.DurationFormat;
import org.springframework.format.annotation.DurationFormat.Style;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

import io.palitra.AsyncCallable;
import io.palitra.EventLoopThreadRunner;
import io.palitra.Outcome;
import io.palitra.RunOptions;
import io.palitra.sample.webmvc.problem.Problems;

import static io.palitra.reactor.ReactorTasks.mono;

/**
 * Fetches comments concurrently, in the ordinary blocking style of a servlet application.
 */
@RestController
@RequestMapping("/api/comments")
class CommentController {

	/**
	 * However many comments somebody asks for, the upstream is asked for a few at a time.
	 */
	private static final RunOptions AT_ONCE = RunOptions.defaults().name("outcomes").maxConcurrency(10);

	private final EventLoopThreadRunner runner;

	private final CommentWebClient webClient;

	private final CommentHttpClient httpClient;

	private final Problems problems;

	CommentController(EventLoopThreadRunner runner, CommentWebClient webClient, CommentHttpClient httpClient,
			Problems problems) {
		this.runner = runner;
		this.webClient = webClient;
		this.httpClient = httpClient;
		this.problems = problems;
	}

	@GetMapping
	List<Comment> withWebClient() {
		return this.runner.gather(mono(this.webClient.find(1)), mono(this.webClient.find(2)),
				mono(this.webClient.find(3)));
	}

	/**
	 * Fetches comments of which some may be missing or fail: what has come is served all
	 * the same.
	 */
	@GetMapping("/outcomes")
	List<CommentOutcome> whatThereIs(@RequestParam(defaultValue = "1,2,404") List<Integer> id) {
		List<AsyncCallable<Comment>> tasks = id.stream().map((each) -> mono(this.webClient.find(each))).toList();
		return this.runner.gatherOutcomes(tasks, AT_ONCE).stream().map(this::describe).toList();
	}

	private CommentOutcome describe(Outcome<Comment> outcome) {
		if (outcome instanceof Outcome.Success<Comment> success) {
			return new CommentOutcome(success.value(), null);
		}
		return new CommentOutcome(null, this.problems.describe(((Outcome.Failure<Comment>) outcome).exception()));
	}

	/**
	 * Fetches a comment for somebody who has no more than a certain time.
	 */
	@GetMapping("/{id}")
	Comment inTime(@PathVariable int id,
			@RequestParam(defaultValue = "1s") @DurationFormat(style = Style.SIMPLE) Duration timeout) {
		if (timeout.compareTo(Duration.ZERO) <= 0) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
					"timeout must be positive, such as 100ms or 1s, but was " + timeout);
		}
		return this.runner.run(mono(this.webClient.find(id)),
				RunOptions.defaults().name("comment " + id).timeout(timeout));
	}

	@GetMapping("/jdk")
	List<Comment> withJdkHttpClient() {
		return this.runner.gather(() -> this.httpClient.find(1), () -> this.httpClient.find(2),
				() -> this.httpClient.find(3));
	}

}
