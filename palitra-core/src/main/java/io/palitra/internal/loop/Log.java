package io.palitra.internal.loop;

import java.lang.System.Logger.Level;

import org.jspecify.annotations.Nullable;

/**
 * The library's log. Where it is written, a loop or a call is at work that must not end
 * because its log does not work: what the logging system throws is dropped, for there is
 * nobody left to tell.
 */
public final class Log {

	private static final System.Logger logger = System.getLogger("io.palitra");

	private Log() {
	}

	public static void error(String text, Throwable ex) {
		log(Level.ERROR, text, ex);
	}

	public static void warn(String text) {
		log(Level.WARNING, text, null);
	}

	public static void warn(String text, @Nullable Throwable ex) {
		log(Level.WARNING, text, ex);
	}

	public static void debug(String text, @Nullable Throwable ex) {
		log(Level.DEBUG, text, ex);
	}

	private static void log(Level level, String text, @Nullable Throwable ex) {
		try {
			logger.log(level, text, ex);
		}
		catch (Throwable logFailure) {
			return;
		}
	}

}
