package io.palitra.docs.start;

import java.util.concurrent.CompletableFuture;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Component;

import io.palitra.EventLoopThreadRunner;

// tag::qualifier[]
@Component
class NightlyReport {

	private final EventLoopThreadRunner runner;

	NightlyReport(@Qualifier("reports") EventLoopThreadRunner runner) {
		this.runner = runner;
	}

	// end::qualifier[]

	String report() {
		return this.runner.run(() -> CompletableFuture.completedFuture(Thread.currentThread().getName()));
	}

}
