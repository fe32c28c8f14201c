package io.palitra.jfr;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.palitra.AsyncCallable;
import io.palitra.EventLoopThreadRunner;
import io.palitra.RunOptions;
import io.palitra.RunTimeoutException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link JfrRunListener}.
 */
class JfrRunListenerTests {

	private static final String PLACE = JfrRunListenerTests.class.getName() + ".callSuccessfully:";

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.builder()
		.name("recorded")
		.listener(new JfrRunListener())
		.build();

	@TempDir
	private Path directory;

	@AfterEach
	void close() {
		this.runner.close();
	}

	@Test
	void eachCallIsAnEventThatTellsRunnerTaskTimesOutcomeAndPlace() throws Exception {
		List<RecordedEvent> events;
		try (Recording recording = new Recording()) {
			recording.start();
			callSuccessfully();
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> this.runner.run(() -> {
				throw new IllegalStateException("a secret");
			}, RunOptions.defaults().name("failing")));
			assertThatExceptionOfType(RunTimeoutException.class).isThrownBy(() -> this.runner
				.run(CompletableFuture::new, RunOptions.defaults().name("late").timeout(Duration.ofMillis(30))));
			events = events(recording);
		}
		assertThat(events).extracting((event) -> event.getString("task")).containsExactly("working", "failing", "late");
		assertThat(events).extracting((event) -> event.getString("outcome"))
			.containsExactly("success", "error", "timeout");
		assertThat(events).allSatisfy((event) -> {
			assertThat(event.getString("runner")).isEqualTo("recorded");
			assertThat(event.getThread().getJavaName()).isEqualTo(Thread.currentThread().getName());
			assertThat(event.getDuration("queueTime")).isPositive();
			assertThat(event.getDuration("runTime")).isGreaterThanOrEqualTo(Duration.ZERO);
			assertThat(event.getDuration()).isPositive();
			assertThat(event.toString()).doesNotContain("secret");
		});
		assertThat(events.get(0).getStackTrace().getFrames()).extracting((frame) -> frame.getMethod().getName())
			.contains("callSuccessfully");
		assertThat(events.get(0).getString("place")).startsWith(PLACE);
		assertThat(events.get(0).<RecordedClass>getValue("failure")).isNull();
		assertThat(events.get(1).<RecordedClass>getValue("failure").getName())
			.isEqualTo(IllegalStateException.class.getName());
		// Not of the event's own duration, which begins when the listener is told.
		assertThat(events.get(2).getDuration("queueTime").plus(events.get(2).getDuration("runTime")))
			.isGreaterThanOrEqualTo(Duration.ofMillis(30));
	}

	private void callSuccessfully() {
		this.runner.run(() -> CompletableFuture.completedFuture("result"), RunOptions.defaults().name("working"));
	}

	@Test
	void jfrPrintShowsTheEvents() throws Exception {
		Path file = this.directory.resolve("calls.jfr");
		try (Recording recording = new Recording()) {
			recording.start();
			callSuccessfully();
			recording.dump(file);
		}
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jfr").toString(), "print",
				"--categories", "palitra", file.toString())
			.redirectErrorStream(true)
			.start();
		String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
		assertThat(printed).startsWith("io.palitra.Call {")
			.contains("runner = \"recorded\"", "task = \"working\"", "outcome = \"success\"", "queueTime = ",
					"runTime = ", "duration = ", "place = \"" + PLACE);
	}

	@Test
	void callsAreNotRecordedWithoutARecordingThatWantsThem() throws Exception {
		callSuccessfully();
		try (Recording recording = new Recording()) {
			recording.disable("io.palitra.Call");
			recording.start();
			callSuccessfully();
			assertThat(events(recording)).isEmpty();
		}
		try (Recording recording = new Recording()) {
			recording.enable("io.palitra.Call").withThreshold(Duration.ofHours(1));
			recording.start();
			callSuccessfully();
			assertThat(events(recording)).isEmpty();
		}
	}

	@Test
	void callThatWasMadeBeforeTheRecordingIsLeftOut() throws Exception {
		CompletableFuture<String> work = new CompletableFuture<>();
		CompletableFuture<String> before = this.runner.submit(() -> work);
		try (Recording recording = new Recording()) {
			recording.start();
			work.complete("result");
			before.get(30, TimeUnit.SECONDS);
			callSuccessfully();
			assertThat(events(recording)).extracting((event) -> event.getString("task")).containsExactly("working");
		}
	}

	@Test
	void placeOfACallThroughAFaceOrThatNobodyWaitsForIsWhereItWasMade() throws Exception {
		AsyncCallable<String> task = () -> CompletableFuture.completedFuture("result");
		try (Recording recording = new Recording()) {
			recording.start();
			this.runner.submit(() -> CompletableFuture.completedFuture("result")).get(30, TimeUnit.SECONDS);
			this.runner.blocking(Face.class, new Target()).name();
			this.runner.gather(() -> CompletableFuture.completedFuture("result"));
			Optional.of(task).map(this.runner::run);
			assertThat(events(recording)).hasSize(4)
				.extracting((event) -> event.getString("place"))
				.allSatisfy((place) -> assertThat(place).startsWith(JfrRunListenerTests.class.getName()
						+ ".placeOfACallThroughAFaceOrThatNobodyWaitsForIsWhereItWasMade:"));
		}
	}

	private List<RecordedEvent> events(Recording recording) throws IOException {
		Path file = this.directory.resolve("events.jfr");
		recording.dump(file);
		return RecordingFile.readAllEvents(file)
			.stream()
			.filter((event) -> event.getEventType().getName().equals("io.palitra.Call"))
			.sorted(Comparator.comparing(RecordedEvent::getStartTime))
			.toList();
	}

	public interface Face {

		String name();

	}

	public static class Target {

		public CompletableFuture<String> name() {
			return CompletableFuture.completedFuture("target");
		}

	}

}
