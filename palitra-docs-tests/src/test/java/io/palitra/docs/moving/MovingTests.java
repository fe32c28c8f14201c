package io.palitra.docs.moving;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import io.palitra.EventLoopThreadRunner;
import io.palitra.RunCallSite;
import io.palitra.RunOptions;
import io.palitra.RunTimeoutException;

import static io.palitra.reactor.ReactorTasks.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * What there was before and what comes after, which has the same result.
 */
class MovingTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.create();

	private final Client client = new Client();

	@AfterEach
	void close() {
		this.runner.close(Duration.ZERO);
	}

	@Test
	void block() {
		assertThat(beforeBlock()).isEqualTo(afterBlock()).isEqualTo("user7");
	}

	private String beforeBlock() {
		// tag::block-before[]
		String user = this.client.user(7).block(Duration.ofSeconds(2));
		// end::block-before[]
		return user;
	}

	private String afterBlock() {
		// tag::block-after[]
		String user = this.runner.run(mono(this.client.user(7)), Duration.ofSeconds(2));
		// end::block-after[]
		return user;
	}

	@Test
	void zip() {
		assertThat(beforeZip()).isEqualTo(afterZip()).isEqualTo("user7 has 3 orders");
	}

	private String beforeZip() {
		// tag::zip-before[]
		String text = Mono.zip(this.client.user(7), this.client.orders(7))
			.map((both) -> both.getT1() + " has " + both.getT2() + " orders")
			.block();
		// end::zip-before[]
		return text;
	}

	private String afterZip() {
		// tag::zip-after[]
		List<Object> both = this.runner.gather(mono(this.client.user(7)), mono(this.client.orders(7)));
		String text = both.get(0) + " has " + both.get(1) + " orders";
		// end::zip-after[]
		return text;
	}

	@Test
	void join() {
		assertThat(beforeJoin()).isEqualTo(afterJoin()).isEqualTo("user7");
	}

	private String beforeJoin() {
		// tag::join-before[]
		String user = this.client.userAsync(7).join();
		// end::join-before[]
		return user;
	}

	private String afterJoin() {
		// tag::join-after[]
		String user = this.runner.run(() -> this.client.userAsync(7));
		// end::join-after[]
		return user;
	}

	@Test
	void get() throws InterruptedException {
		assertThat(beforeGet()).isEqualTo(afterGet()).isEqualTo("user7");
	}

	private String beforeGet() throws InterruptedException {
		// tag::get-before[]
		String user;
		CompletableFuture<String> future = this.client.userAsync(7);
		try {
			user = future.get(2, TimeUnit.SECONDS);
		}
		catch (TimeoutException ex) {
			future.cancel(true);
			throw new IllegalStateException("too slow", ex);
		}
		catch (InterruptedException ex) {
			future.cancel(true);
			throw ex;
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex.getCause());
		}
		// end::get-before[]
		return user;
	}

	private String afterGet() throws InterruptedException {
		// tag::get-after[]
		String user = this.runner.runInterruptibly(() -> this.client.userAsync(7),
				RunOptions.defaults().timeout(Duration.ofSeconds(2)));
		// end::get-after[]
		return user;
	}

	@Test
	void allOf() {
		assertThat(beforeAllOf()).isEqualTo(afterAllOf()).containsExactly("user1", "user2");
	}

	private List<String> beforeAllOf() {
		// tag::all-of-before[]
		CompletableFuture<String> one = this.client.userAsync(1);
		CompletableFuture<String> two = this.client.userAsync(2);
		CompletableFuture.allOf(one, two).join();
		List<String> users = List.of(one.join(), two.join());
		// end::all-of-before[]
		return users;
	}

	private List<String> afterAllOf() {
		// tag::all-of-after[]
		List<String> users = this.runner.gather(() -> this.client.userAsync(1), () -> this.client.userAsync(2));
		// end::all-of-after[]
		return users;
	}

	@Test
	void started() {
		// tag::await[]
		CompletableFuture<String> shared = this.client.userAsync(7);
		String user = this.runner.await(shared, Duration.ofSeconds(2));
		// end::await[]
		assertThat(user).isEqualTo("user7");
	}

	@Test
	void failuresAreNoLongerWrapped() {
		IllegalStateException failure = new IllegalStateException("no user 8");
		CompletableFuture<String> failed = CompletableFuture.failedFuture(failure);
		assertThatExceptionOfType(CompletionException.class).isThrownBy(failed::join).withCause(failure);
		assertThatIllegalStateException().isThrownBy(() -> this.runner.run(() -> failed))
			.isSameAs(failure)
			.satisfies((thrown) -> assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(RunCallSite.class));
	}

	@Test
	void timeoutsCancel() {
		CompletableFuture<String> abandoned = new CompletableFuture<>();
		assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> abandoned.get(1, TimeUnit.MILLISECONDS));
		assertThat(abandoned).isNotDone();
		// Again if the time was up before the work could be started.
		await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
			CompletableFuture<String> cancelled = new CompletableFuture<>();
			assertThatExceptionOfType(RunTimeoutException.class)
				.isThrownBy(() -> this.runner.run(() -> cancelled, Duration.ofMillis(20)))
				.withCauseInstanceOf(TimeoutException.class);
			assertThat(cancelled).isCancelled();
		});
	}

	private static final class Client {

		Mono<String> user(int id) {
			return Mono.fromFuture(() -> userAsync(id));
		}

		Mono<Integer> orders(int id) {
			return Mono.just(3);
		}

		CompletableFuture<String> userAsync(int id) {
			return CompletableFuture.supplyAsync(() -> "user" + id);
		}

	}

}
