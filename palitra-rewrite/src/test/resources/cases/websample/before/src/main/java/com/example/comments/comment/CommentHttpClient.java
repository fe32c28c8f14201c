package com.example.comments.comment;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.JdkHttpClientBuilder;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriComponentsBuilder;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

import com.example.comments.upstream.Upstream;
import com.example.comments.upstream.UpstreamException;

/**
 * Fetches comments with the JDK's {@link HttpClient}.
 */
@Component
class CommentHttpClient {

	private final HttpClient httpClient;

	private final @Nullable Duration readTimeout;

	private final URI upstream;

	private final JsonMapper jsonMapper;

	CommentHttpClient(HttpClientSettings settings, Upstream upstream, JsonMapper jsonMapper) {
		this.httpClient = new JdkHttpClientBuilder().build(settings.withReadTimeout(null));
		this.readTimeout = settings.readTimeout();
		this.upstream = upstream.url();
		this.jsonMapper = jsonMapper;
	}

	CompletableFuture<Comment> find(int id) {
		URI uri = UriComponentsBuilder.fromUri(this.upstream).path("/comments/{id}").build(id);
		HttpRequest.Builder request = HttpRequest.newBuilder(uri);
		if (this.readTimeout != null) {
			request.timeout(this.readTimeout);
		}
		return this.httpClient.sendAsync(request.build(), BodyHandlers.ofString())
			.thenApply((response) -> read(id, response));
	}

	private Comment read(int id, HttpResponse<String> response) {
		if (response.statusCode() == 404) {
			throw new NoSuchCommentException(id);
		}
		if (response.statusCode() != 200) {
			throw new UpstreamException(response.uri() + " answered " + response.statusCode(), null);
		}
		try {
			return this.jsonMapper.readValue(response.body(), Comment.class);
		}
		catch (JacksonException ex) {
			throw new UpstreamException(response.uri() + " did not answer with a comment", ex);
		}
	}

}
