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

import static io.palitra.reactor.ReactorTasks.mono;

public class Left {

	private static final Logger logger = LoggerFactory.getLogger(Left.class);

	private final EventLoopThreadRunner runner;

	private final Client client;

	// palitra: no runner is there yet when a class or its fields are initialised
	private final Client.User user = Mono.just(new Client.User(1, "user1")).block();

	public Left(EventLoopThreadRunner runner, Client client) {
		this.client = client;
		runner.run(mono(client.user(1)));
		this.runner = runner;
	}

	public Client.User catchesCause(int id) {
		try {
			// palitra: the catch block is for what get() throws, and a runner throws the cause itself, or a RunTimeoutException
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
			// palitra: the catch block is for what get() throws, and a runner throws the cause itself, or a RunTimeoutException
			return this.client.userAsync(id).get(1, TimeUnit.SECONDS);
		}
		catch (TimeoutException ex) {
			return null;
		}
	}

	public Client.User declares(int id) throws InterruptedException, ExecutionException {
		// palitra: the method declares an exception of get(), and a runner throws the cause itself
		return this.client.userAsync(id).get();
	}

	public Client.User catchesCompletion(int id) {
		try {
			// palitra: the catch block is for what join() throws, and a runner throws the cause itself, or a RunTimeoutException
			return this.client.userAsync(id).join();
		}
		catch (CompletionException ex) {
			return null;
		}
	}

	public Client.User looksInto(int id) {
		try {
			// palitra: the catch block looks into the exception or hands it on, and a runner throws the cause itself
			return this.client.userAsync(id).join();
		}
		catch (RuntimeException ex) {
			throw new IllegalStateException(ex.getCause());
		}
	}

	public Client.User unwraps(int id) {
		try {
			// palitra: the catch block looks into the exception or hands it on, and a runner throws the cause itself
			return this.client.user(id).block();
		}
		catch (RuntimeException ex) {
			logger.warn("No user", Exceptions.unwrap(ex));
			return null;
		}
	}

	public Client.User blockTimeout(int id) {
		try {
			// palitra: the catch block is for what blocking throws, and a runner throws the cause itself, or a RunTimeoutException
			return this.client.user(id).block();
		}
		catch (IllegalStateException ex) {
			return null;
		}
	}

	public Client.User asks(CompletableFuture<Client.User> future) throws Exception {
		// palitra: it does not wait but asks, and zero is no limit of a runner
		return future.get(0, TimeUnit.SECONDS);
	}

	public static Client.User isStatic(Client client) {
		// palitra: a static method has no EventLoopThreadRunner
		return client.user(1).block();
	}

	public Mono<String> isAsynchronous() {
		// palitra: the method is asynchronous itself: compose it instead, such as with flatMap or thenCompose
		return Mono.just(this.client.user(1).block().name());
	}

	public void inAsynchronousCode() {
		// palitra: this may run on a thread that must not block: compose it instead, such as with flatMap or thenCompose
		this.client.users().map((each) -> this.client.orders(each.id()).block()).subscribe();
		// palitra: this may run on a thread that must not block: compose it instead, such as with flatMap or thenCompose
		this.runner.await(this.client.userAsync(1).thenApply((each) -> this.client.userAsync(each.id()).join()));
	}

	public Supplier<Client.User> anonymous() {
		return new Supplier<>() {

			@Override
			public Client.User get() {
				// palitra: it is in an anonymous class or an enum constant
				return Left.this.client.user(1).block();
			}

		};
	}

	public Client.User worksOnCaller() {
		Mono<Client.User> mono = Mono.fromCallable(() -> new Client.User(1, "user1"));
		// palitra: what it does on this thread would be done on the loop's: give it a scheduler with subscribeOn
		return mono.block();
	}

	public List<Client.User> references(List<Mono<Client.User>> users, CompletableFuture<Client.User> future) {
		// palitra: a method reference: write a lambda with the runner's call
		Supplier<Client.User> later = future::join;
		later.get();
		// palitra: a method reference: write a lambda with the runner's call
		return users.stream().map(Mono::block).toList();
	}

	public Iterable<Client.User> iterable() {
		// palitra: use runner.run(list(flux)) if all elements fit into memory, ReactorTasks.stream otherwise
		return this.client.users().toIterable();
	}

	public int loop(Flux<Integer> numbers) {
		int sum = 0;
		// palitra: use runner.run(list(flux)) if all elements fit into memory, ReactorTasks.stream otherwise
		for (int number : numbers.toIterable()) {
			sum += number;
		}
		return sum;
	}

	public void others(ExecutorService executor, CountDownLatch latch) throws Exception {
		Future<String> future = executor.submit(() -> "value");
		// palitra: a plain Future tells nobody when it is done: use one that does, such as runner.run(() -> CompletableFuture.supplyAsync(work, executor))
		future.get();
		// palitra: use runner.run(() -> future) with a future that is completed where the latch is counted down
		latch.await();
	}

	public Client.User scheduledNowhere() throws Exception {
		// palitra: what it does on this thread would be done on the loop's: give it a scheduler with subscribeOn
		return Mono.fromCallable(() -> new Client.User(1, "user1")).toFuture().get();
	}

	public List<Client.User> afterAll(List<CompletableFuture<Client.User>> started) {
		// palitra: all are done by then, so it does not wait; the runner's gather starts the calls, waits and collects the values
		return this.runner.await(CompletableFuture.allOf(started.toArray(CompletableFuture[]::new))
			.thenApply((done) -> started.stream().map(CompletableFuture::join).toList()));
	}

	public Iterable<Client.User> queue() {
		// palitra: it has a queue of its own: use ReactorTasks.stream, or runner.run(list(flux)) if all elements fit into memory
		return this.client.users().toIterable(1, java.util.ArrayDeque::new);
	}

}
