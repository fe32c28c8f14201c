package app;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@Component
public class Client {

	public Mono<User> user(int id) {
		return Mono.just(new User(id, "user" + id));
	}

	public Mono<Integer> orders(int id) {
		return Mono.just(3);
	}

	public Mono<Void> delete(int id) {
		return Mono.empty();
	}

	public Flux<User> users() {
		return Flux.just(new User(1, "user1"));
	}

	public CompletableFuture<User> userAsync(int id) {
		return CompletableFuture.completedFuture(new User(id, "user" + id));
	}

	public CompletionStage<User> userStage(int id) {
		return userAsync(id);
	}

	public CompletableFuture<User> fromFile(String file) throws java.io.IOException {
		return userAsync(1);
	}

	public CompletableFuture<Void> closeFuture() {
		return CompletableFuture.completedFuture(null);
	}

	public int next() {
		return 1;
	}

	public record User(int id, String name) {
	}

}
