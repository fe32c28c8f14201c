package app;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.palitra.EventLoopThreadRunner;

public class Left {

	private static final Logger logger = LoggerFactory.getLogger(Left.class);

	private final EventLoopThreadRunner runner;

	private final Client client;

	private final Client.User user = Mono.just(new Client.User(1, "user1")).block();

	public Left(EventLoopThreadRunner runner, Client client) {
		this.client = client;
		client.user(1).block();
		this.runner = runner;
	}

	public Client.User catchesCause(int id) {
		try {
			return this.client.userAsync(id).get();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return null;
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex.getCause());
		}
	}

	public Client.User catchesTimeout(int id) throws InterruptedException, ExecutionException {
		try {
			return this.client.userAsync(id).get(1, TimeUnit.SECONDS);
		}
		catch (TimeoutException ex) {
			return null;
		}
	}

	public Client.User declares(int id) throws InterruptedException, ExecutionException {
		return this.client.userAsync(id).get();
	}

	public Client.User catchesCompletion(int id) {
		try {
			return this.client.userAsync(id).join();
		}
		catch (CompletionException ex) {
			return null;
		}
	}

	public Client.User looksInto(int id) {
		try {
			return this.client.userAsync(id).join();
		}
		catch (RuntimeException ex) {
			throw new IllegalStateException(ex.getCause());
		}
	}

	public Client.User unwraps(int id) {
		try {
			return this.client.user(id).block();
		}
		catch (RuntimeException ex) {
			logger.warn("No user", Exceptions.unwrap(ex));
			return null;
		}
	}

	public Client.User blockTimeout(int id) {
		try {
			return this.client.user(id).block();
		}
		catch (IllegalStateException ex) {
			return null;
		}
	}

	public Client.User asks(CompletableFuture<Client.User> future) throws Exception {
		return future.get(0, TimeUnit.SECONDS);
	}

	public static Client.User isStatic(Client client) {
		return client.user(1).block();
	}

	public Mono<String> isAsynchronous() {
		return Mono.just(this.client.user(1).block().name());
	}

	public void inAsynchronousCode() {
		this.client.users().map((each) -> this.client.orders(each.id()).block()).subscribe();
		this.client.userAsync(1).thenApply((each) -> this.client.userAsync(each.id()).join()).join();
	}

	public Supplier<Client.User> anonymous() {
		return new Supplier<>() {

			@Override
			public Client.User get() {
				return Left.this.client.user(1).block();
			}

		};
	}

	public Client.User worksOnCaller() {
		Mono<Client.User> mono = Mono.fromCallable(() -> new Client.User(1, "user1"));
		return mono.block();
	}

	public List<Client.User> references(List<Mono<Client.User>> users, CompletableFuture<Client.User> future) {
		Supplier<Client.User> later = future::join;
		later.get();
		return users.stream().map(Mono::block).toList();
	}

	public Iterable<Client.User> iterable() {
		return this.client.users().toIterable();
	}

	public int loop(Flux<Integer> numbers) {
		int sum = 0;
		for (int number : numbers.toIterable()) {
			sum += number;
		}
		return sum;
	}

	public void others(ExecutorService executor, CountDownLatch latch) throws Exception {
		Future<String> future = executor.submit(() -> "value");
		future.get();
		latch.await();
	}

	public Client.User scheduledNowhere() throws Exception {
		return Mono.fromCallable(() -> new Client.User(1, "user1")).toFuture().get();
	}

	public List<Client.User> afterAll(List<CompletableFuture<Client.User>> started) {
		return this.runner.await(CompletableFuture.allOf(started.toArray(CompletableFuture[]::new))
			.thenApply((done) -> started.stream().map(CompletableFuture::join).toList()));
	}

	public Iterable<Client.User> queue() {
		return this.client.users().toIterable(1, java.util.ArrayDeque::new);
	}

}
