package io.palitra.sample.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP server made of sockets, so that a test sees a connection end. Each path has one
 * request.
 */
final class Upstream implements AutoCloseable {

	private final ServerSocket socket;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final Map<String, Runnable> gates = new ConcurrentHashMap<>();

	private final Map<String, Integer> statuses = new ConcurrentHashMap<>();

	private final Set<String> unfinished = ConcurrentHashMap.newKeySet();

	private final Set<String> requested = ConcurrentHashMap.newKeySet();

	private final Set<String> abandoned = ConcurrentHashMap.newKeySet();

	private final AtomicInteger current = new AtomicInteger();

	private final AtomicInteger most = new AtomicInteger();

	Upstream() throws IOException {
		this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		this.threads.execute(this::accept);
	}

	String url(String path) {
		return "http://127.0.0.1:" + this.socket.getLocalPort() + path;
	}

	/**
	 * Makes a path answer with a status other than 200.
	 */
	void status(String path, int status) {
		this.statuses.put(path, status);
	}

	/**
	 * Makes a path answer when the returned latch is counted down.
	 */
	CountDownLatch hold(String path) {
		CountDownLatch gate = new CountDownLatch(1);
		this.gates.put(path, () -> {
			try {
				gate.await(60, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		});
		return gate;
	}

	/**
	 * Makes a path answer with the beginning of a body and no more.
	 */
	void stall(String path) {
		this.unfinished.add(path);
	}

	boolean isRequested(String path) {
		return this.requested.contains(path);
	}

	/**
	 * Returns whether the tool has ended the connection on which a path stalls.
	 */
	boolean isAbandoned(String path) {
		return this.abandoned.contains(path);
	}

	int mostAtOnce() {
		return this.most.get();
	}

	private void accept() {
		try {
			while (true) {
				Socket connection = this.socket.accept();
				this.threads.execute(() -> serve(connection));
			}
		}
		catch (IOException ex) {
			if (!this.socket.isClosed()) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	private void serve(Socket connection) {
		try (connection) {
			BufferedReader request = new BufferedReader(
					new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
			String path = request.readLine().split(" ")[1];
			while (!request.readLine().isEmpty()) {
				// The headers do not matter.
				continue;
			}
			this.most.accumulateAndGet(this.current.incrementAndGet(), Math::max);
			this.requested.add(path);
			this.gates.getOrDefault(path, () -> {
			}).run();
			// Before the answer: the next request may come as soon as it has been
			// written.
			this.current.decrementAndGet();
			String head = "HTTP/1.1 " + this.statuses.getOrDefault(path, 200) + " Status\r\nConnection: close\r\n";
			boolean stalls = this.unfinished.contains(path);
			send(connection, head + "Content-Length: " + (stalls ? 100 : path.length()) + "\r\n\r\n" + path);
			if (stalls && request.read() == -1) {
				this.abandoned.add(path);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void send(Socket connection, String text) throws IOException {
		connection.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
		connection.getOutputStream().flush();
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
		this.threads.shutdownNow();
	}

}
