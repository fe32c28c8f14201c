package com.example.comments.report;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import io.palitra.EventLoopThreadRunner;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

import com.example.comments.SampleProperties;
import com.example.comments.comment.CommentWebClient;

import static io.palitra.reactor.ReactorTasks.mono;

/**
 * Counts the upstream's comments at regular intervals.
 */
@Component
class ReportJob {

	private static final Logger logger = LoggerFactory.getLogger(ReportJob.class);

	private final EventLoopThreadRunner runner;

	private final CommentWebClient client;

	private final Duration timeout;

	private volatile @Nullable Report latest;

	ReportJob(CommentWebClient client, SampleProperties properties, EventLoopThreadRunner runner) {
		this.runner = runner;
		this.client = client;
		this.timeout = properties.report().timeout();
	}

	@Scheduled(fixedDelayString = "${sample.report.interval}")
	void run() {
		try {
			int comments = this.runner.run(mono(this.client.findAll().collectList()), this.timeout).size();
			this.latest = new Report(Instant.now(), comments, null);
		}
		catch (RuntimeException ex) {
			logger.warn("The report failed", ex);
			this.latest = new Report(Instant.now(), null, "failed");
		}
	}

	Optional<Report> latest() {
		return Optional.ofNullable(this.latest);
	}

}
