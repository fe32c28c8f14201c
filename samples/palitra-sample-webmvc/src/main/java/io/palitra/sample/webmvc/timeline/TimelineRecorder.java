package io.palitra.sample.webmvc.timeline;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.http.ProblemDetail;
import reactor.core.publisher.Mono;

import io.palitra.sample.webmvc.timeline.Timeline.End;

/**
 * Takes the times of the calls of one request.
 */
class TimelineRecorder {

	private static final double NANOS_PER_MILLI = 1_000_000;

	private final long origin = System.nanoTime();

	private final List<Recording> recordings = new ArrayList<>();

	/**
	 * Returns the same call, which records when it is sent and how it ends.
	 */
	synchronized <T> Mono<T> record(String name, Mono<T> call) {
		Recording recording = new Recording(name);
		this.recordings.add(recording);
		return Mono.defer(() -> {
			recording.sent();
			return call.doOnSuccess((value) -> recording.ended(End.ANSWERED))
				.doOnError((failure) -> recording.ended(End.FAILED))
				.doOnCancel(() -> recording.ended(End.GIVEN_UP));
		});
	}

	/**
	 * Ends the recording: what has not ended by now, nobody waits for any more.
	 */
	synchronized Timeline finish(@Nullable ProblemDetail problem) {
		return new Timeline(Thread.currentThread().getName(), MDC.get("traceId"), now(),
				this.recordings.stream().map(Recording::finish).toList(), problem);
	}

	private double now() {
		return (System.nanoTime() - this.origin) / NANOS_PER_MILLI;
	}

	private final class Recording {

		private final String name;

		private final double asked = now();

		private @Nullable Double sent;

		private @Nullable Double ended;

		private @Nullable String thread;

		private End end = End.NOT_SENT;

		Recording(String name) {
			this.name = name;
		}

		synchronized void sent() {
			this.sent = now();
			this.thread = Thread.currentThread().getName();
		}

		synchronized void ended(End end) {
			if (this.ended == null) {
				this.ended = now();
				this.end = end;
			}
		}

		synchronized Timeline.Call finish() {
			if (this.ended != null) {
				return new Timeline.Call(this.name, this.asked, this.sent, this.ended, this.thread, this.end);
			}
			End end = (this.sent != null) ? End.GIVEN_UP : End.NOT_SENT;
			return new Timeline.Call(this.name, this.asked, this.sent, now(), this.thread, end);
		}

	}

}
