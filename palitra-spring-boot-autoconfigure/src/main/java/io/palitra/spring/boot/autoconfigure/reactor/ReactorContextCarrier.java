package io.palitra.spring.boot.autoconfigure.reactor;

import java.util.function.Supplier;

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
final class ReactorContextCarrier implements ContextCarrier {

	/**
	 * Names the hooks, and marks a context that has what it can get.
	 */
	static final String KEY = "io.palitra.context";

	/**
	 * Not null while the current thread does work for a call.
	 */
	static final ThreadLocal<@Nullable Object> working = new ThreadLocal<>();

	private static final ContextSnapshotFactory snapshots = ContextSnapshotFactory.builder().build();

	private final Supplier<?> mark;

	/**
	 * Creates a carrier, and registers a hook that does nothing outside of calls.
	 * @param mark supplies what to mark contexts with when they are captured
	 */
	ReactorContextCarrier(Supplier<?> mark) {
		this.mark = mark;
		Hooks.onLastOperator(KEY, ReactorContextCarrier::withContext);
	}

	@Override
	public Snapshot capture() {
		return () -> {
			Object outer = working.get();
			working.set(this.mark);
			return () -> restore(outer);
		};
	}

	static void restore(@Nullable Object outer) {
		if (outer != null) {
			working.set(outer);
		}
		else {
			working.remove();
		}
	}

	private static Publisher<Object> withContext(Publisher<Object> publisher) {
		if (!(working.get() instanceof Supplier<?> mark)) {
			return publisher;
		}
		if (publisher instanceof Mono<Object> mono) {
			return mono.contextWrite((context) -> capture(context, mark));
		}
		return (publisher instanceof Flux<Object> flux) ? flux.contextWrite((context) -> capture(context, mark))
				: publisher;
	}

	/**
	 * What others have written is more specific.
	 */
	private static Context capture(Context context, Supplier<?> mark) {
		return context.hasKey(KEY) ? context
				: snapshots.captureAll().updateContext(Context.empty()).put(KEY, mark.get()).putAll(context.readOnly());
	}

}
