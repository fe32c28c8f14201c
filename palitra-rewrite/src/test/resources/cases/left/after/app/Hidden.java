package app;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.palitra.EventLoopThreadRunner;

import static io.palitra.reactor.ReactorTasks.mono;

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
			// palitra: the catch block is for what join() throws, and a runner throws the cause itself, or a RunTimeoutException
			return started.stream().map((each) -> each.join()).toList();
		}
		catch (CompletionException ex) {
			return List.of();
		}
	}

	public List<String> callsOnThisThread(List<Integer> ids) {
		// palitra: what it does on this thread would be done on the loop's: give it a scheduler with subscribeOn
		return Flux.fromIterable(ids).map((id) -> name(id)).collectList().block();
	}

	private String name(int id) {
		return "user" + id;
	}

	public Long hasANumericType(boolean known, Mono<Long> count) {
		// palitra: the condition would have another type: give its value a variable of its own first
		Long found = known ? count.block() : Long.valueOf(0);
		return found;
	}

	public Client.User isShared(int id) {
		return this.runner.await(this.cache.user(id));
	}

	public String waitsTwice(Mono<CompletableFuture<String>> ticket) {
		return this.runner.await(this.runner.run(mono(ticket)));
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
			// palitra: the constructor ends with varargs, and the class has no EventLoopThreadRunner
			return this.client.user(this.names.length).block();
		}

	}

}
