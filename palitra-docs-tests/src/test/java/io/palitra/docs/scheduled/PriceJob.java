package io.palitra.docs.scheduled;

import java.time.Duration;
import java.util.List;

import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;

// tag::job[]
@Component
class PriceJob {

	private static final RunOptions LOAD_PRICES = RunOptions.defaults()
		.name("load-prices")
		.timeout(Duration.ofSeconds(30));

	private final EventLoopThreadRunner runner;

	private final PriceClient client;

	private volatile List<Price> prices = List.of();

	PriceJob(EventLoopThreadRunner runner, PriceClient client) {
		this.runner = runner;
		this.client = client;
	}

	@Scheduled(fixedDelayString = "1m")
	void loadPrices() {
		this.prices = this.runner.run(this.client::loadAsync, LOAD_PRICES);
	}

	List<Price> prices() {
		return this.prices;
	}

}
// end::job[]
