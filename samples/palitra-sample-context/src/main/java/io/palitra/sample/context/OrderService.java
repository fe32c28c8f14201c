package io.palitra.sample.context;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

import io.palitra.EventLoopThreadRunner;

import static io.palitra.reactor.ReactorTasks.mono;

/**
 * Takes orders.
 */
@Service
class OrderService {

	private final EventLoopThreadRunner runner;

	private final ReactivePrices prices;

	private final JdbcClient jdbc;

	OrderService(EventLoopThreadRunner runner, ReactivePrices prices, JdbcClient jdbc) {
		this.runner = runner;
		this.prices = prices;
		this.jdbc = jdbc;
	}

	/**
	 * Saves an order of two items at their prices, or none of them. Each is saved as soon
	 * as its price is known, by the thread that holds the transaction.
	 */
	// tag::place[]
	@Transactional
	int place(String first, String second) {
		return this.runner.runScoped((scope) -> {
			var firstSaved = scope.fork(mono(this.prices.price(first)))
				.thenApplyAsync((price) -> save(first, price), scope.caller());
			var secondSaved = scope.fork(mono(this.prices.price(second)))
				.thenApplyAsync((price) -> save(second, price), scope.caller());
			return firstSaved.thenCombine(secondSaved, Integer::sum);
		});
	}
	// end::place[]

	private int save(String item, long price) {
		if (price < 0) {
			throw new IllegalArgumentException("item " + item + " is not for sale");
		}
		return this.jdbc.sql("insert into orders (item, price) values (?, ?)").params(item, price).update();
	}

	int count() {
		return this.jdbc.sql("select count(*) from orders").query(Integer.class).single();
	}

}
