package io.palitra.docs.aws;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Shaped like the asynchronous clients of the AWS SDK: a request in, a future out, and
 * closed when it is no longer needed.
 */
interface QueueClient extends AutoCloseable {

	CompletableFuture<List<String>> receiveMessage(String queue);

	CompletableFuture<Void> deleteMessage(String message);

	@Override
	void close();

}
