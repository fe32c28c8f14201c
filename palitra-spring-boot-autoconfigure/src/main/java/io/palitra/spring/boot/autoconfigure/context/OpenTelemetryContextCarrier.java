package io.palitra.spring.boot.autoconfigure.context;

import io.opentelemetry.context.Context;

import io.palitra.spi.ContextCarrier;

/**
 * Carries the context of OpenTelemetry: the current span, the baggage.
 */
final class OpenTelemetryContextCarrier implements ContextCarrier {

	@Override
	public Snapshot capture() {
		Context context = Context.current();
		return () -> context.makeCurrent()::close;
	}

}
