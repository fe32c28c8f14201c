package com.example.comments.problem;

import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CompletionException;

import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.timeout.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.codec.CodecException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.reactive.function.client.WebClientException;

import com.example.comments.upstream.UpstreamException;

/**
 * Tells the callers what went wrong on the way to the upstream, and no more than that;
 * the exception itself is for the log.
 */
@RestControllerAdvice
public class Problems {

	private static final Logger logger = LoggerFactory.getLogger(Problems.class);

	/**
	 * What the clients fail with; futures wrap it.
	 */
	@ExceptionHandler({ WebClientException.class, CodecException.class, UpstreamException.class,
			CompletionException.class })
	ProblemDetail upstreamFailed(Throwable ex) {
		return isTimeout(ex) ? problem(HttpStatus.GATEWAY_TIMEOUT, "The upstream did not answer in time", ex)
				: problem(HttpStatus.BAD_GATEWAY, "The upstream failed", ex);
	}

	/**
	 * Describes a failure that is part of an answer.
	 * @param failure what went wrong
	 * @return what the callers get to know of it
	 */
	public ProblemDetail describe(Throwable failure) {
		if (failure instanceof ErrorResponse response) {
			return response.getBody();
		}
		if (failure instanceof WebClientException || failure instanceof CodecException
				|| failure instanceof UpstreamException || failure instanceof IOException) {
			return upstreamFailed(failure);
		}
		logger.error("The application failed", failure);
		return ProblemDetail.forStatusAndDetail(HttpStatus.INTERNAL_SERVER_ERROR, "The application failed");
	}

	private static boolean isTimeout(Throwable ex) {
		for (Throwable cause = ex; cause != null; cause = cause.getCause()) {
			if (cause instanceof HttpTimeoutException || cause instanceof TimeoutException
					|| cause instanceof ConnectTimeoutException) {
				return true;
			}
		}
		return false;
	}

	private static ProblemDetail problem(HttpStatus status, String detail, Throwable ex) {
		logger.warn(detail, ex);
		return ProblemDetail.forStatusAndDetail(status, detail);
	}

}
