package io.palitra.sample.worker.receive;

import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import org.springframework.stereotype.Component;

import io.palitra.sample.worker.WorkerProperties;

/**
 * Stands for a service that is called with an asynchronous client. It chokes on data that
 * begins with {@value #POISON}.
 */
@Component
class Processor {

	static final String POISON = "poison";

	private final Executor later;

	Processor(WorkerProperties properties) {
		this.later = CompletableFuture.delayedExecutor(properties.workTime().toNanos(), TimeUnit.NANOSECONDS);
	}

	CompletionStage<Answer> process(String data) {
		return CompletableFuture.supplyAsync(() -> {
			if (data.startsWith(POISON)) {
				throw new IllegalArgumentException("Cannot process '" + data + "'");
			}
			return new Answer(data, data.toUpperCase(Locale.ROOT), Instant.now());
		}, this.later);
	}

}
