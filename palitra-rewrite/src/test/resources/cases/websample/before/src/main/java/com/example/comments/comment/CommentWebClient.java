package com.example.comments.comment;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import com.example.comments.upstream.Upstream;

/**
 * Fetches comments with Spring's {@link WebClient}.
 */
@Component
public class CommentWebClient {

	private static final Logger logger = LoggerFactory.getLogger(CommentWebClient.class);

	private final WebClient webClient;

	CommentWebClient(WebClient.Builder builder, Upstream upstream) {
		this.webClient = builder.baseUrl(upstream.url().toString()).build();
	}

	public Mono<Comment> find(int id) {
		return this.webClient.get()
			.uri("/comments/{id}", id)
			.retrieve()
			.onStatus((status) -> status.value() == 404, (response) -> Mono.error(new NoSuchCommentException(id)))
			.bodyToMono(Comment.class)
			.doFirst(() -> logger.debug("Asking for comment {}", id))
			.doOnNext((comment) -> logger.debug("Comment {} has come", id));
	}

	public Flux<Comment> findAll() {
		return this.webClient.get().uri("/comments").retrieve().bodyToFlux(Comment.class);
	}

}
