package io.palitra.sample.webmvc.report;

import java.time.Instant;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.sample.webmvc.SampleProperties;
import io.palitra.sample.webmvc.comment.CommentWebClient;

import static io.palitra.reactor.ReactorTasks.list;

/**
 * Counts the upstream's comments at regular intervals.
 */
@Component
class ReportJob {

	private static final Logger logger = LoggerFactory.getLogger(ReportJob.class);

	private final EventLoopThreadRunner runner;

	private final CommentWebClient client;

	private final RunOptions options;

	private volatile @Nullable Report latest;

	ReportJob(EventLoopThreadRunner runner, CommentWebClient client, SampleProperties properties) {
		this.runner = runner;
		this.client = client;
		this.options = RunOptions.defaults().name("report").timeout(properties.report().timeout());
	}

	@Scheduled(fixedDelayString = "${sample.report.interval}")
	void run() {
		try {
			int comments = this.runner.run(list(this.client.findAll()), this.options).size();
			this.latest = new Report(Instant.now(), comments, null);
		}
		catch (RuntimeException ex) {
			// The first line: in the message of a time-out, the loop's stack may follow.
			String error = ex.toString().lines().findFirst().orElseThrow();
			logger.warn("The report failed: {}", error);
			this.latest = new Report(Instant.now(), null, error);
		}
	}

	Optional<Report> latest() {
		return Optional.ofNullable(this.latest);
	}

}
