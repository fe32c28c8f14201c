package io.palitra.stress.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Starts the sample as a process, requests of it all the time, and meanwhile lets its
 * upstream fail, hang, reset and vanish, pauses its context and ends it by a signal.
 * Every request has to be answered.
 */
public final class SampleUnderFire {

	private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

	private static final String BETWEEN = "between phases";

	private static final int THREADS = 24;

	private static final long PAUSE_MICROS = 10_000;

	private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

	private static final int KEPT_LINES = 200;

	private final Path sample;

	private final long phaseNanos;

	private final PrintStream out;

	private final List<String> faults = new ArrayList<>();

	private final ConcurrentLinkedDeque<String> lines = new ConcurrentLinkedDeque<>();

	private volatile int port;

	SampleUnderFire(Path sample, long phaseSeconds, PrintStream out) {
		this.sample = sample;
		this.phaseNanos = TimeUnit.SECONDS.toNanos(phaseSeconds);
		this.out = out;
	}

	/**
	 * Runs the scenario; exits with 1 if a request is not answered as expected.
	 * @param args the sample's jar, and how many seconds each phase takes
	 * @throws Exception if the sample cannot be run
	 */
	public static void main(String[] args) throws Exception {
		Path sample = Path
			.of((args.length > 0) ? args[0] : "samples/palitra-sample-webmvc/target/palitra-sample-webmvc.jar");
		if (!Files.exists(sample)) {
			System.err.println("There is no " + sample.toAbsolutePath() + "; make it with mvn package");
			System.exit(2);
		}
		long seconds = (args.length > 1) ? Long.parseLong(args[1]) : 5;
		System.exit(new SampleUnderFire(sample, seconds, System.out).run().isEmpty() ? 0 : 1);
	}

	/**
	 * Runs the scenario.
	 * @return the faults that were found
	 */
	List<String> run() throws Exception {
		System.setProperty("jdk.httpclient.allowRestrictedHeaders", "connection");
		Path directory = Files.createTempDirectory("palitra-sample");
		try (MoodyUpstream upstream = new MoodyUpstream()) {
			extract(directory);
			Process process = start(directory, upstream.port());
			try {
				await("the sample to start", () -> this.port != 0 || !process.isAlive());
				if (!process.isAlive()) {
					throw new IllegalStateException("the sample has not started");
				}
				this.out.println("Java " + Runtime.version() + ", sample on port " + this.port);
				play(process, upstream);
			}
			catch (IllegalStateException ex) {
				this.faults.add(ex.getMessage() + "; the sample's log:\n" + String.join("\n", this.lines));
			}
			finally {
				process.destroyForcibly();
			}
			this.out.println(upstream.requests() + " requests reached the upstream");
		}
		finally {
			delete(directory);
		}
		this.faults.forEach((fault) -> this.out.println("FAULT " + fault));
		this.out.println(this.faults.isEmpty() ? "no fault" : this.faults.size() + " faults");
		return this.faults;
	}

	private void play(Process process, MoodyUpstream upstream) throws IOException, InterruptedException {
		Load load = new Load("http://127.0.0.1:" + this.port, THREADS, PAUSE_MICROS);
		load.start("warm-up");
		pass();
		load.phase("upstream well");
		pass();
		between(load);
		afflict(load, upstream, MoodyUpstream.Mood.FAILING, "502");
		afflict(load, upstream, MoodyUpstream.Mood.SILENT, "504");
		afflict(load, upstream, MoodyUpstream.Mood.RESETTING, "502");
		afflict(load, upstream, MoodyUpstream.Mood.GONE, "502");
		pause(load, process);
		end(load, process, upstream);
		this.out.print(load.table());
	}

	/**
	 * Lets the upstream be in a mood, and sees that all is well again after it.
	 */
	private void afflict(Load load, MoodyUpstream upstream, MoodyUpstream.Mood mood, String status) throws IOException {
		String during = "upstream " + mood.name().toLowerCase();
		String after = "after " + mood.name().toLowerCase();
		upstream.become(mood);
		load.phase(during);
		pass();
		between(load);
		upstream.become(MoodyUpstream.Mood.WELL);
		pass();
		load.phase(after);
		pass();
		between(load);
		checkHealth("UP");
		// What the mood breaks off in the middle may be either.
		load.expect(during, status, "200", "204", "502", "503", "504");
		load.expect(after, "200", "204");
	}

	/**
	 * Begins the time between phases: what was sent in the one before is answered before
	 * anything changes.
	 */
	private static void between(Load load) {
		String before = load.phase(BETWEEN);
		await("all requests of phase " + before + " to be answered", () -> load.isAnswered(before));
	}

	private void pause(Load load, Process process) throws IOException {
		command(process, "pause");
		load.phase("context paused");
		pass();
		checkHealth("OUT_OF_SERVICE");
		between(load);
		command(process, "resume");
		load.phase("context resumed");
		pass();
		between(load);
		checkHealth("UP");
		load.expect("context paused", "503", "200", "204");
		load.expect("context resumed", "200", "204");
	}

	private void end(Load load, Process process, MoodyUpstream upstream) throws IOException, InterruptedException {
		upstream.become(MoodyUpstream.Mood.SLOW);
		load.phase("in flight at SIGTERM");
		pass();
		load.phase("after SIGTERM");
		process.destroy();
		await("the sample to end", () -> !process.isAlive());
		load.end();
		this.out.println("exit status " + process.exitValue() + " after SIGTERM");
		// Who comes when the door is being shut may find it shut.
		load.expect("in flight at SIGTERM", "200", "204", Load.REFUSED);
		load.expect("after SIGTERM", Load.REFUSED, "200", "204", "503");
		load.expect(BETWEEN, "200", "204", "502", "503", "504");
		this.faults.addAll(load.faults());
	}

	private void pass() {
		long since = System.nanoTime();
		while (System.nanoTime() - since < this.phaseNanos) {
			LockSupport.parkNanos(10_000_000);
		}
	}

	private void checkHealth(String status) {
		HttpRequest request = HttpRequest
			.newBuilder(URI.create("http://127.0.0.1:" + this.port + "/actuator/health/palitra"))
			.build();
		try {
			String health = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
			if (!health.contains("\"status\":\"" + status + "\"")) {
				this.faults.add("the health is not " + status + " but " + health);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	// The process

	private void extract(Path directory) throws IOException, InterruptedException {
		Process process = new ProcessBuilder(java(), "-Djarmode=tools", "-jar", this.sample.toString(), "extract",
				"--force", "--destination", directory.toString())
			.inheritIO()
			.start();
		if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
			throw new IOException(this.sample + " cannot be extracted");
		}
	}

	private Process start(Path directory, int upstream) throws IOException {
		String own = Path
			.of(URI.create(SampleUnderFire.class.getProtectionDomain().getCodeSource().getLocation().toString()))
			.toString();
		String classPath = String.join(System.getProperty("path.separator"),
				directory.resolve(this.sample.getFileName()).toString(), directory.resolve("lib").toString() + "/*",
				own);
		Process process = new ProcessBuilder(java(), "-XX:TieredStopAtLevel=1", "-cp", classPath,
				PausableSample.class.getName(), "--server.port=0", "--server.address=127.0.0.1",
				"--sample.upstream-url=http://127.0.0.1:" + upstream, "--palitra.runner.timeout=1500ms",
				"--sample.report.interval=2s", "--sample.report.timeout=1s", "--logging.level.io.palitra=error",
				"--logging.level.io.palitra.sample=warn")
			.redirectErrorStream(true)
			.start();
		Thread reader = new Thread(() -> read(process), "sample-log");
		reader.setDaemon(true);
		reader.start();
		return process;
	}

	private static String java() {
		return Path.of(System.getProperty("java.home"), "bin", "java").toString();
	}

	private void read(Process process) {
		try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
			for (String line = reader.readLine(); line != null; line = reader.readLine()) {
				Matcher matcher = PORT.matcher(line);
				if (matcher.find()) {
					this.port = Integer.parseInt(matcher.group(1));
				}
				this.lines.add(line);
				if (this.lines.size() > KEPT_LINES) {
					this.lines.removeFirst();
				}
			}
		}
		catch (IOException ex) {
			// The process has ended.
			return;
		}
	}

	private void command(Process process, String command) throws IOException {
		Writer writer = process.outputWriter(StandardCharsets.US_ASCII);
		writer.write(command + "\n");
		writer.flush();
		await("the sample to " + command, () -> this.lines.contains(command + ": done"));
	}

	private static void await(String what, BooleanSupplier condition) {
		long since = System.nanoTime();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - since > PATIENCE) {
				throw new IllegalStateException(
						"waited " + TimeUnit.NANOSECONDS.toSeconds(PATIENCE) + " s for " + what);
			}
			LockSupport.parkNanos(10_000_000);
		}
	}

	private static void delete(Path directory) throws IOException {
		try (Stream<Path> files = Files.walk(directory)) {
			for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
				Files.delete(file);
			}
		}
	}

}
