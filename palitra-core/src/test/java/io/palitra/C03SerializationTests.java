package io.palitra;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.Base64;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What a task fails with may be sent to where palitra is not.
 */
@DisplayName("C3 Exceptions: serialization")
class C03SerializationTests {

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder().name("serial").build();

	@AfterEach
	void close() {
		this.runner.close();
	}

	@Test
	void exceptionThatWentThroughRunIsReadWithoutPalitra() throws Exception {
		String bytes = Base64.getEncoder().encodeToString(written(failed("first")));
		assertThat(ChildJvm.run(Duration.ofSeconds(40), ChildJvm.locationOf(ReadsException.class), ReadsException.class,
				bytes))
			.containsExactly("java.lang.IllegalStateException: first",
					"suppressed task \"load\" was run here on runner \"serial\"",
					"at io.palitra.C03SerializationTests");
	}

	@Test
	void exceptionThatWasReadCanGoThroughRunAgain() throws Exception {
		IllegalStateException read = (IllegalStateException) read(written(failed("first")));
		IllegalStateException thrown = catchThrowableOfType(IllegalStateException.class,
				() -> this.runner.run(Support.failure(read)));
		assertThat(thrown).isSameAs(read);
		assertThat(thrown.getSuppressed()).hasAtLeastOneElementOfType(RunCallSite.class);
	}

	@Test
	void exceptionsOfPalitraKeepWhatTheyTell() throws Exception {
		RunTimeoutException timeout = Support.timeoutWhileRunning((limit) -> this.runner.run(Support.never(), limit));
		RunTimeoutException read = (RunTimeoutException) read(written(timeout));
		assertThat(read).hasMessage(timeout.getMessage());
		assertThat(read.getLimit()).isEqualTo(timeout.getLimit());
		assertThat(read.getPhase()).isEqualTo(timeout.getPhase());
	}

	private IllegalStateException failed(String message) {
		return catchThrowableOfType(IllegalStateException.class, () -> this.runner
			.run(Support.failure(new IllegalStateException(message)), RunOptions.defaults().name("load")));
	}

	private static byte[] written(Throwable failure) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
			out.writeObject(failure);
		}
		return bytes.toByteArray();
	}

	private static Object read(byte[] bytes) throws Exception {
		try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
			return in.readObject();
		}
	}

}
