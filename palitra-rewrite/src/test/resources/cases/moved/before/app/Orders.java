package app;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.palitra.EventLoopThreadRunner;

/**
 * Has a runner already.
 */
public class Orders {

	private static final Logger logger = LoggerFactory.getLogger(Orders.class);

	private final EventLoopThreadRunner loop;

	private final Client client;

	public Orders(EventLoopThreadRunner loop, Client client) {
		this.loop = loop;
		this.client = client;
	}

	public String block(int id) {
		return this.client.user(id).block().name();
	}

	public Client.User blockInTime(int id) {
		return this.client.user(id).block(Duration.ofSeconds(2));
	}

	public void blockStatement(int id) {
		// Nobody needs it any more
		this.client.delete(id).block();
	}

	public Client.User blockChain(int id) {
		return this.client.user(id)
			.map((user) -> user)
			// Better twice than never
			.retry(1)
			.block();
	}

	public int blockUnboxed(int id) {
		int orders = this.client.orders(id).block();
		return orders + this.client.orders(id + 1).block();
	}

	public Optional<Client.User> blockOptional(int id) {
		return this.client.user(id).blockOptional();
	}

	public String blockOptionalInTime(int id) {
		return this.client.user(id).blockOptional(Duration.ofSeconds(1)).map(Client.User::name).orElse("nobody");
	}

	public List<Client.User> collected() {
		return this.client.users().collectList().block();
	}

	public Client.User first() {
		return this.client.users().blockFirst();
	}

	public Client.User last() {
		return this.client.users().blockLast(Duration.ofMillis(500));
	}

	public Stream<Client.User> stream() {
		return this.client.users().toStream();
	}

	public int loop() {
		int sum = 0;
		Flux<Client.User> users = this.client.users();
		for (Client.User user : users.toIterable()) {
			sum += user.id();
		}
		return sum;
	}

	public int loopOverNumbers(Flux<Integer> numbers) {
		int sum = 0;
		for (Integer number : numbers.toIterable()) {
			sum += number;
		}
		return sum;
	}

	public String zip(int id) {
		return Mono.zip(this.client.user(id), this.client.orders(id))
			.map((both) -> both.getT1().name() + both.getT2())
			.block();
	}

	public String join(int id) {
		return this.client.userAsync(id).join().name();
	}

	public Client.User joinStage(int id) {
		return this.client.userStage(id).toCompletableFuture().join();
	}

	public int joinChained(int id) {
		return this.client.userAsync(id).thenApply((user) -> user.id() + 1).join();
	}

	public String joinInLoop() {
		StringBuilder names = new StringBuilder();
		for (int i = 0; i < 3; i++) {
			names.append(this.client.userAsync(i).join());
		}
		for (int id : new int[] { 1, 2 }) {
			names.append(this.client.userAsync(id).join());
		}
		return names.toString();
	}

	public Client.User joinWithArgumentOfUnknownCode() {
		return this.client.userAsync(this.client.next()).join();
	}

	public Client.User joinNested() {
		return this.client.userAsync(this.client.userAsync(1).join().id()).join();
	}

	public Client.User joinChecked(String file) throws java.io.IOException {
		return this.client.fromFile(file).join();
	}

	public void joinAccessor() {
		this.client.closeFuture().join();
	}

	public List<Client.User> startedEarly() {
		CompletableFuture<Client.User> one = this.client.userAsync(1);
		CompletableFuture<Client.User> two = this.client.userAsync(2);
		CompletableFuture.allOf(one, two).join();
		return List.of(one.join(), two.join());
	}

	public List<Client.User> startedInStream(List<Integer> ids) {
		List<CompletableFuture<Client.User>> started = ids.stream().map(this.client::userAsync).toList();
		return started.stream().map(CompletableFuture::join).toList();
	}

	public List<String> inStream(List<Integer> ids) {
		return ids.stream().map((id) -> this.client.user(id).block()).map(Client.User::name).toList();
	}

	public Client.User get(int id) throws Exception {
		return this.client.userAsync(id).get();
	}

	public Client.User getInTime(int id) throws Exception {
		return this.client.userAsync(id).get(2, TimeUnit.SECONDS);
	}

	public Client.User getStarted(CompletableFuture<Client.User> future, long limit, TimeUnit unit) throws Exception {
		Client.User user = future.get(limit, unit);
		logger.info("Found {}", future.get(1, TimeUnit.MINUTES));
		return user;
	}

	public Client.User getAndLog(int id) {
		try {
			return this.client.userAsync(id).get();
		}
		catch (Exception ex) {
			logger.warn("No user", ex);
			throw new IllegalStateException(ex);
		}
	}

	public String overloaded(int id) {
		return String.valueOf(this.client.userAsync(id).join()) + new StringBuilder().append(this.client.user(id).block());
	}

	public Client.User catching(int id) {
		try {
			return this.client.user(id).block();
		}
		catch (IllegalArgumentException ex) {
			logger.warn(ex.getMessage());
			return null;
		}
		finally {
			logger.info("done");
		}
	}

	public static Client.User withParameter(EventLoopThreadRunner runner, Client client) {
		return client.user(1).block();
	}

	public Client.User asynchronous() {
		return CompletableFuture.supplyAsync(() -> new Client.User(1, "user1")).join();
	}

	public Client.User ternary(boolean one) {
		return (one ? this.client.userAsync(1) : this.client.userAsync(2)).join();
	}

	public Client.User subscribedElsewhere() {
		return Mono.fromCallable(() -> new Client.User(1, "user1"))
			.subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic())
			.block();
	}

	public Client.User future(int id) {
		return this.client.user(id).map((user) -> user).toFuture().join();
	}

	public Client.User futureInTime(int id) throws Exception {
		return this.client.user(id).toFuture().get(2, TimeUnit.SECONDS);
	}

	public Client.User optional(java.util.Optional<CompletableFuture<Client.User>> started) {
		return started.map(CompletableFuture::join).orElse(null);
	}

	public int loopInBatches() {
		int sum = 0;
		for (Client.User user : this.client.users().toIterable(8)) {
			sum += user.id();
		}
		return sum;
	}

}
