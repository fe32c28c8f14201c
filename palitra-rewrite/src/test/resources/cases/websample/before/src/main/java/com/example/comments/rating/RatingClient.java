package com.example.comments.rating;

import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

import com.example.comments.upstream.Upstream;

/**
 * Asks the partner.
 */
@Component
public class RatingClient {

	private final WebClient webClient;

	RatingClient(WebClient.Builder builder, Upstream upstream) {
		this.webClient = builder.baseUrl(upstream.url().toString()).build();
	}

	public Mono<Rating> find(int id) {
		return this.webClient.get().uri("/ratings/{id}", id).retrieve().bodyToMono(Rating.class);
	}

}
