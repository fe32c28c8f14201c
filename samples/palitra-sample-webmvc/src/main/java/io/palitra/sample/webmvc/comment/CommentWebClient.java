package io.palitra.sample.webmvc.comment;

import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.palitra.sample.webmvc.upstream.Upstream;

/**
 * Fetches comments with Spring's {@link WebClient}.
 */
@Component
public class CommentWebClient {

	private final WebClient webClient;

	CommentWebClient(WebClient.Builder builder, Upstream upstream) {
		this.webClient = builder.baseUrl(upstream.url().toString()).build();
		// Loads Netty here, at startup: the first call would load it on the loop's
		// thread,
		// and keep all others waiting.
		findAll().onErrorComplete().subscribe().dispose();
	}

	Mono<Comment> find(int id) {
		return this.webClient.get().uri("/comments/{id}", id).retrieve().bodyToMono(Comment.class);
	}

	public Flux<Comment> findAll() {
		return this.webClient.get().uri("/comments").retrieve().bodyToFlux(Comment.class);
	}

}
