package io.palitra.docs.testing;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

import io.palitra.EventLoopThreadRunner;
import io.palitra.docs.testing.ExchangeService.Rates;

@RestController
class ExchangeController {

	private final ExchangeService exchange;

	ExchangeController(EventLoopThreadRunner runner, Rates rates) {
		this.exchange = new ExchangeService(runner, rates);
	}

	@GetMapping("/prices/{currency}")
	String price(@PathVariable String currency) {
		return this.exchange.price(currency);
	}

}
