package io.palitra.internal.call;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.loop.Log;
import io.palitra.spi.ContextCarrier;

/**
 * What was bound to the caller's thread at the time of a call: what the carriers carry,
 * and the context class loader (rule C8). Immutable.
 */
final class Context {

	private final @Nullable ClassLoader classLoader;

	private final List<ContextCarrier.Snapshot> snapshots;

	private Context(@Nullable ClassLoader classLoader, List<ContextCarrier.Snapshot> snapshots) {
		this.classLoader = classLoader;
		this.snapshots = snapshots;
	}

	/**
	 * Captures the context of the current thread.
	 * @param last one captured before, to be used again if it is the same
	 */
	static Context capture(List<ContextCarrier> carriers, @Nullable Context last) {
		ClassLoader classLoader = Thread.currentThread().getContextClassLoader();
		if (carriers.isEmpty()) {
			return (last != null && last.classLoader == classLoader) ? last : new Context(classLoader, List.of());
		}
		List<ContextCarrier.Snapshot> snapshots = new ArrayList<>(carriers.size());
		for (ContextCarrier carrier : carriers) {
			try {
				snapshots.add(Objects.requireNonNull(carrier.capture(), "captured context"));
			}
			catch (Throwable ex) {
				report(carrier, ex);
			}
		}
		return new Context(classLoader, snapshots);
	}

	/**
	 * Runs a command with this as the context of the current thread.
	 */
	void run(Runnable command) {
		Thread thread = Thread.currentThread();
		ClassLoader previous = thread.getContextClassLoader();
		if (previous != this.classLoader) {
			thread.setContextClassLoader(this.classLoader);
		}
		try {
			run(command, 0);
		}
		finally {
			// Also if it was the same before: what the command sets must not leak.
			if (thread.getContextClassLoader() != previous) {
				thread.setContextClassLoader(previous);
			}
		}
	}

	/**
	 * Runs a command in the contexts from the given one on, each inside the one before.
	 */
	private void run(Runnable command, int from) {
		if (from == this.snapshots.size()) {
			command.run();
			return;
		}
		ContextCarrier.Snapshot snapshot = this.snapshots.get(from);
		Inside inside = new Inside(command, from + 1);
		try {
			snapshot.run(inside);
		}
		catch (Throwable ex) {
			if (ex != inside.failure) {
				report(snapshot, ex);
			}
		}
		if (!inside.ran) {
			// The carrier failed before: the call goes on without what it carries.
			inside.run();
		}
		else if (inside.failure != null) {
			throw Inside.<RuntimeException>asItIs(inside.failure);
		}
	}

	private static void report(Object culprit, Throwable ex) {
		Log.warn("Context carrier " + culprit.getClass().getName() + " failed", ex);
	}

	/**
	 * What is run inside one context.
	 */
	private final class Inside implements Runnable {

		private final Runnable command;

		private final int from;

		private boolean ran;

		private @Nullable Throwable failure;

		Inside(Runnable command, int from) {
			this.command = command;
			this.from = from;
		}

		@Override
		public void run() {
			if (this.ran) {
				throw new IllegalStateException("a context carrier runs a command once");
			}
			this.ran = true;
			try {
				Context.this.run(this.command, this.from);
			}
			catch (Throwable ex) {
				this.failure = ex;
				throw ex;
			}
		}

		@SuppressWarnings("unchecked")
		private static <X extends Throwable> X asItIs(Throwable failure) throws X {
			throw (X) failure;
		}

	}

}
