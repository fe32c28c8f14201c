package io.palitra;

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
			if (record.getMessage().startsWith("A callback has held")) {
				SlowReports.this.messages.add(record.getMessage());
			}
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}

	};

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
