package io.palitra.docs.batch;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ItemWriter;

import io.palitra.AsyncCallable;
import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;

// tag::writer[]
class DeliveryWriter implements ItemWriter<String> {

	private static final RunOptions DELIVER = RunOptions.defaults()
		.name("deliver")
		.timeout(Duration.ofMinutes(1))
		.maxConcurrency(10);

	private final EventLoopThreadRunner runner;

	private final Delivery delivery;

	DeliveryWriter(EventLoopThreadRunner runner, Delivery delivery) {
		this.runner = runner;
		this.delivery = delivery;
	}

	@Override
	public void write(Chunk<? extends String> orders) {
		this.runner.gather(orders.getItems().stream().map(this::deliver).toList(), DELIVER);
	}

	private AsyncCallable<Void> deliver(String order) {
		return () -> this.delivery.deliver(order);
	}

	interface Delivery {

		CompletableFuture<Void> deliver(String order);

	}

}
// end::writer[]
