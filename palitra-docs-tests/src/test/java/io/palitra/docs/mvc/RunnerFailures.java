package io.palitra.docs.mvc;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

import io.palitra.RunInterruptedException;
import io.palitra.RunTimeoutException;
import io.palitra.RunnerClosedException;
import io.palitra.RunnerOverloadedException;

// tag::advice[]
@RestControllerAdvice
class RunnerFailures {

	@ExceptionHandler(RunTimeoutException.class)
	ProblemDetail tooSlow() {
		return ProblemDetail.forStatusAndDetail(HttpStatus.GATEWAY_TIMEOUT, "The upstream did not answer in time");
	}

	@ExceptionHandler({ RunnerClosedException.class, RunnerOverloadedException.class, RunInterruptedException.class })
	ProblemDetail notNow() {
		return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, "Try again in a moment");
	}

}
// end::advice[]
