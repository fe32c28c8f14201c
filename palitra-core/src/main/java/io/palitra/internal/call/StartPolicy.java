package io.palitra.internal.call;

import java.util.Locale;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.loop.Threads;

/**
 * The places to start a task on that palitra has itself, besides the loop.
 */
public enum StartPolicy implements Executor {

	/**
	 * In place, on the calling thread.
	 */
	CALLER {

		@Override
		public void execute(Runnable command) {
			command.run();
		}

	},

	/**
	 * On a virtual thread for each start.
	 */
	VIRTUAL_THREADS {

		@Override
		public void execute(Runnable command) {
			Threads.startVirtual(command);
		}

	},

	/**
	 * On a platform thread for each start, where there are no virtual ones.
	 */
	PLATFORM_THREADS {

		@Override
		public void execute(Runnable command) {
			Threads.daemon("palitra-start", command).start();
		}

	};

	/**
	 * Returns what calls tasks that block.
	 */
	public static StartPolicy forBlocking() {
		return Threads.hasVirtual() ? VIRTUAL_THREADS : PLATFORM_THREADS;
	}

	/**
	 * Tells where tasks start, for texts and snapshots.
	 * @param executor what calls them, {@code null} for the loop
	 */
	static String describe(@Nullable Executor executor) {
		if (executor == null) {
			return "loop";
		}
		if (executor instanceof StartPolicy) {
			return executor.toString();
		}
		String type = executor.getClass().getName();
		int lambda = type.indexOf("$$Lambda");
		return (lambda >= 0) ? type.substring(0, lambda) : type;
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
