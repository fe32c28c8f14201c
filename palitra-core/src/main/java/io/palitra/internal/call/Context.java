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

	static Context capture(List<ContextCarrier> carriers) {
		List<ContextCarrier.Snapshot> snapshots = carriers.isEmpty() ? List.of() : new ArrayList<>(carriers.size());
		for (ContextCarrier carrier : carriers) {
			try {
				snapshots.add(Objects.requireNonNull(carrier.capture(), "captured context"));
			}
			catch (Throwable ex) {
				report(carrier, ex);
			}
		}
		return new Context(Thread.currentThread().getContextClassLoader(), snapshots);
	}

	/**
	 * Makes this the context of the current thread until the returned scope is closed.
	 */
	ContextCarrier.Scope open() {
		Thread thread = Thread.currentThread();
		ClassLoader previous = thread.getContextClassLoader();
		if (previous != this.classLoader) {
			thread.setContextClassLoader(this.classLoader);
		}
		if (this.snapshots.isEmpty()) {
			// Also if it has not been changed here: what the task sets must not leak.
			return () -> thread.setContextClassLoader(previous);
		}
		List<ContextCarrier.Scope> scopes = new ArrayList<>(this.snapshots.size());
		for (ContextCarrier.Snapshot snapshot : this.snapshots) {
			try {
				scopes.add(Objects.requireNonNull(snapshot.open(), "opened scope"));
			}
			catch (Throwable ex) {
				report(snapshot, ex);
			}
		}
		return () -> {
			for (int i = scopes.size() - 1; i >= 0; i--) {
				try {
					scopes.get(i).close();
				}
				catch (Throwable ex) {
					report(scopes.get(i), ex);
				}
			}
			thread.setContextClassLoader(previous);
		};
	}

	/**
	 * Runs a command in this context.
	 */
	void run(Runnable command) {
		try (ContextCarrier.Scope scope = open()) {
			command.run();
		}
	}

	private static void report(Object culprit, Throwable ex) {
		Log.warn("Context carrier " + culprit.getClass().getName() + " failed", ex);
	}

}
