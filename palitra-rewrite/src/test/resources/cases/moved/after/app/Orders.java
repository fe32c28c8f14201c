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
import io.palitra.RunOptions;
import io.palitra.reactor.ReactorTasks;

import static io.palitra.reactor.ReactorTasks.mono;

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
		return this.loop.run(mono(this.client.user(id))).name();
	}

	public Client.User blockInTime(int id) {
		return this.loop.run(mono(this.client.user(id)), Duration.ofSeconds(2));
	}

	public void blockStatement(int id) {
		// Nobody needs it any more
		this.loop.run(mono(this.client.delete(id)));
	}

	public Client.User blockChain(int id) {
		return this.loop.run(mono(this.client.user(id)
			.map((user) -> user)
			// Better twice than never
			.retry(1)));
	}

	public int blockUnboxed(int id) {
		int orders = this.loop.run(mono(this.client.orders(id)));
		return orders + this.loop.run(mono(this.client.orders(id + 1)));
	}

	public Optional<Client.User> blockOptional(int id) {
		return Optional.ofNullable(this.loop.run(mono(this.client.user(id))));
	}

	public String blockOptionalInTime(int id) {
		return Optional.ofNullable(this.loop.run(mono(this.client.user(id)), Duration.ofSeconds(1))).map(Client.User::name).orElse("nobody");
	}

	public List<Client.User> collected() {
		return this.loop.run(mono(this.client.users().collectList()));
	}

	public Client.User first() {
		return this.loop.run(mono(this.client.users().next()));
	}

	public Client.User last() {
		return this.loop.run(mono(this.client.users().takeLast(1).next()), Duration.ofMillis(500));
	}

	public Stream<Client.User> stream() {
		return ReactorTasks.stream(this.loop, this.client.users());
	}

	public int loop() {
		int sum = 0;
		Flux<Client.User> users = this.client.users();
		for (Client.User user : (Iterable<Client.User>) ReactorTasks.stream(this.loop, users)::iterator) {
			sum += user.id();
		}
		return sum;
	}

	public int loopOverNumbers(Flux<Integer> numbers) {
		int sum = 0;
		for (Integer number : (Iterable<Integer>) ReactorTasks.stream(this.loop, numbers)::iterator) {
			sum += number;
		}
		return sum;
	}

	public String zip(int id) {
		return this.loop.run(mono(Mono.zip(this.client.user(id), this.client.orders(id))
			.map((both) -> both.getT1().name() + both.getT2())));
	}

	public String join(int id) {
		return this.loop.run(() -> this.client.userAsync(id)).name();
	}

	public Client.User joinStage(int id) {
		return this.loop.run(() -> this.client.userStage(id).toCompletableFuture());
	}

	public int joinChained(int id) {
		return this.loop.run(() -> this.client.userAsync(id).thenApply((user) -> user.id() + 1));
	}

	public String joinInLoop() {
		StringBuilder names = new StringBuilder();
		for (int i = 0; i < 3; i++) {
			names.append(this.loop.await(this.client.userAsync(i)));
		}
		for (int id : new int[] { 1, 2 }) {
			names.append(this.loop.run(() -> this.client.userAsync(id)));
		}
		return names.toString();
	}

	public Client.User joinWithArgumentOfUnknownCode() {
		return this.loop.await(this.client.userAsync(this.client.next()));
	}

	public Client.User joinNested() {
		return this.loop.await(this.client.userAsync(this.loop.run(() -> this.client.userAsync(1)).id()));
	}

	public Client.User joinChecked(String file) throws java.io.IOException {
		return this.loop.await(this.client.fromFile(file));
	}

	public void joinAccessor() {
		this.loop.await(this.client.closeFuture());
	}

	public List<Client.User> startedEarly() {
		CompletableFuture<Client.User> one = this.client.userAsync(1);
		CompletableFuture<Client.User> two = this.client.userAsync(2);
		this.loop.await(CompletableFuture.allOf(one, two));
		return List.of(this.loop.await(one), this.loop.await(two));
	}

	public List<Client.User> startedInStream(List<Integer> ids) {
		List<CompletableFuture<Client.User>> started = ids.stream().map(this.client::userAsync).toList();
		return started.stream().map(this.loop::await).toList();
	}

	public List<String> inStream(List<Integer> ids) {
		return ids.stream().map((id) -> this.loop.run(mono(this.client.user(id)))).map(Client.User::name).toList();
	}

	public Client.User get(int id) throws Exception {
		return this.loop.runInterruptibly(() -> this.client.userAsync(id));
	}

	public Client.User getInTime(int id) throws Exception {
		return this.loop.runInterruptibly(() -> this.client.userAsync(id), RunOptions.defaults().timeout(Duration.ofSeconds(2)));
	}

	public Client.User getStarted(CompletableFuture<Client.User> future, long limit, TimeUnit unit) throws Exception {
		Client.User user = this.loop.await(future, Duration.of(limit, unit.toChronoUnit()));
		logger.info("Found {}", this.loop.await(future, Duration.ofMinutes(1)));
		return user;
	}

	public Client.User getAndLog(int id) {
		try {
			return this.loop.runInterruptibly(() -> this.client.userAsync(id));
		}
		catch (Exception ex) {
			logger.warn("No user", ex);
			throw new IllegalStateException(ex);
		}
	}

	public String overloaded(int id) {
		return String.valueOf(this.loop.run(() -> this.client.userAsync(id))) + new StringBuilder().append(this.loop.run(mono(this.client.user(id))));
	}

	public Client.User catching(int id) {
		try {
			return this.loop.run(mono(this.client.user(id)));
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
		return runner.run(mono(client.user(1)));
	}

	public Client.User asynchronous() {
		return this.loop.run(() -> CompletableFuture.supplyAsync(() -> new Client.User(1, "user1")));
	}

	public Client.User ternary(boolean one) {
		return this.loop.await(one ? this.client.userAsync(1) : this.client.userAsync(2));
	}

	public Client.User subscribedElsewhere() {
		return this.loop.run(mono(Mono.fromCallable(() -> new Client.User(1, "user1"))
			.subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic())));
	}

	public Client.User future(int id) {
		return this.loop.run(mono(this.client.user(id).map((user) -> user)));
	}

	public Client.User futureInTime(int id) throws Exception {
		return this.loop.runInterruptibly(mono(this.client.user(id)), RunOptions.defaults().timeout(Duration.ofSeconds(2)));
	}

	public Client.User optional(java.util.Optional<CompletableFuture<Client.User>> started) {
		return started.map(this.loop::await).orElse(null);
	}

	public int loopInBatches() {
		int sum = 0;
		for (Client.User user : (Iterable<Client.User>) ReactorTasks.stream(this.loop, this.client.users())::iterator) {
			sum += user.id();
		}
		return sum;
	}

}
