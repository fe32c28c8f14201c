package io.palitra.docs.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

import io.palitra.AsyncCallable;
import io.palitra.EventLoopThreadRunner;

import static io.palitra.BlockingTasks.blocking;
import static io.palitra.reactor.ReactorTasks.mono;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which clients end their exchange when it is cancelled: a server that never answers sees
 * the connection close.
 */
class HonouredCancelTests {

	private static final long PATIENT = 30;

	private final EventLoopThreadRunner runner = EventLoopThreadRunner.create();

	private final CountDownLatch asked = new CountDownLatch(1);

	private final CountDownLatch closed = new CountDownLatch(1);

	private ServerSocket server;

	@BeforeEach
	void listen() throws IOException {
		this.server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
		Thread thread = new Thread(this::serve, "silent-server");
		thread.setDaemon(true);
		thread.start();
	}

	private void serve() {
		try (Socket connection = this.server.accept()) {
			while (connection.getInputStream().read() >= 0) {
				this.asked.countDown();
			}
			this.closed.countDown();
		}
		catch (SocketException ex) {
			// A reset is an end, too; so is that of the test.
			this.closed.countDown();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@AfterEach
	void close() throws IOException {
		this.server.close();
		this.runner.close(Duration.ZERO);
	}

	@ParameterizedTest
	@MethodSource("clients")
	void connectionIsClosed(Function<URI, AsyncCallable<Object>> client) throws InterruptedException {
		URI uri = URI.create("http://127.0.0.1:" + this.server.getLocalPort() + "/silent");
		CompletableFuture<Object> call = this.runner.submit(client.apply(uri));
		assertThat(this.asked.await(PATIENT, TimeUnit.SECONDS)).isTrue();
		assertThat(this.closed.getCount()).isEqualTo(1);
		call.cancel(true);
		assertThat(this.closed.await(PATIENT, TimeUnit.SECONDS)).isTrue();
	}

	static Stream<Named<Function<URI, AsyncCallable<Object>>>> clients() {
		HttpClient jdk = HttpClient.newHttpClient();
		RestClient rest = RestClient.builder().requestFactory(new JdkClientHttpRequestFactory(jdk)).build();
		return Stream.of(
				client("JDK HttpClient",
						(uri) -> () -> jdk.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
							.thenApply((response) -> response)),
				client("WebClient",
						(uri) -> mono(WebClient.create().get().uri(uri).retrieve().bodyToMono(Object.class))),
				client("RestClient", (uri) -> blocking(() -> rest.get().uri(uri).retrieve().body(String.class))));
	}

	private static Named<Function<URI, AsyncCallable<Object>>> client(String name,
			Function<URI, AsyncCallable<Object>> client) {
		return Named.of(name, client);
	}

}
