package io.palitra.sample.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tool as a process: the jar that was built.
 */
final class Tool implements AutoCloseable {

	private static final long PATIENCE_SECONDS = 30;

	/**
	 * A thread for each stream: the common pool may have one for all of them.
	 */
	private static final Executor READERS = (command) -> {
		Thread thread = new Thread(command, "reader");
		thread.setDaemon(true);
		thread.start();
	};

	private final Process process;

	private final CompletableFuture<String> out;

	private final StringBuffer err = new StringBuffer();

	private final CompletableFuture<Void> errRead;

	private Tool(Process process) {
		this.process = process;
		this.out = CompletableFuture.supplyAsync(() -> readAll(process.getInputStream()), READERS);
		this.errRead = CompletableFuture.runAsync(() -> readErr(process.getErrorStream()), READERS);
	}

	static Tool start(String... args) throws IOException {
		List<String> command = new ArrayList<>();
		if (System.getProperty("os.name").equals("Linux")) {
			// A build in the background may ignore SIGINT, and its children would, too.
			command.addAll(List.of("env", "--default-signal=INT"));
		}
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-XX:TieredStopAtLevel=1", "-jar",
				Path.of("target", "palitra-sample-cli.jar").toAbsolutePath().toString()));
		command.addAll(List.of(args));
		return new Tool(new ProcessBuilder(command).start());
	}

	private static String readAll(InputStream stream) {
		try (stream) {
			return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void readErr(InputStream stream) {
		byte[] buffer = new byte[1024];
		try (stream) {
			for (int length = stream.read(buffer); length >= 0; length = stream.read(buffer)) {
				this.err.append(new String(buffer, 0, length, StandardCharsets.UTF_8));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * What Ctrl-C sends.
	 */
	void interrupt() throws Exception {
		Process kill = new ProcessBuilder("kill", "-INT", Long.toString(this.process.pid())).inheritIO().start();
		assertThat(kill.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
		assertThat(kill.exitValue()).isZero();
	}

	int exitCode() throws Exception {
		assertThat(this.process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("has ended, err: %s", this.err)
			.isTrue();
		return this.process.exitValue();
	}

	/**
	 * Returns the lines on the standard output of a tool that has ended.
	 */
	List<String> out() throws Exception {
		return this.out.get(PATIENCE_SECONDS, TimeUnit.SECONDS).lines().toList();
	}

	/**
	 * Returns the standard error of a tool that has ended.
	 */
	String err() throws Exception {
		this.errRead.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
		return this.err.toString();
	}

	String errSoFar() {
		return this.err.toString();
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
