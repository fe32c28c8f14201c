package io.palitra.sample.context;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What the caller's thread does for its call is part of the caller's transaction.
 */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@Import(StubPrices.Configuration.class)
class TransactionTests {

	@Autowired
	private OrderService orders;

	@Autowired
	private JdbcClient jdbc;

	@BeforeEach
	void empty() {
		this.jdbc.sql("delete from orders").update();
	}

	@Test
	void whatIsSavedInTheTransactionIsCommitted() {
		assertThat(this.orders.place("a1", "b2")).isEqualTo(2);
		assertThat(this.orders.count()).isEqualTo(2);
	}

	@Test
	void failureRollsBackWhatHasBeenSavedC7() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.orders.place("a1", "b-1"))
			.withMessage("item b-1 is not for sale");
		assertThat(this.orders.count()).isZero();
	}

}
