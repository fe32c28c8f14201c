package io.palitra.docs.aws;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import io.palitra.AsyncCallable;
import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The recipe for clients that return a {@link CompletableFuture}.
 */
class AwsRecipeTests {

	private final List<String> deleted = new ArrayList<>();

	private boolean closed;

	@Test
	void pollsHandlesAndDeletes() {
		QueueClient client = new StubQueueClient();
		EventLoopThreadRunner runner = EventLoopThreadRunner.create();
		List<String> handled = new ArrayList<>();
		try (runner) {
			// tag::poll[]
			List<String> messages = runner.run(() -> client.receiveMessage("orders"),
					RunOptions.defaults().name("receive").timeout(Duration.ofSeconds(25)).longRunning());
			messages.forEach(handled::add);
			runner.gather(messages.stream().map((message) -> deletion(client, message)).toList(),
					RunOptions.defaults().name("delete").maxConcurrency(10));
			// end::poll[]
			// tag::close[]
			runner.onClose(() -> CompletableFuture.runAsync(client::close));
			// end::close[]
		}
		assertThat(handled).containsExactly("tea", "milk");
		assertThat(this.deleted).containsExactlyInAnyOrder("tea", "milk");
		assertThat(this.closed).isTrue();
	}

	// tag::deletion[]
	private static AsyncCallable<Void> deletion(QueueClient client, String message) {
		return () -> client.deleteMessage(message);
	}
	// end::deletion[]

	private final class StubQueueClient implements QueueClient {

		@Override
		public CompletableFuture<List<String>> receiveMessage(String queue) {
			return CompletableFuture.supplyAsync(() -> List.of("tea", "milk"));
		}

		@Override
		public CompletableFuture<Void> deleteMessage(String message) {
			AwsRecipeTests.this.deleted.add(message);
			return CompletableFuture.completedFuture(null);
		}

		@Override
		public void close() {
			AwsRecipeTests.this.closed = true;
		}

	}

}
