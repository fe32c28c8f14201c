package io.palitra.docs.start;

// tag::main[]
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

import io.palitra.EventLoopThreadRunner;

public final class FetchComment {

	private FetchComment() {
	}

	public static void main(String[] args) {
		HttpClient client = HttpClient.newHttpClient();
		HttpRequest request = HttpRequest.newBuilder(URI.create(args[0])).build();
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.builder().timeout(Duration.ofSeconds(5)).build()) {
			HttpResponse<String> response = runner.run(() -> client.sendAsync(request, BodyHandlers.ofString()));
			System.out.println(response.body());
		}
	}

}
// end::main[]
