package io.palitra;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A task that goes on after a nested call is still what the loop runs: a close finds it.
 */
@DisplayName("C10 Shutdown: a loop that is held after a nested call")
class C10HeldAfterNestedRunTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
		.name("held")
		.nestedRuns(NestedRuns.PUMP)
		.slowTaskThreshold(Support.LONG)
		.build();

	private final CountDownLatch holding = new CountDownLatch(1);

	private final CountDownLatch released = new CountDownLatch(1);

	@AfterEach
	void close() {
		this.released.countDown();
		this.runner.close(Duration.ZERO);
	}

	private String nestAndHold() {
		// Served by the loop, which passes other tasks meanwhile
		this.runner.run(Support.later("nested"));
		this.runner.run(Support.value("nested"));
		this.holding.countDown();
		try {
			this.released.await(5, TimeUnit.MINUTES);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return "held";
	}

	@Test
	void ownerOfTheCallIsReleased() {
		Owner<String> owner = Owner
			.start(() -> this.runner.run(() -> CompletableFuture.completedFuture(nestAndHold())));
		Support.await(this.holding);
		this.runner.close(Duration.ZERO);
		assertThat(owner.failure()).isInstanceOf(RunnerClosedException.class);
	}

	@Test
	void waiterForTheTaskIsReleased() {
		Future<String> task = this.runner.getLoop().submit(this::nestAndHold);
		Support.await(this.holding);
		Owner<Object> waiter = Owner.parked(task::get);
		this.runner.close(Duration.ZERO);
		assertThat(waiter.failure()).isInstanceOf(CancellationException.class);
	}

	@Test
	void snapshotStillListsTheCall() {
		Owner<String> owner = Owner
			.start(() -> this.runner.run(() -> CompletableFuture.completedFuture(nestAndHold())));
		Support.await(this.holding);
		Support.eventually().until(() -> this.runner.snapshot().waiting() == 1);
		assertThat(this.runner.snapshot().active()).isOne();
		this.released.countDown();
		assertThat(owner.value()).isEqualTo("held");
		Support.eventually().until(() -> this.runner.snapshot().active() == 0);
	}

}
