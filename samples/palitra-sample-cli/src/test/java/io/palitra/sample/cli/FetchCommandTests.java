package io.palitra.sample.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class FetchCommandTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private Upstream upstream;

	@BeforeEach
	void start() throws Exception {
		this.upstream = new Upstream();
	}

	@AfterEach
	void stop() throws Exception {
		this.upstream.close();
	}

	@Test
	void everythingFetched() throws Exception {
		CountDownLatch gate = this.upstream.hold("/first");
		try (Tool tool = Tool.start(this.upstream.url("/first"), this.upstream.url("/second/longer"))) {
			await().atMost(PATIENCE).until(() -> this.upstream.isRequested("/second/longer"));
			gate.countDown();
			int exitCode = tool.exitCode();
			List<String> out = tool.out();
			assertThat(exitCode).as("of what has written %s", out).isZero();
			assertThat(out).hasSize(3);
			assertThat(out.get(1)).matches(" +200 +6 +[0-9.]+ s  " + this.upstream.url("/first"));
			assertThat(out.get(2)).matches(" +200 +14 +[0-9.]+ s  " + this.upstream.url("/second/longer"));
			assertThat(tool.err()).isEqualToIgnoringNewLines("2 of 2 fetched");
		}
	}

	@Test
	void someFailed() throws Exception {
		this.upstream.status("/missing", 404);
		// Its port is nobody else's, and nobody listens there.
		try (Socket nobody = new Socket()) {
			nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
			String address = "http://127.0.0.1:" + nobody.getLocalPort() + "/";
			try (Tool tool = Tool.start(this.upstream.url("/there"), this.upstream.url("/missing"), address,
					"http://nowhere.invalid/")) {
				assertThat(tool.exitCode()).isOne();
				List<String> out = tool.out();
				assertThat(out).hasSize(5);
				assertThat(out.get(1)).contains(" 200 ");
				assertThat(out.get(2)).contains(" 404 ").endsWith("/missing");
				assertThat(out.get(3)).contains(" - ").endsWith(address + "  cannot connect");
				assertThat(out.get(4)).contains(" - ").endsWith("http://nowhere.invalid/  unknown host");
				assertThat(tool.err()).isEqualToIgnoringNewLines("1 of 4 fetched");
			}
		}
	}

	/**
	 * The URL that is waited for is answered when the connection of the other has ended.
	 */
	@Test
	void timeoutEndsTheRequestEvenWithinTheBody() throws Exception {
		this.upstream.stall("/stalls");
		CountDownLatch gate = this.upstream.hold("/next");
		try (Tool tool = Tool.start("--timeout", "4s", "--concurrency", "1", this.upstream.url("/stalls"),
				this.upstream.url("/next"))) {
			await().atMost(PATIENCE).until(() -> this.upstream.isAbandoned("/stalls"));
			gate.countDown();
			assertThat(tool.exitCode()).isOne();
			assertThat(tool.out().get(1)).matches(" +- +7 .*/stalls  no complete answer within 4s");
			assertThat(tool.out().get(2)).contains(" 200 ");
		}
	}

	@Test
	void concurrencyIsBounded() throws Exception {
		List<String> paths = List.of("/a", "/b", "/c", "/d");
		List<CountDownLatch> gates = paths.stream().map(this.upstream::hold).toList();
		try (Tool tool = Tool.start("--concurrency", "2", this.upstream.url("/a"), this.upstream.url("/b"),
				this.upstream.url("/c"), this.upstream.url("/d"))) {
			await().atMost(PATIENCE).until(() -> this.upstream.isRequested("/a") && this.upstream.isRequested("/b"));
			for (int i = 0; i < paths.size(); i++) {
				String path = paths.get(i);
				await().atMost(PATIENCE).until(() -> this.upstream.isRequested(path));
				gates.get(i).countDown();
			}
			assertThat(tool.exitCode()).isZero();
			assertThat(this.upstream.mostAtOnce()).isEqualTo(2);
		}
	}

	@Test
	void interruptCancelsAndPrintsWhatIsKnown() throws Exception {
		this.upstream.hold("/held");
		this.upstream.stall("/stalls");
		try (Tool tool = Tool.start("--concurrency", "2", this.upstream.url("/done"), this.upstream.url("/held"),
				this.upstream.url("/stalls"), this.upstream.url("/never"))) {
			await().atMost(PATIENCE)
				.until(() -> this.upstream.isRequested("/held") && this.upstream.isRequested("/stalls"));
			tool.interrupt();
			assertThat(tool.exitCode()).isEqualTo(130);
			assertThat(this.upstream.isRequested("/never")).isFalse();
			List<String> out = tool.out();
			assertThat(out).hasSize(5);
			assertThat(out.get(1)).contains(" 200 ").endsWith("/done");
			assertThat(out.get(2)).contains(" - ").endsWith("/held  cancelled");
			assertThat(out.get(3)).contains(" - ").endsWith("/stalls  cancelled");
			assertThat(out.get(4)).contains(" - ").endsWith("/never  not started");
			assertThat(tool.err()).isEqualToIgnoringNewLines("1 of 4 fetched");
		}
	}

	@Test
	void progressIsShownToThoseWhoWaitAndErased() throws Exception {
		CountDownLatch gate = this.upstream.hold("/held");
		try (Tool tool = Tool.start("--progress", this.upstream.url("/done"), this.upstream.url("/held"))) {
			await().atMost(PATIENCE).until(() -> tool.errSoFar().contains("Fetching  50%"));
			gate.countDown();
			assertThat(tool.exitCode()).isZero();
			assertThat(tool.err()).matches("(?s).*\r {79}\r2 of 2 fetched\\R");
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
			--concurrency=0 http://x/    | '0' is less than 1
			--concurrency=many http://x/ | 'many' is not an int
			--timeout=5 http://x/        | '5' is not a positive number with the unit ms, s or m
			--timeout=0s http://x/       | '0s' is not a positive number
			ftp://x/                     | 'ftp://x/' is not an http or https URL
			http://                      | 'http://' is not a URL
			--unknown http://x/          | '--unknown'
			--progress                   | Missing required parameter: 'URL'
			""")
	void wrongUsage(String args, String problem) {
		StringWriter err = new StringWriter();
		CommandLine command = new CommandLine(new FetchCommand()).setErr(new PrintWriter(err));
		assertThat(command.execute(args.split(" "))).isEqualTo(2);
		assertThat(err.toString()).contains(problem).contains("Usage: palitra-sample-cli");
	}

	@Test
	void wrongUsageOfTheJar() throws Exception {
		try (Tool tool = Tool.start()) {
			assertThat(tool.exitCode()).isEqualTo(2);
			assertThat(tool.out()).isEmpty();
			assertThat(tool.err()).contains("Missing required parameter: 'URL'");
		}
	}

	@Test
	void help() throws Exception {
		try (Tool tool = Tool.start("--help")) {
			assertThat(tool.exitCode()).isZero();
			assertThat(String.join("\n", tool.out())).contains("Usage: palitra-sample-cli", "--concurrency=N",
					"--timeout=DURATION", "--[no-]progress", "130   interrupted");
			assertThat(tool.err()).isEmpty();
		}
	}

}
