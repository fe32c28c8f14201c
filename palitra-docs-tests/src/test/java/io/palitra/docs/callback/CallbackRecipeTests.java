package io.palitra.docs.callback;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.palitra.AsyncCallable;
import io.palitra.EventLoopThreadRunner;

import static io.palitra.CallbackTasks.callback;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The recipe for clients that call back, with one that the JDK has.
 */
class CallbackRecipeTests {

	@Test
	void answerAndFailure(@TempDir Path directory) throws IOException {
		Path file = Files.writeString(directory.resolve("file"), "content");
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.create();
				AsynchronousFileChannel channel = AsynchronousFileChannel.open(file)) {
			ByteBuffer buffer = ByteBuffer.allocate(100);
			// tag::callback[]
			AsyncCallable<Integer> read = callback((answer) -> {
				channel.read(buffer, 0, null, new CompletionHandler<Integer, Void>() {

					@Override
					public void completed(Integer count, Void none) {
						answer.complete(count);
					}

					@Override
					public void failed(Throwable failure, Void none) {
						answer.completeExceptionally(failure);
					}

				});
				return () -> closeQuietly(channel);
			});
			int count = runner.run(read, Duration.ofSeconds(10));
			// end::callback[]
			assertThat(count).isEqualTo("content".length());
			channel.close();
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> runner.runChecked(read, IOException.class));
		}
	}

	private static void closeQuietly(AsynchronousFileChannel channel) {
		try {
			channel.close();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
