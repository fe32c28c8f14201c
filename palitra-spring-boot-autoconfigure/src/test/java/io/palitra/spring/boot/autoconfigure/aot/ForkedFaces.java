package io.palitra.spring.boot.autoconfigure.aot;

import java.util.concurrent.CompletableFuture;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.test.agent.RuntimeHintsInvocations;
import org.springframework.aot.test.agent.RuntimeHintsRecorder;

import io.palitra.EventLoopThreadRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What {@link Boot4FaceRuntimeHintsTests} starts with an agent that records reflection:
 * compares what making and calling a face does with the hints for it.
 */
@SuppressWarnings({ "deprecation", "removal" })
public final class ForkedFaces {

	private ForkedFaces() {
	}

	public static void main(String[] args) {
		try (EventLoopThreadRunner runner = EventLoopThreadRunner.create()) {
			RuntimeHintsInvocations reflection = RuntimeHintsRecorder.record(() -> {
				Users users = runner.blocking(Users.class, new AsyncUsers());
				assertThat(users.find(1)).isEqualTo("user-1");
				assertThat(users.version()).isEqualTo("7");
			});
			assertThatExceptionOfType(AssertionError.class).as("something is recorded")
				.isThrownBy(() -> assertThat(reflection).match(new RuntimeHints()));
			RuntimeHints hints = new RuntimeHints();
			FaceRuntimeHints.register(hints, Users.class, AsyncUsers.class);
			new NettyRuntimeHints().registerHints(hints, ForkedFaces.class.getClassLoader());
			assertThat(reflection).match(hints);
			System.out.println("faces have hints");
		}
	}

	/**
	 * What the face inherits.
	 *
	 * @param <T> what there is
	 */
	public interface Repository<T> {

		T find(int id);

	}

	/**
	 * The face.
	 */
	public interface Users extends Repository<String> {

		String version();

	}

	/**
	 * What the target inherits.
	 */
	public static class Versioned {

		public String version() {
			return "7";
		}

	}

	/**
	 * The target.
	 */
	public static class AsyncUsers extends Versioned {

		public CompletableFuture<String> find(int id) {
			return CompletableFuture.supplyAsync(() -> "user-" + id);
		}

	}

}
