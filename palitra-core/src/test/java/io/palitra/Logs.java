package io.palitra;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * What palitra logs while this is open, instead of the console.
 */
final class Logs implements AutoCloseable {

	// Kept, since the logging system holds loggers by weak references only.
	private final Logger logger = Logger.getLogger("io.palitra");

	private final List<LogRecord> records = new CopyOnWriteArrayList<>();

	private final Handler handler = new Handler() {

		@Override
		public void publish(LogRecord record) {
			Logs.this.records.add(record);
			published(record);
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}

	};

	private final Runnable onTrouble;

	private final Map<String, Runnable> onMessage = new ConcurrentHashMap<>();

	private Logs(Runnable onTrouble) {
		this.onTrouble = onTrouble;
		this.handler.setLevel(Level.ALL);
		this.logger.setLevel(Level.ALL);
		this.logger.setUseParentHandlers(false);
		this.logger.addHandler(this.handler);
	}

	static Logs capture() {
		return new Logs(() -> {
		});
	}

	/**
	 * Logging that is itself broken.
	 */
	static Logs broken(Error failure) {
		return new Logs(() -> {
			throw failure;
		});
	}

	private void published(LogRecord record) {
		if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
			this.onTrouble.run();
		}
		this.onMessage.forEach((part, action) -> {
			if (record.getMessage().contains(part)) {
				action.run();
			}
		});
	}

	/**
	 * Does something while a message is being logged.
	 */
	void onMessage(String part, Runnable action) {
		this.onMessage.put(part, action);
	}

	/**
	 * Returns the reports of slow callbacks, which all other methods leave out.
	 */
	Stream<LogRecord> ofSlowCallbacks() {
		return this.records.stream().filter(Logs::isOfSlowCallback);
	}

	private static boolean isOfSlowCallback(LogRecord record) {
		return record.getMessage().startsWith("A callback has held thread")
				|| record.getMessage().startsWith("The callback that held thread");
	}

	/**
	 * Returns the messages of warnings and errors.
	 */
	List<String> messages() {
		return troubles().map(LogRecord::getMessage).toList();
	}

	/**
	 * Returns the exceptions that were logged with warnings and errors.
	 */
	List<Throwable> thrown() {
		return troubles().map(LogRecord::getThrown).filter(Objects::nonNull).toList();
	}

	/**
	 * Without the reports of slow callbacks, which a busy machine may bring at any time.
	 */
	private Stream<LogRecord> troubles() {
		return this.records.stream()
			.filter((record) -> record.getLevel().intValue() >= Level.WARNING.intValue())
			.filter((record) -> !isOfSlowCallback(record));
	}

	/**
	 * Returns the exceptions that were logged for whoever looks for them.
	 */
	List<Throwable> thrownAtDebugLevel() {
		return this.records.stream()
			.filter((record) -> record.getLevel() == Level.FINE && !isOfSlowCallback(record))
			.map(LogRecord::getThrown)
			.filter(Objects::nonNull)
			.toList();
	}

	@Override
	public void close() {
		this.logger.removeHandler(this.handler);
		this.logger.setLevel(null);
		this.logger.setUseParentHandlers(true);
	}

}
