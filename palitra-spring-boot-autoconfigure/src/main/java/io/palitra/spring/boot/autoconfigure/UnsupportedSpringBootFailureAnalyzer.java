package io.palitra.spring.boot.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what to do about a Spring Boot that is too old.
 */
final class UnsupportedSpringBootFailureAnalyzer extends AbstractFailureAnalyzer<UnsupportedSpringBootException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnsupportedSpringBootException cause) {
		return new FailureAnalysis(cause.getMessage() + ".",
				"Update Spring Boot to 3.5 or later, or set palitra.enabled to false and build the runner with "
						+ "EventLoopThreadRunner.builder().",
				cause);
	}

}
