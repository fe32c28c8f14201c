package io.palitra.sample.context;

import java.util.List;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class ShopController {

	private final Prices prices;

	private final OrderService orders;

	ShopController(Prices prices, OrderService orders) {
		this.prices = prices;
		this.orders = orders;
	}

	@GetMapping("/prices/{item}")
	long price(@PathVariable String item) {
		return this.prices.price(item);
	}

	@GetMapping("/prices/{item}/history")
	List<Long> history(@PathVariable String item) {
		return this.prices.history(item);
	}

	@PostMapping("/orders")
	int place(@RequestParam String first, @RequestParam String second) {
		return this.orders.place(first, second);
	}

}
