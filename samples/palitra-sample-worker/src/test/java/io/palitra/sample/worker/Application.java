package io.palitra.sample.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The application as a process: the jar that was built.
 */
final class Application implements AutoCloseable {

	static final Duration PATIENCE = Duration.ofMinutes(2);

	private final Process process;

	private final List<String> out = new CopyOnWriteArrayList<>();

	private final List<String> err = new CopyOnWriteArrayList<>();

	private final List<FutureTask<Void>> reading;

	private Application(Process process) {
		this.process = process;
		this.reading = List.of(reading(process.inputReader(StandardCharsets.UTF_8), this.out),
				reading(process.errorReader(StandardCharsets.UTF_8), this.err));
	}

	static Application start(String... args) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-jar",
				Path.of("target", "palitra-sample-worker.jar").toAbsolutePath().toString()));
		command.addAll(Arrays.asList(args));
		return new Application(new ProcessBuilder(command).start());
	}

	static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	/**
	 * Reads on a thread of its own: the common pool has too few of them for all
	 * processes.
	 */
	private static FutureTask<Void> reading(BufferedReader reader, List<String> lines) {
		FutureTask<Void> reading = new FutureTask<>(() -> {
			try (reader) {
				for (String line = reader.readLine(); line != null; line = reader.readLine()) {
					lines.add(line);
				}
			}
			return null;
		});
		Thread thread = new Thread(reading, "reader");
		thread.setDaemon(true);
		thread.start();
		return reading;
	}

	void awaitStarted() {
		await().atMost(PATIENCE)
			.until(() -> this.out.stream().anyMatch((line) -> line.contains("Started WorkerApplication"))
					|| !this.process.isAlive());
		assertThat(this.process.isAlive()).as(() -> String.join("\n", this.out)).isTrue();
	}

	/**
	 * Returns how often the log tells of an attempt at a message that begins like this.
	 */
	long attempts(String message) {
		return this.out.stream()
			.filter((line) -> line.contains("WorkListener: \"" + message) && line.contains("\", attempt "))
			.count();
	}

	int exitCode() throws Exception {
		assertThat(this.process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
		for (FutureTask<Void> reader : this.reading) {
			reader.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		}
		return this.process.exitValue();
	}

	List<String> out() {
		return this.out;
	}

	List<String> err() {
		return this.err;
	}

	/**
	 * SIGKILL: no shutdown hook, no last message.
	 */
	void kill() throws Exception {
		// The process's own method would also close what is being read.
		this.process.toHandle().destroyForcibly();
		exitCode();
	}

	@Override
	public void close() throws Exception {
		kill();
	}

}
