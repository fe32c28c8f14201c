package app;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.palitra.EventLoopThreadRunner;

public class Hidden {

	private final EventLoopThreadRunner runner;

	private final Client client;

	private final UserCache cache;

	public Hidden(EventLoopThreadRunner runner, Client client, UserCache cache) {
		this.runner = runner;
		this.client = client;
		this.cache = cache;
	}

	public List<Client.User> catchesAroundALambda(List<CompletableFuture<Client.User>> started) {
		try {
			return started.stream().map((each) -> each.join()).toList();
		}
		catch (CompletionException ex) {
			return List.of();
		}
	}

	public List<String> callsOnThisThread(List<Integer> ids) {
		return Flux.fromIterable(ids).map((id) -> name(id)).collectList().block();
	}

	private String name(int id) {
		return "user" + id;
	}

	public Long hasANumericType(boolean known, Mono<Long> count) {
		Long found = known ? count.block() : Long.valueOf(0);
		return found;
	}

	public Client.User isShared(int id) {
		return this.cache.user(id).join();
	}

	public String waitsTwice(Mono<CompletableFuture<String>> ticket) {
		return ticket.block().join();
	}

	interface UserCache {

		CompletableFuture<Client.User> user(int id);

	}

	@Component
	static class Varargs {

		private final Client client;

		private final String[] names;

		Varargs(Client client, String... names) {
			this.client = client;
			this.names = names;
		}

		Client.User first() {
			return this.client.user(this.names.length).block();
		}

	}

}
