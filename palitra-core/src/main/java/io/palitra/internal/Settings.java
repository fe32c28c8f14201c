package io.palitra.internal;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.palitra.NestedRuns;
import io.palitra.OverloadPolicy;
import io.palitra.WaitStrategy;
import io.palitra.spi.AsyncAdapter;
import io.palitra.spi.BlockingDetector;
import io.palitra.spi.ContextCarrier;
import io.palitra.spi.RunListener;

/**
 * The settings of one runner; goes whole to whoever needs some of them. Times are in
 * nanoseconds, {@link Long#MAX_VALUE} for no limit.
 *
 * @param runner the runner's name
 * @param threadFactory makes the thread of each loop
 * @param waitStrategy whether threads may spin before they park
 * @param nestedRuns what becomes of a call on the runner's own loop
 * @param maxInFlight how much work is admitted at once, {@link Integer#MAX_VALUE} for any
 * @param overloadPolicy what becomes of a call beyond that
 * @param startOn calls the tasks that do not say otherwise, {@code null} for the loop
 * @param timeout how long a call may take that does not say otherwise
 * @param slowTaskThreshold how long a callback may hold the loop without being reported
 * @param hangThreshold after how long a wait is reported, and again
 * @param shutdownGrace how long calls in flight may go on when the runner ends
 * @param carriers carry the callers' context
 * @param detectors know further threads that must not block
 * @param adapters make stages of further asynchronous types
 * @param listeners are told of every call
 * @param discardHandlers get the values that come too late
 */
public record Settings(String runner, ThreadFactory threadFactory, WaitStrategy waitStrategy, NestedRuns nestedRuns,
		int maxInFlight, OverloadPolicy overloadPolicy, @Nullable Executor startOn, long timeout,
		long slowTaskThreshold, long hangThreshold, long shutdownGrace, List<ContextCarrier> carriers,
		List<BlockingDetector> detectors, List<AsyncAdapter> adapters, List<RunListener> listeners,
		List<Consumer<Object>> discardHandlers) {

	/**
	 * Returns whether calls need a permit.
	 */
	public boolean isBounded() {
		return this.maxInFlight != Integer.MAX_VALUE;
	}

}
