package io.palitra.sample.worker;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.palitra.sample.worker.Broker.Answered;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(400)
class WorkerTests {

	private static final Duration PATIENCE = Application.PATIENCE;

	private static final String NEVER = "--worker.work-time=1h";

	private static final String NO_WEB = "--spring.main.web-application-type=none";

	private static final String NO_WORK = "--spring.jms.listener.auto-startup=false";

	private static final int CONCURRENCY = 4;

	@TempDir
	private Path directory;

	/**
	 * One worker never finishes what it has taken, and is killed with it; the other works
	 * on all the rest meanwhile.
	 */
	@Test
	void nothingIsLostWithAWorkerThatIsKilled() throws Exception {
		int port = Application.freePort();
		String url = "--broker.url=tcp://127.0.0.1:" + port;
		String concurrency = "--worker.concurrency=" + CONCURRENCY;
		try (Application broker = startBroker(port, NO_WEB, NO_WORK)) {
			broker.awaitStarted();
			try (Application stuck = Application.start(url, NO_WEB, concurrency, "--worker.name=stuck", NEVER,
					"--palitra.runner.timeout=0");
					Application busy = Application.start(url, NO_WEB, concurrency, "--worker.name=busy",
							"--worker.work-time=1ms");
					Broker client = new Broker(port)) {
				stuck.awaitStarted();
				busy.awaitStarted();
				await().atMost(PATIENCE).until(() -> {
					client.send();
					return stuck.attempts("") == CONCURRENCY && client.answered().size() >= CONCURRENCY;
				});
				// The worker that is stuck has taken no more than it works on.
				await().atMost(PATIENCE).until(() -> client.answered().size() == client.sent() - CONCURRENCY);
				assertThat(client.answered()).allMatch((answer) -> answer.attempt() == 1);
				stuck.kill();
				await().atMost(PATIENCE).until(() -> client.answered().size() >= client.sent());
				List<Answered> answers = client.answered();
				for (int i = 0; i < client.sent(); i++) {
					String input = "\"input\":\"message-" + i + "\"";
					assertThat(answers).filteredOn((answer) -> answer.text().contains(input)).as(input).hasSize(1);
				}
				assertThat(answers).extracting(Answered::worker).containsOnly("busy");
				assertThat(answers).filteredOn((answer) -> answer.attempt() > 1).hasSize(CONCURRENCY);
			}
		}
	}

	/**
	 * The default: the broker is in the worker's process. What is poison is given up, the
	 * others are answered.
	 */
	@Test
	void nothingIsLostWithABrokerThatIsKilled() throws Exception {
		int port = Application.freePort();
		try (Application killed = startBroker(port, NO_WEB, "--worker.concurrency=2", NEVER,
				"--palitra.runner.timeout=0")) {
			killed.awaitStarted();
			try (Broker client = new Broker(port)) {
				for (int i = 0; i < 5; i++) {
					client.send();
				}
				await().atMost(PATIENCE).until(() -> killed.attempts("") == 2);
				killed.kill();
			}
		}
		int web = Application.freePort();
		try (Application next = startBroker(port, "--server.port=" + web)) {
			next.awaitStarted();
			try (Broker client = new Broker(port)) {
				await().atMost(PATIENCE).until(() -> client.answered().size() >= 5);
				assertThat(client.answered()).extracting(Answered::text)
					.allMatch((text) -> text.matches(
							"\\{\"input\":\"message-\\d\",\"processed\":\"MESSAGE-\\d\",\"timestamp\":\"[^\"]+\"}"))
					.doesNotHaveDuplicates();
			}
			assertThat(health(web)).contains("\"jms\":{", "\"palitra\":{").doesNotContain("DOWN");
			sendWithPoison(port);
			// What it logs comes by a pipe.
			await().atMost(PATIENCE).until(() -> next.attempts("poison 1") >= 3 && next.attempts("hello") >= 1);
			assertThat(next.attempts("poison 1")).isEqualTo(3);
			assertThat(next.attempts("hello")).isOne();
		}
	}

	/**
	 * Two brokers have one journal; the second waits until the first is gone.
	 */
	@Test
	void nothingIsLostWhenTheOtherBrokerTakesOver() throws Exception {
		int first = Application.freePort();
		int second = Application.freePort();
		String both = "--broker.url=(tcp://127.0.0.1:" + first + ",tcp://127.0.0.1:" + second + ")";
		int messages = 200;
		try (Application killed = startBroker(first, NO_WEB, NO_WORK)) {
			killed.awaitStarted();
			try (Application standby = startBroker(second, NO_WEB, NO_WORK);
					Application one = Application.start(both, NO_WEB, "--worker.name=one");
					Application two = Application.start(both, NO_WEB, "--worker.name=two")) {
				one.awaitStarted();
				two.awaitStarted();
				try (Broker client = new Broker(first)) {
					for (int i = 0; i < messages; i++) {
						client.send();
					}
					await().atMost(PATIENCE).until(() -> one.attempts("") > 0 && two.attempts("") > 0);
					killed.kill();
				}
				standby.awaitStarted();
				try (Broker client = new Broker(second)) {
					await().atMost(PATIENCE).until(() -> client.answered().size() >= messages);
					assertThat(client.answered()).hasSize(messages)
						.extracting((answer) -> answer.text().replaceAll("\"timestamp.*", ""))
						.doesNotHaveDuplicates();
				}
			}
		}
	}

	@Test
	void brokerThatAsksForAPassword() throws Exception {
		int port = Application.freePort();
		String url = "--broker.url=tcp://127.0.0.1:" + port;
		String[] known = { "--broker.user=shop", "--broker.password=secret" };
		try (Application broker = startBroker(port, NO_WEB, NO_WORK, known[0], known[1]);
				Application worker = Application.start(url, NO_WEB, known[0], known[1])) {
			broker.awaitStarted();
			worker.awaitStarted();
			try (Application send = Application.start("send", "hello", url, known[0], known[1])) {
				assertThat(send.exitCode()).as(() -> send.err().toString()).isZero();
				assertThat(send.out()).singleElement().asString().contains("HELLO");
			}
			for (String[] refused : new String[][] { {}, { known[0], "--broker.password=guess" } }) {
				List<String> command = new ArrayList<>(List.of("send", "hello", url));
				command.addAll(List.of(refused));
				try (Application send = Application.start(command.toArray(String[]::new))) {
					assertThat(send.exitCode()).isOne();
					assertThat(send.out()).isEmpty();
					assertThat(send.err()).anyMatch((line) -> line.contains("The broker at tcp://127.0.0.1:" + port)
							&& line.contains("AMQ229031"));
				}
			}
		}
	}

	private static String health(int port) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/health"))
			.timeout(PATIENCE)
			.build();
		HttpResponse<String> response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		return response.body();
	}

	private static void sendWithPoison(int port) throws Exception {
		try (Application send = Application.start("send", "hello", "poison 1", "world",
				"--broker.url=tcp://127.0.0.1:" + port)) {
			assertThat(send.exitCode()).isOne();
			assertThat(send.out()).hasSize(2)
				.anyMatch((line) -> line.startsWith("{\"input\":\"hello\",\"processed\":\"HELLO\",\"timestamp\":"))
				.anyMatch((line) -> line.contains("\"WORLD\""));
			// Later JDKs have something to say there as well.
			assertThat(send.err())
				.anyMatch((line) -> line.startsWith("3 sent, 2 answered") && line.endsWith("1 given up, 0 missing"));
		}
	}

	private Application startBroker(int port, String... args) throws Exception {
		List<String> all = new ArrayList<>(List.of(args));
		all.addAll(List.of("--broker.embedded.port=" + port, "--broker.embedded.directory=" + this.directory,
				"--broker.embedded.retry-delay=50ms"));
		return Application.start(all.toArray(String[]::new));
	}

}
