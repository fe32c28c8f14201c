package io.palitra.spring.boot.autoconfigure.reactor;

import io.micrometer.context.ContextSnapshotFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import io.palitra.spi.ContextCarrier;

/**
 * Takes the caller's context on to where Reactor looks for it: whatever is subscribed to
 * while work is done for a call gets it into its Reactor {@link Context}, as
 * {@code contextCapture()} would do. Without this {@code mono::toFuture} would lose it,
 * and with it the parent of spans.
 */
final class ReactorContextCarrier implements ContextCarrier, ReactorWork {

	/**
	 * Names the hooks, and marks a context that has what it can get: with the call's
	 * {@link Mdc}, or with the carrier if operators are to do without.
	 */
	static final String KEY = "io.palitra.context";

	/**
	 * What the current thread works for, nothing outside of calls.
	 */
	static final ThreadLocal<@Nullable ReactorWork> work = new ThreadLocal<>();

	private static final ContextSnapshotFactory snapshots = ContextSnapshotFactory.builder().build();

	private final boolean withMdc;

	/**
	 * Creates a carrier, and registers hooks that do nothing outside of calls.
	 * @param withMdc whether operators are to have the MDC of their call
	 */
	ReactorContextCarrier(boolean withMdc) {
		this.withMdc = withMdc;
		Hooks.onLastOperator(KEY, ReactorContextCarrier::withContext);
		if (withMdc) {
			Mdc.install();
		}
	}

	@Override
	public Snapshot capture() {
		return () -> {
			ReactorWork outer = work.get();
			work.set(this);
			return () -> restore(outer);
		};
	}

	static void restore(@Nullable ReactorWork outer) {
		if (outer != null) {
			work.set(outer);
		}
		else {
			work.remove();
		}
	}

	private static Publisher<Object> withContext(Publisher<Object> publisher) {
		if (!(work.get() instanceof ReactorContextCarrier carrier)) {
			return publisher;
		}
		if (publisher instanceof Mono<Object> mono) {
			return mono.contextWrite(carrier::writeTo);
		}
		return (publisher instanceof Flux<Object> flux) ? flux.contextWrite(carrier::writeTo) : publisher;
	}

	/**
	 * What others have written is more specific.
	 */
	private Context writeTo(Context context) {
		return context.hasKey(KEY) ? context
				: snapshots.captureAll()
					.updateContext(Context.empty())
					.put(KEY, this.withMdc ? Mdc.capture() : this)
					.putAll(context.readOnly());
	}

}
