package io.palitra.spring.boot.autoconfigure.context;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;

import io.palitra.spi.ContextCarrier;

/**
 * Carries the thread-locals that a registry has accessors of.
 */
final class ThreadLocalContextCarrier implements ContextCarrier {

	private final ContextSnapshotFactory factory;

	ThreadLocalContextCarrier(ContextRegistry registry) {
		this.factory = ContextSnapshotFactory.builder().contextRegistry(registry).clearMissing(true).build();
	}

	@Override
	public Snapshot capture() {
		ContextSnapshot snapshot = this.factory.captureAll();
		return () -> snapshot.setThreadLocals()::close;
	}

}
