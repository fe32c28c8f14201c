package io.palitra.stress.soak;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A result that must reach its owner or the runner's {@code onDiscard}, and only one of
 * them.
 */
final class Value {

	private final AtomicInteger deliveries = new AtomicInteger();

	void delivered() {
		this.deliveries.incrementAndGet();
	}

	int deliveries() {
		return this.deliveries.get();
	}

}
