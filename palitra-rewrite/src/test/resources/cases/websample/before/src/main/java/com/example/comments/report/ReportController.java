package com.example.comments.report;

import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Serves the latest report, or 204 before there is one.
 */
@RestController
class ReportController {

	private final ReportJob job;

	ReportController(ReportJob job) {
		this.job = job;
	}

	@GetMapping("/api/report")
	ResponseEntity<Report> report() {
		return this.job.latest().map(ResponseEntity::ok).orElseGet(() -> ResponseEntity.noContent().build());
	}

}
