package io.palitra.docs.testing;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunTimeoutException;

// tag::service[]
class ExchangeService {

	private final EventLoopThreadRunner runner;

	private final Rates rates;

	ExchangeService(EventLoopThreadRunner runner, Rates rates) {
		this.runner = runner;
		this.rates = rates;
	}

	String price(String currency) {
		try {
			return this.runner.run(() -> this.rates.rate(currency), Duration.ofSeconds(2)) + " " + currency;
		}
		catch (RunTimeoutException ex) {
			return "not known at the moment";
		}
	}

	interface Rates {

		CompletableFuture<Integer> rate(String currency);

	}

}
// end::service[]
