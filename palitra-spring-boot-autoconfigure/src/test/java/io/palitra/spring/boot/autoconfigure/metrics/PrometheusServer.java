package io.palitra.spring.boot.autoconfigure.metrics;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real Prometheus, which {@code .ci/prometheus} installs.
 */
final class PrometheusServer implements AutoCloseable {

	static final Path RULES = Path.of("src/main/resources/META-INF/palitra/prometheus-rules.yml");

	private static final Duration PATIENT = Duration.ofMinutes(1);

	private final HttpClient client = HttpClient.newHttpClient();

	private final URI uri;

	private final Process process;

	/**
	 * Starts a server that looks each second.
	 * @param directory where it may write
	 * @param ports the ports of the applications to scrape, by what they are called
	 */
	PrometheusServer(Path directory, Map<String, Integer> ports) throws IOException {
		StringBuilder configuration = new StringBuilder("global:\n  scrape_interval: 1s\n  evaluation_interval: 1s\n")
			.append("rule_files: ['" + RULES.toAbsolutePath() + "']\nscrape_configs:\n  - job_name: applications\n")
			.append("    metrics_path: /actuator/prometheus\n    static_configs:\n");
		ports.forEach((name, port) -> configuration.append("      - targets: ['127.0.0.1:" + port + "']\n")
			.append("        labels: { application: " + name + " }\n"));
		Path file = Files.writeString(directory.resolve("prometheus.yml"), configuration);
		int port = freePort();
		this.uri = URI.create("http://127.0.0.1:" + port + "/");
		this.process = new ProcessBuilder(executable("prometheus").toString(), "--config.file=" + file,
				"--storage.tsdb.path=" + directory.resolve("data"), "--web.listen-address=127.0.0.1:" + port,
				"--log.level=warn")
			.redirectErrorStream(true)
			.redirectOutput(directory.resolve("prometheus.log").toFile())
			.start();
		await().atMost(PATIENT).ignoreExceptions().until(() -> get("-/ready").statusCode() == 200);
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	/**
	 * Returns whether a program of Prometheus is there.
	 */
	static boolean isInstalled(String name) {
		return executables(name).findAny().isPresent();
	}

	static Path executable(String name) {
		return executables(name).findFirst()
			.orElseThrow(() -> new IllegalStateException(
					name + " is not on the PATH; .ci/prometheus installs it, or leave the profile out"));
	}

	private static Stream<Path> executables(String name) {
		return Stream.of(System.getenv("PATH").split(File.pathSeparator))
			.map((directory) -> Path.of(directory, name))
			.filter(Files::isExecutable);
	}

	/**
	 * Evaluates an expression now.
	 * @return the samples
	 */
	List<JsonNode> query(String expression) throws IOException, InterruptedException {
		HttpResponse<String> response = get(
				"api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
		assertThat(response.statusCode()).as("%s: %s", expression, response.body()).isEqualTo(200);
		return List.copyOf(JsonMapper.shared().readTree(response.body()).get("data").get("result").values());
	}

	private HttpResponse<String> get(String path) throws IOException, InterruptedException {
		return this.client.send(HttpRequest.newBuilder(this.uri.resolve(path)).timeout(PATIENT).build(),
				BodyHandlers.ofString());
	}

	@Override
	public void close() throws InterruptedException {
		this.process.destroy();
		if (!this.process.waitFor(30, TimeUnit.SECONDS)) {
			this.process.destroyForcibly();
		}
	}

}
