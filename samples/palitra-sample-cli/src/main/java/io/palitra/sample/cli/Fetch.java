package io.palitra.sample.cli;

import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

import io.palitra.AsyncCallable;

/**
 * One URL that is fetched: the task, and what is known of it at any time.
 */
final class Fetch implements AsyncCallable<HttpResponse<Void>> {

	private final HttpClient client;

	private final URI url;

	private final Duration timeout;

	private final Runnable whenEnded;

	private final AtomicLong bytes = new AtomicLong();

	private volatile @Nullable Long startedAt;

	private volatile @Nullable CompletableFuture<Result> ended;

	/**
	 * Written after the other two.
	 */
	private volatile @Nullable CompletableFuture<HttpResponse<Void>> response;

	Fetch(HttpClient client, URI url, Duration timeout, Runnable whenEnded) {
		this.client = client;
		this.url = url;
		this.timeout = timeout;
		this.whenEnded = whenEnded;
	}

	@Override
	public CompletionStage<HttpResponse<Void>> call() {
		this.startedAt = System.nanoTime();
		CompletableFuture<HttpResponse<Void>> response = this.client.sendAsync(HttpRequest.newBuilder(this.url).build(),
				BodyHandlers
					.ofByteArrayConsumer((part) -> part.ifPresent((data) -> this.bytes.addAndGet(data.length))));
		CompletableFuture<Void> timer = cancelAfterTimeout(response);
		this.ended = response.handle((answer, failure) -> {
			Result result = (failure != null) ? result(0, problem(failure, timer)) : result(answer.statusCode(), null);
			timer.cancel(false);
			this.whenEnded.run();
			return result;
		});
		this.response = response;
		// Not a stage derived from it: only cancelling this one ends the request.
		return response;
	}

	/**
	 * The limit of a {@link HttpRequest} ends with the headers of the answer; this one
	 * includes the body.
	 */
	private CompletableFuture<Void> cancelAfterTimeout(CompletableFuture<?> response) {
		CompletableFuture<Void> timer = new CompletableFuture<>();
		timer.orTimeout(this.timeout.toNanos(), TimeUnit.NANOSECONDS).whenComplete((none, failure) -> {
			if (failure instanceof TimeoutException) {
				response.cancel(true);
			}
		});
		return timer;
	}

	private String problem(Throwable failure, CompletableFuture<Void> timer) {
		Throwable cause = failure;
		while (cause instanceof CompletionException && cause.getCause() != null) {
			cause = cause.getCause();
		}
		if (cause instanceof CancellationException) {
			return timer.isDone() ? "no complete answer within " + PlainDuration.format(this.timeout) : "cancelled";
		}
		if (cause instanceof ConnectException) {
			return (rootOf(cause) instanceof UnresolvedAddressException) ? "unknown host" : "cannot connect";
		}
		return (cause.getMessage() != null) ? cause.getMessage() : cause.getClass().getName();
	}

	private static Throwable rootOf(Throwable failure) {
		Throwable root = failure;
		while (root.getCause() != null) {
			root = root.getCause();
		}
		return root;
	}

	/**
	 * Returns what is known now.
	 */
	Result result() {
		CompletableFuture<HttpResponse<Void>> response = this.response;
		CompletableFuture<Result> ended = this.ended;
		if (response != null && response.isDone() && ended != null) {
			// A future tells the last who asked first: whoever waits for the response may
			// come here before the result is there, which then is on its way.
			return ended.join();
		}
		return result(0, (this.startedAt != null) ? "cancelled" : "not started");
	}

	private Result result(int status, @Nullable String problem) {
		Long startedAt = this.startedAt;
		Duration time = (startedAt != null) ? Duration.ofNanos(System.nanoTime() - startedAt) : Duration.ZERO;
		return new Result(this.url, status, this.bytes.get(), time, problem);
	}

}
