package io.palitra.internal.call;

import java.util.List;
import java.util.function.Consumer;

import io.palitra.OverloadPolicy;
import io.palitra.spi.ContextCarrier;
import io.palitra.spi.RunListener;

/**
 * What a runner's calls need to know of its settings.
 *
 * @param runner the runner's name
 * @param maxInFlight how much work is admitted at once, {@link Integer#MAX_VALUE} for any
 * @param overloadPolicy what to do with a call beyond that
 * @param timeout how many nanoseconds a call may take that does not say otherwise
 * @param hangThreshold after how many nanoseconds a wait is reported, and again
 * @param carriers carry the callers' context
 * @param listeners are told of every call
 * @param discardHandlers get the values that come too late
 */
public record Settings(String runner, int maxInFlight, OverloadPolicy overloadPolicy, long timeout, long hangThreshold,
		List<ContextCarrier> carriers, List<RunListener> listeners, List<Consumer<Object>> discardHandlers) {
}
