package io.palitra.sample.worker.send;

import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What has become of the messages.
 */
final class Tally {

	private final int sent;

	private final long start = System.nanoTime();

	private final Set<String> answered = new HashSet<>();

	private final Map<String, Integer> byWorker = new TreeMap<>();

	private int again;

	private int twice;

	private int givenUp;

	private long last = this.start;

	Tally(int sent) {
		this.sent = sent;
	}

	void answered(String correlation, String worker, int attempt) {
		this.last = System.nanoTime();
		this.byWorker.merge(worker, 1, Integer::sum);
		if (attempt > 1) {
			this.again++;
		}
		if (!this.answered.add(correlation)) {
			this.twice++;
		}
	}

	void givenUp(int messages) {
		this.givenUp = messages;
	}

	Duration sinceLast() {
		return Duration.ofNanos(System.nanoTime() - this.last);
	}

	boolean isComplete() {
		return this.answered.size() + this.givenUp == this.sent;
	}

	boolean isEverythingAnswered() {
		return this.answered.size() == this.sent;
	}

	@Override
	public String toString() {
		double seconds = (this.last - this.start) / 1e9;
		return String.format(Locale.ROOT,
				"%d sent, %d answered (%d not at the first attempt, %d twice), %d given up, %d missing%n"
						+ "%.1f s, %.0f answers/s, by worker: %s",
				this.sent, this.answered.size(), this.again, this.twice, this.givenUp,
				this.sent - this.answered.size() - this.givenUp, seconds,
				this.answered.size() / Math.max(seconds, 1e-3), this.byWorker);
	}

}
