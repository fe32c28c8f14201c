package io.palitra.spring.boot.autoconfigure.jfr;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.palitra.EventLoopThreadRunner;
import io.palitra.jfr.JfrRunListener;
import io.palitra.spring.boot.autoconfigure.PalitraAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PalitraJfrAutoConfiguration}.
 */
class PalitraJfrAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PalitraJfrAutoConfiguration.class, PalitraAutoConfiguration.class));

	@TempDir
	private Path directory;

	@Test
	void callsOfAllRunnersAreRecorded() throws Exception {
		try (Recording recording = new Recording()) {
			recording.start();
			this.contextRunner.withPropertyValues("palitra.runners.reports.timeout=5s").run((context) -> {
				for (EventLoopThreadRunner runner : List.of(context.getBean(EventLoopThreadRunner.class),
						context.getBean("reportsEventLoopThreadRunner", EventLoopThreadRunner.class))) {
					runner.run(() -> CompletableFuture.completedFuture("result"));
				}
			});
			assertThat(events(recording)).extracting((event) -> event.getString("runner"))
				.containsExactlyInAnyOrder("default", "reports");
		}
	}

	@Test
	void listenerOfTheApplicationsOwnTakesItsPlace() {
		JfrRunListener own = new JfrRunListener();
		this.contextRunner.withBean("own", JfrRunListener.class, () -> own)
			.run((context) -> assertThat(context.getBean(JfrRunListener.class)).isSameAs(own));
	}

	@Test
	void worksWithoutTheFlightRecorderC22() {
		this.contextRunner.withClassLoader(new FilteredClassLoader("jdk.jfr"))
			.run((context) -> assertThat(context).hasSingleBean(EventLoopThreadRunner.class)
				.doesNotHaveBean(JfrRunListener.class));
	}

	@Test
	void disabledWithPalitra() {
		this.contextRunner.withPropertyValues("palitra.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(JfrRunListener.class));
	}

	private List<RecordedEvent> events(Recording recording) throws IOException {
		Path file = this.directory.resolve("events.jfr");
		recording.dump(file);
		return RecordingFile.readAllEvents(file)
			.stream()
			.filter((event) -> event.getEventType().getName().equals("io.palitra.Call"))
			.toList();
	}

}
