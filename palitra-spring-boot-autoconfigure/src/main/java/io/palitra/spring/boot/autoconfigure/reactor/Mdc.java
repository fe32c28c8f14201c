package io.palitra.spring.boot.autoconfigure.reactor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.reactivestreams.Subscription;
import org.slf4j.MDC;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/**
 * The MDC of a call, for the operators that work for it on whatever thread. Reactor's
 * automatic context propagation does as much for what the application's global registry
 * has accessors of; the MDC as a whole is not among that.
 */
final class Mdc implements ReactorWork {

	/**
	 * Set by the scope of the current observation, which Reactor has opened and which
	 * knows better than the MDC at the time of the call.
	 */
	private static final List<String> TRACE = List.of("traceId", "spanId");

	private final Map<String, String> values;

	private Mdc(Map<String, String> values) {
		this.values = values;
	}

	/**
	 * Has the operators and the tasks of schedulers run with the MDC of the call that
	 * they work for.
	 */
	static void install() {
		Hooks.onEachOperator(ReactorContextCarrier.KEY, Operators.lift((source, actual) -> {
			Object mdc = actual.currentContext().getOrDefault(ReactorContextCarrier.KEY, null);
			return (mdc instanceof Mdc restored) ? restored.new Restoring<>(actual) : actual;
		}));
		Schedulers.onScheduleHook(ReactorContextCarrier.KEY, Mdc::wrap);
	}

	static Mdc capture() {
		Map<String, String> values = MDC.getCopyOfContextMap();
		return new Mdc((values != null) ? values : Map.of());
	}

	private static Runnable wrap(Runnable task) {
		ReactorWork work = ReactorContextCarrier.work.get();
		if (work == null) {
			return task;
		}
		Mdc mdc = (work instanceof Mdc current) ? current : capture();
		return () -> mdc.run(task);
	}

	private void run(Runnable task) {
		ReactorWork outer = ReactorContextCarrier.work.get();
		if (outer == this) {
			task.run();
			return;
		}
		Map<String, String> previous = MDC.getCopyOfContextMap();
		Map<String, String> merged = new HashMap<>(this.values);
		for (String key : TRACE) {
			String current = MDC.get(key);
			if (current != null) {
				merged.put(key, current);
			}
		}
		MDC.setContextMap(merged);
		ReactorContextCarrier.work.set(this);
		try {
			task.run();
		}
		finally {
			ReactorContextCarrier.restore(outer);
			if (previous != null) {
				MDC.setContextMap(previous);
			}
			else {
				MDC.clear();
			}
		}
	}

	/**
	 * Hands signals on with the MDC.
	 */
	private final class Restoring<T> implements CoreSubscriber<T> {

		private final CoreSubscriber<? super T> actual;

		Restoring(CoreSubscriber<? super T> actual) {
			this.actual = actual;
		}

		@Override
		public Context currentContext() {
			return this.actual.currentContext();
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			Mdc.this.run(() -> this.actual.onSubscribe(subscription));
		}

		@Override
		public void onNext(T value) {
			Mdc.this.run(() -> this.actual.onNext(value));
		}

		@Override
		public void onError(Throwable failure) {
			Mdc.this.run(() -> this.actual.onError(failure));
		}

		@Override
		public void onComplete() {
			Mdc.this.run(this.actual::onComplete);
		}

	}

}
