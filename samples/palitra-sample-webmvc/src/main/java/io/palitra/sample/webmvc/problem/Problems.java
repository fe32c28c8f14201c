package io.palitra.sample.webmvc.problem;

import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;

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

import io.palitra.Outcome;
import io.palitra.RunInterruptedException;
import io.palitra.RunTimeoutException;
import io.palitra.sample.webmvc.upstream.UpstreamException;

/**
 * Tells the callers what went wrong on the way to the upstream, and no more than that;
 * the exception itself is for the log.
 */
@RestControllerAdvice
public class Problems {

	private static final Logger logger = LoggerFactory.getLogger(Problems.class);

	/**
	 * What the clients fail with. The runner throws their unchecked exceptions as they
	 * are and wraps checked ones in a {@link CompletionException}.
	 */
	@ExceptionHandler({ WebClientException.class, CodecException.class, UpstreamException.class,
			CompletionException.class })
	ProblemDetail upstreamFailed(Throwable ex) {
		return isTimeout(ex) ? upstreamTooSlow(ex) : problem(HttpStatus.BAD_GATEWAY, "The upstream failed", ex);
	}

	/**
	 * Only in the phases before the task is started is it sure that nothing was sent.
	 */
	@ExceptionHandler(RunTimeoutException.class)
	ProblemDetail timeout(RunTimeoutException ex) {
		return switch (ex.getPhase()) {
			case WAITING_FOR_PERMIT -> problem(HttpStatus.SERVICE_UNAVAILABLE,
					"The request was never sent: too many others were in flight", ex);
			case QUEUED -> problem(HttpStatus.SERVICE_UNAVAILABLE, "The request was never sent: the loop was held", ex);
			case RUNNING, CALLER_HOP -> upstreamTooSlow(ex);
		};
	}

	private static ProblemDetail upstreamTooSlow(Throwable ex) {
		return problem(HttpStatus.GATEWAY_TIMEOUT, "The upstream did not answer in time", ex);
	}

	/**
	 * The runner has been stopped, or the thread that waited was interrupted: either
	 * happens when the application ends.
	 */
	@ExceptionHandler({ RejectedExecutionException.class, RunInterruptedException.class })
	ProblemDetail notNow(Exception ex) {
		return problem(HttpStatus.SERVICE_UNAVAILABLE, "The application takes no requests at the moment", ex);
	}

	/**
	 * Describes a failure that is part of an answer, such as that of an {@link Outcome}.
	 * @param failure what went wrong
	 * @return what the callers get to know of it
	 */
	public ProblemDetail describe(Throwable failure) {
		if (failure instanceof ErrorResponse response) {
			return response.getBody();
		}
		if (failure instanceof RunTimeoutException timeout) {
			return timeout(timeout);
		}
		if (failure instanceof RejectedExecutionException || failure instanceof RunInterruptedException) {
			return notNow((Exception) failure);
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
		// The first line: in the message of a time-out, the loop's stack may follow.
		logger.warn("{}: {}", detail, ex.toString().lines().findFirst().orElseThrow());
		return ProblemDetail.forStatusAndDetail(status, detail);
	}

}
