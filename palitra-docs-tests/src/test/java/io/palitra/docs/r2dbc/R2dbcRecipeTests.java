package io.palitra.docs.r2dbc;

import java.time.Duration;
import java.util.List;

import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.palitra.EventLoopThreadRunner;

import static io.palitra.reactor.ReactorTasks.list;
import static io.palitra.reactor.ReactorTasks.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The recipe for R2DBC, on an embedded H2.
 */
class R2dbcRecipeTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.create();

	// tag::client[]
	private final ConnectionFactory connections = ConnectionFactories
		.get("r2dbc:h2:mem:///shop?options=DB_CLOSE_DELAY=-1");

	private final DatabaseClient database = DatabaseClient.create(this.connections);

	// end::client[]

	@AfterEach
	void close() {
		this.runner.run(mono(this.database.sql("drop all objects").then()));
		this.runner.close(Duration.ZERO);
	}

	@Test
	void queriesAndReactiveTransactions() {
		this.runner.run(mono(this.database.sql("create table orders (item varchar(20))").then()));
		save("tea", "milk");
		assertThat(items()).containsExactly("milk", "tea");
		assertThatIllegalStateException().isThrownBy(() -> save("bread", "none"));
		assertThat(items()).containsExactly("milk", "tea");
	}

	private List<String> items() {
		// tag::query[]
		Flux<String> items = this.database.sql("select item from orders order by item")
			.map((row) -> row.get("item", String.class))
			.all();
		return this.runner.run(list(items), Duration.ofSeconds(5));
		// end::query[]
	}

	private void save(String first, String second) {
		// tag::transaction[]
		TransactionalOperator transaction = TransactionalOperator.create(new R2dbcTransactionManager(this.connections));
		Mono<Void> both = insert(first).then(insert(second)).as(transaction::transactional);
		this.runner.run(mono(both), Duration.ofSeconds(5));
		// end::transaction[]
	}

	private Mono<Void> insert(String item) {
		if (item.equals("none")) {
			return Mono.error(new IllegalStateException("nothing to save"));
		}
		return this.database.sql("insert into orders (item) values (:item)").bind("item", item).then();
	}

}
