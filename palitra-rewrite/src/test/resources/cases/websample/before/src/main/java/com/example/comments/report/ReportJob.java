package com.example.comments.report;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

import com.example.comments.SampleProperties;
import com.example.comments.comment.CommentWebClient;

/**
 * Counts the upstream's comments at regular intervals.
 */
@Component
class ReportJob {

	private static final Logger logger = LoggerFactory.getLogger(ReportJob.class);

	private final CommentWebClient client;

	private final Duration timeout;

	private volatile @Nullable Report latest;

	ReportJob(CommentWebClient client, SampleProperties properties) {
		this.client = client;
		this.timeout = properties.report().timeout();
	}

	@Scheduled(fixedDelayString = "${sample.report.interval}")
	void run() {
		try {
			int comments = this.client.findAll().collectList().block(this.timeout).size();
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
