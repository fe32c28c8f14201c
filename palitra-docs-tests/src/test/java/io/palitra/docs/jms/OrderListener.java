package io.palitra.docs.jms;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.springframework.jms.annotation.JmsListener;
import org.springframework.stereotype.Component;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;

// tag::listener[]
@Component
class OrderListener {

	private static final RunOptions DELIVER = RunOptions.defaults().name("deliver").timeout(Duration.ofSeconds(10));

	private final EventLoopThreadRunner runner;

	private final Delivery delivery;

	OrderListener(EventLoopThreadRunner runner, Delivery delivery) {
		this.runner = runner;
		this.delivery = delivery;
	}

	@JmsListener(destination = "orders", concurrency = "1-8")
	void onOrder(String order) {
		this.runner.run(() -> this.delivery.deliver(order), DELIVER);
	}

	interface Delivery {

		CompletableFuture<Void> deliver(String order);

	}

}
// end::listener[]
