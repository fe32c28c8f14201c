package io.palitra.sample.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The application as a process: the jar that was built.
 */
final class Application implements AutoCloseable {

	static final Duration PATIENCE = Duration.ofSeconds(45);

	private final Process process;

	private final List<String> out = new CopyOnWriteArrayList<>();

	private final List<String> err = new CopyOnWriteArrayList<>();

	private final List<CompletableFuture<Void>> reading;

	private Application(Process process) {
		this.process = process;
		this.reading = List.of(
				CompletableFuture.runAsync(() -> read(process.inputReader(StandardCharsets.UTF_8), this.out)),
				CompletableFuture.runAsync(() -> read(process.errorReader(StandardCharsets.UTF_8), this.err)));
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

	private static void read(BufferedReader reader, List<String> lines) {
		try (reader) {
			for (String line = reader.readLine(); line != null; line = reader.readLine()) {
				lines.add(line);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
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
		for (CompletableFuture<Void> reader : this.reading) {
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
		this.process.destroyForcibly();
		exitCode();
	}

	@Override
	public void close() throws Exception {
		kill();
	}

}
