package io.palitra.internal.call;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.palitra.internal.Elements;
import io.palitra.internal.Settings;
import io.palitra.internal.loop.Log;
import io.palitra.spi.RunListener;
import io.palitra.spi.RunResult;

/**
 * Counts what happens to the calls of one runner, and tells those who want to know. What
 * they throw is logged: no call notices (rule C19).
 */
final class Events {

	private final String runner;

	private final List<RunListener> listeners;

	private final List<Consumer<Object>> discardHandlers;

	/**
	 * The threads that are in a handler.
	 */
	private final Set<Thread> discarding = ConcurrentHashMap.newKeySet();

	final LongAdder rejected = new LongAdder();

	final LongAdder discarded = new LongAdder();

	/**
	 * How many works run beyond the callback that has started them.
	 */
	final LongAdder running = new LongAdder();

	/**
	 * How many owners are parked or about to be.
	 */
	final LongAdder waiting = new LongAdder();

	Events(Settings settings) {
		this.runner = settings.runner();
		this.listeners = settings.listeners();
		this.discardHandlers = settings.discardHandlers();
	}

	boolean hasListeners() {
		return !this.listeners.isEmpty();
	}

	void submitted(Call<?> call) {
		if (hasListeners()) {
			tell((listener) -> listener.onSubmit(call));
		}
	}

	void started(Call<?> call) {
		if (hasListeners()) {
			tell((listener) -> listener.onStart(call));
		}
	}

	void ended(Call<?> call, @Nullable Object outcome) {
		RunResult result = (outcome instanceof Failed failed) ? failed.result() : RunResult.SUCCESS;
		Throwable failure = (outcome instanceof Failed failed && failed.ofTask()) ? failed.failure() : null;
		tell((listener) -> listener.onEnd(call, result, failure));
	}

	private void tell(Consumer<RunListener> event) {
		for (RunListener listener : this.listeners) {
			try {
				event.accept(listener);
			}
			catch (Throwable ex) {
				Log.warn("Listener " + listener.getClass().getName() + " of runner \"" + this.runner + "\" failed", ex);
			}
		}
	}

	/**
	 * A value has come that nobody waits for any more (rule C11).
	 */
	void discard(@Nullable Object value) {
		if (value instanceof Gather<?>) {
			// Its owner sees to what is in there, whatever becomes of the call.
			return;
		}
		if (value instanceof Elements<?> elements) {
			elements.forEach(this::discard);
			return;
		}
		this.discarded.increment();
		if (value == null) {
			return;
		}
		boolean outermost = this.discarding.add(Thread.currentThread());
		for (Consumer<Object> handler : this.discardHandlers) {
			try {
				handler.accept(value);
			}
			catch (Throwable ex) {
				Log.warn("Runner \"" + this.runner + "\" could not discard a late result of " + value.getClass()
						+ ": its handler failed", ex);
			}
		}
		if (outermost) {
			this.discarding.remove(Thread.currentThread());
		}
	}

	boolean isDiscarding(Thread thread) {
		return this.discarding.contains(thread);
	}

	/**
	 * The work has failed when nobody waited for it any more. That it was cancelled is no
	 * news.
	 */
	void discardFailure(Object work, Throwable failure) {
		if (!(failure instanceof CancellationException)) {
			this.discarded.increment();
			Log.debug("Work failed after its call had ended: " + work, failure);
		}
	}

}
