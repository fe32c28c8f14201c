package io.palitra;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * The reports of slow callbacks while this is open, which {@link Logs} leaves out.
 */
final class SlowReports implements AutoCloseable {

	// Kept, since the logging system holds loggers by weak references only.
	private final Logger logger = Logger.getLogger("io.palitra");

	private final List<String> messages = new CopyOnWriteArrayList<>();

	private final Handler handler = new Handler() {

		@Override
		public void publish(LogRecord record) {
			// Not that a callback still goes on, as it may on a busy machine
			if (record.getMessage().startsWith("A callback has held") && !record.getMessage().contains(", still, ")) {
				SlowReports.this.messages.add(record.getMessage() + stackOf(record));
			}
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}

	};

	private static String stackOf(LogRecord record) {
		return (record.getThrown() != null) ? "\n\tat " + Arrays.toString(record.getThrown().getStackTrace()) : "";
	}

	private SlowReports() {
		this.logger.addHandler(this.handler);
	}

	static SlowReports capture() {
		return new SlowReports();
	}

	/**
	 * Returns the reports of one runner's loop.
	 */
	List<String> of(String runner) {
		return this.messages.stream().filter((message) -> message.contains("runner \"" + runner + "\"")).toList();
	}

	@Override
	public void close() {
		this.logger.removeHandler(this.handler);
	}

}
