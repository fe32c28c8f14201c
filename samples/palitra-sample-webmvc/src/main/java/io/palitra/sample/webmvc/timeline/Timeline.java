package io.palitra.sample.webmvc.timeline;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ProblemDetail;

/**
 * When the upstream was called on behalf of one request. All times are milliseconds since
 * the request came.
 *
 * @param thread the thread that has waited for the calls
 * @param traceId the trace, as it is in the log
 * @param total when the request was answered
 * @param calls the calls to the upstream, in the order in which they were asked for
 * @param problem what the request would have been answered with if it had failed,
 * {@code null} if it has not
 */
record Timeline(String thread, @Nullable String traceId, double total, List<Call> calls,
		@Nullable ProblemDetail problem) {

	/**
	 * One call to the upstream.
	 *
	 * @param name what was asked for
	 * @param asked when it was asked for
	 * @param sent when the request was sent, {@code null} if it never was
	 * @param ended when the answer came or nobody waited for it any more
	 * @param thread the thread that has sent the request, {@code null} if it never was
	 * @param end how it ended
	 */
	record Call(String name, double asked, @Nullable Double sent, double ended, @Nullable String thread, End end) {
	}

	/**
	 * How a call ended.
	 */
	enum End {

		/**
		 * With an answer.
		 */
		ANSWERED,

		/**
		 * With an error.
		 */
		FAILED,

		/**
		 * Nobody waited for it any more.
		 */
		GIVEN_UP,

		/**
		 * It was never sent.
		 */
		NOT_SENT

	}

}
