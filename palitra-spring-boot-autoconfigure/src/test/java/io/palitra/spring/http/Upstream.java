package io.palitra.spring.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP server that sees when a client closes a connection. It answers with JSON: to
 * {@code /users/<id>} with a user, to {@code /status/<status>} with that status; and not
 * at all to {@code /hang}.
 */
public final class Upstream implements AutoCloseable {

	private final ServerSocket server;

	private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

	private final List<String> requests = new CopyOnWriteArrayList<>();

	private final AtomicInteger hanging = new AtomicInteger();

	private final AtomicInteger released = new AtomicInteger();

	/**
	 * Starts the server.
	 */
	public Upstream() {
		try {
			this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		start(this::accept);
	}

	private static void start(Runnable task) {
		Thread thread = new Thread(task, "upstream");
		thread.setDaemon(true);
		thread.start();
	}

	private void accept() {
		while (!this.server.isClosed()) {
			try {
				Socket connection = this.server.accept();
				this.connections.add(connection);
				start(() -> serve(connection));
			}
			catch (IOException ex) {
				if (!this.server.isClosed()) {
					throw new UncheckedIOException(ex);
				}
			}
		}
	}

	private void serve(Socket connection) {
		try (connection;
				BufferedReader in = new BufferedReader(
						new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1))) {
			for (String request = in.readLine(); request != null; request = in.readLine()) {
				String header = in.readLine();
				while (header != null && !header.isEmpty()) {
					header = in.readLine();
				}
				this.requests.add(request);
				String path = request.split(" ")[1];
				if (path.startsWith("/hang")) {
					hang(in);
					return;
				}
				connection.getOutputStream().write(answer(path));
			}
		}
		catch (IOException ex) {
			// A connection that ends in the middle of a request has ended
			this.connections.remove(connection);
		}
	}

	private void hang(BufferedReader in) {
		this.hanging.incrementAndGet();
		try {
			while (in.read() >= 0) {
				// Nothing else is expected of a client that waits
				continue;
			}
		}
		catch (IOException ex) {
			// As good an end as any
			this.hanging.get();
		}
		this.released.incrementAndGet();
	}

	private static byte[] answer(String path) {
		String last = path.substring(path.lastIndexOf('/') + 1).replaceAll("\\?.*", "");
		String status = path.startsWith("/status/") ? last : "200";
		String body = path.startsWith("/users/") ? "{\"id\":%s,\"name\":\"user-%s\"}".formatted(last, last) : "{}";
		return ("HTTP/1.1 " + status + " Answer\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
				+ "\r\n\r\n" + body)
			.getBytes(StandardCharsets.ISO_8859_1);
	}

	/**
	 * Returns where the server is.
	 * @return the URL, without a slash at its end
	 */
	public String url() {
		return "http://127.0.0.1:" + this.server.getLocalPort();
	}

	/**
	 * Returns the request lines.
	 * @return the lines so far
	 */
	public List<String> requests() {
		return this.requests;
	}

	/**
	 * Returns how many requests have begun to hang.
	 * @return the number so far
	 */
	public int hanging() {
		return this.hanging.get();
	}

	/**
	 * Returns how many connections of requests that hang have been closed by the client.
	 * @return the number so far
	 */
	public int released() {
		return this.released.get();
	}

	@Override
	public void close() {
		try {
			this.server.close();
			for (Socket connection : this.connections) {
				connection.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * What the server knows of a user.
	 *
	 * @param id the number
	 * @param name the name
	 */
	public record User(long id, String name) {

		/**
		 * Returns the user of a number.
		 * @param id the number
		 * @return the user
		 */
		public static User of(long id) {
			return new User(id, "user-" + id);
		}

	}

}
